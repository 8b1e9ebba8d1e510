import { useComputed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Link } from "../../app/Link.tsx";
import { lazy } from "../../ui/Lazy.tsx";
import { More, PORTION } from "../../ui/More.tsx";
import { describe } from "../../ui/problems.ts";
import { TimeAgo } from "../../ui/TimeAgo.tsx";
import type { Workspace } from "../../workspace/workspace.ts";
import "../../styles/chat.css";
import { group, isListed, type Filter, type MachineGroup } from "./grouping.ts";
import { STATE_WORDS, shortPath, stateOf, titleOfSession, type SessionState } from "./sessionState.ts";

const NewSessionDialog = lazy(() => import("../newSession/NewSessionDialog.tsx").then((file) => file.NewSessionDialog));

interface SessionListProps {
  readonly workspace: Workspace | null;
  /** The one that is open beside the list; empty for the list as a page of its own. */
  readonly current: string;
}

/** Typing is not held up by a long list: it is looked through when the person pauses. */
const PAUSE_MS = 120;

export function SessionList({ workspace, current }: SessionListProps) {
  const [filter, setFilter] = useState<Filter>("current");
  const [words, setWords] = useState("");
  const [sought, setSought] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSought(words.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const [making, setMaking] = useState(false);
  const aside = current !== "";
  const order = workspace?.sessions.order.value ?? null;
  const hasMachines = (workspace?.model.list.value?.rows.length ?? 0) > 0;
  const Heading = aside ? "h2" : "h1";

  return (
    <section class={aside ? "sessions sessions-aside" : "sessions"} aria-labelledby="sessions-title">
      <header class={aside ? "side-head" : "page-head"}>
        <Heading id="sessions-title" tabIndex={-1}>
          Sessions
        </Heading>
        {hasMachines && order !== null && order.length > 0 && (
          <button type="button" class={aside ? "button" : "button button-primary"} onClick={() => setMaking(true)}>
            New session
          </button>
        )}
      </header>
      {workspace === null || order === null ? (
        <Waiting workspace={workspace} />
      ) : order.length === 0 ? (
        <Nothing hasMachines={hasMachines} onNew={() => setMaking(true)} />
      ) : (
        <>
          <div class="list-tools" role="search">
            <input
              type="search"
              class="input"
              aria-label="Find a session"
              placeholder="Find a session"
              value={words}
              onInput={(event) => setWords(event.currentTarget.value)}
            />
            <div class="segments" role="group" aria-label="Which sessions">
              <button type="button" aria-pressed={filter === "current"} onClick={() => setFilter("current")}>
                Current
              </button>
              <button type="button" aria-pressed={filter === "all"} onClick={() => setFilter("all")}>
                All
              </button>
            </div>
          </div>
          <Groups workspace={workspace} filter={filter} words={sought} current={current} onAll={() => setFilter("all")} />
        </>
      )}
      {making && workspace !== null && <NewSessionDialog workspace={workspace} onClose={() => setMaking(false)} />}
    </section>
  );
}

interface GroupsProps {
  readonly workspace: Workspace;
  readonly filter: Filter;
  readonly words: string;
  readonly current: string;
  readonly onAll: () => void;
}

function Groups({ workspace, filter, words, current, onAll }: GroupsProps) {
  const [limit, setLimit] = useState(PORTION);
  const { sessions, model } = workspace;
  // One signal for all of them: a component that listens to thousands is slow to draw and slow to leave.
  void sessions.revision.value;
  const order = sessions.order.value ?? [];
  const machines = new Map(model.list.value?.rows.map((row) => [row.machineId, row]));
  const now = Date.now();
  const listed = order.filter((id) => {
    const session = sessions.session(id)?.peek();
    if (session === undefined) return false;
    return id === current || isListed(session, machines.get(session.metadata.machineId ?? ""), filter, words, now);
  });
  const groups = group(listed.slice(0, limit), (id) => {
    const metadata = sessions.session(id)?.peek().metadata;
    return { machineId: metadata?.machineId ?? null, path: metadata?.path ?? "" };
  });
  return (
    <>
      <p class="visually-hidden" role="status">
        {listed.length === 1 ? "1 session" : `${listed.length} sessions`}
      </p>
      {groups.map((one) => (
        <Machine key={one.machineId} workspace={workspace} group={one} current={current} />
      ))}
      {listed.length === 0 && (
        <p class="hint pad">
          {words === "" ? "Nothing runs and nothing was changed in the last days. " : "No session matches. "}
          {words === "" && (
            <button type="button" class="link" onClick={onAll}>
              Show all {order.length}
            </button>
          )}
        </p>
      )}
      {listed.length > limit && <More onNear={() => setLimit(limit + PORTION)} rest={listed.length - limit} />}
    </>
  );
}

function Machine(props: { readonly workspace: Workspace; readonly group: MachineGroup; readonly current: string }) {
  const { workspace, group, current } = props;
  const { machineId } = group;
  const machine = machineId === null ? undefined : workspace.machine(machineId);
  const row = workspace.model.list.value?.rows.find((one) => one.machineId === machineId);
  const name = machine?.name ?? row?.name ?? (machineId === null ? "No machine named" : "A machine that was removed");
  return (
    <section class="group" aria-label={name}>
      <h2 class="group-title">
        <bdi>{name}</bdi>
        {row?.status === "offline" && <span class="tag">Offline</span>}
      </h2>
      {group.folders.map((folder) => (
        <div key={folder.path} class="folder">
          <h3 class="folder-path">
            <bdi>{folder.path === "" ? "No folder named" : shortPath(folder.path, machine?.metadata.homeDir)}</bdi>
          </h3>
          <ul class="rows">
            {folder.ids.map((id) => (
              <Row key={id} workspace={workspace} id={id} current={id === current} />
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Row({ workspace, id, current }: { readonly workspace: Workspace; readonly id: string; readonly current: boolean }) {
  const session = useComputed(() => workspace.sessions.session(id)?.value).value;
  if (session === undefined) return null;
  const row = workspace.model.list.value?.rows.find((one) => one.machineId === session.metadata.machineId);
  const state = stateOf(session, row);
  return (
    <li>
      <Link to="session" id={id} class="session-row" current={current}>
        <span class="session-title">
          <bdi>{titleOfSession(session)}</bdi>
        </span>
        <span class="session-facts">
          <StateMark state={state} />
          <span class="session-time">
            <TimeAgo time={session.updatedAt} />
          </span>
        </span>
      </Link>
    </li>
  );
}

/** A state as a mark and as words. */
export function StateMark({ state }: { readonly state: SessionState }) {
  return (
    <span class={`state state-${state}`}>
      <span class="state-mark" aria-hidden="true" />
      {STATE_WORDS[state]}
    </span>
  );
}

function Waiting({ workspace }: { readonly workspace: Workspace | null }) {
  const problem = workspace?.sessions.problem.value ?? null;
  if (problem !== null) {
    return (
      <section class="empty" role="alert">
        <h2>The list could not be loaded</h2>
        <p>{describe(problem)}</p>
        <button type="button" class="button" onClick={() => void workspace?.sessions.reload()}>
          Try again
        </button>
      </section>
    );
  }
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading sessions</span>
      <div class="machines" aria-hidden="true">
        <div class="machine ghost" />
        <div class="machine ghost" />
      </div>
    </div>
  );
}

function Nothing({ hasMachines, onNew }: { readonly hasMachines: boolean; readonly onNew: () => void }) {
  return (
    <section class="empty" aria-labelledby="no-sessions">
      <h2 id="no-sessions">No sessions yet</h2>
      <p>
        A session is one conversation with an agent in one folder of a machine. It goes on without this page, and waits
        for you when the agent needs a decision.
      </p>
      {hasMachines ? (
        <button type="button" class="button button-primary" onClick={onNew}>
          Start a session
        </button>
      ) : (
        <Link to="machines" class="button button-primary">
          Add a machine first
        </Link>
      )}
    </section>
  );
}
