import { useEffect, useState } from "preact/hooks";
import { Link } from "../../app/Link.tsx";
import { navigate } from "../../app/routes.ts";
import { subject } from "../../app/title.ts";
import type { MachineRow } from "../../relay/schema.ts";
import { lazy } from "../../ui/Lazy.tsx";
import { TimeAgo } from "../../ui/TimeAgo.tsx";
import type { OpenMachine, Workspace } from "../../workspace/workspace.ts";
import { agentsOf } from "../newSession/agents.ts";
import { StateMark } from "../sessions/SessionList.tsx";
import { stateOf, titleOfSession } from "../sessions/sessionState.ts";
import { AssistantsPanel } from "./AssistantsPanel.tsx";
import { ApproveDialog } from "./ApproveDialog.tsx";
import { JobsPanel } from "./JobsPanel.tsx";
import { KeysChangedDialog, RemoveDialog, RenameDialog, ReplaceTokenDialog } from "./MachineDialogs.tsx";
import { machineName, platformWords } from "./machineName.ts";
import { rootsOf } from "./remoteFolders.ts";

const NewSessionDialog = lazy(() => import("../newSession/NewSessionDialog.tsx").then((file) => file.NewSessionDialog));

type Open = "none" | "rename" | "remove" | "replace-token" | "review-keys" | "approve" | "session";

export function MachinePage({ workspace, id }: { readonly workspace: Workspace | null; readonly id: string }) {
  const list = workspace?.model.list.value ?? null;
  if (workspace === null || list === null) {
    return (
      <p class="loading-line" role="status">
        Loading…
      </p>
    );
  }
  const row = list.rows.find(({ machineId }) => machineId === id);
  if (row === undefined) {
    return (
      <section class="empty">
        <h1 tabIndex={-1}>No such machine</h1>
        <p>It was removed, or it belongs to another account.</p>
        <Link to="machines" class="button">
          All machines
        </Link>
      </section>
    );
  }
  return <Details workspace={workspace} row={row} />;
}

function Details({ workspace, row }: { readonly workspace: Workspace; readonly row: MachineRow }) {
  const [open, setOpen] = useState<Open>("none");
  const details = workspace.model.details.value.get(row.machineId);
  const name = machineName(row, details);
  const machine = workspace.machine(row.machineId);
  const online = row.status === "online";
  const close = () => setOpen("none");
  const shared = { model: workspace.model, row, name, onClose: close };

  useEffect(() => {
    subject.value = name;
    return () => {
      subject.value = null;
    };
  }, [name]);

  return (
    <section class="stack machine-page" aria-labelledby="machine-title">
      <header class="page-head">
        <div>
          <p class="crumb">
            <Link to="machines" class="quiet-link">
              Machines
            </Link>
          </p>
          <h1 id="machine-title" tabIndex={-1}>
            <bdi>{name}</bdi>
          </h1>
          <p class="summary">
            <span class={online ? "status status-online" : "status"}>
              <span class={online ? "mark mark-online" : "mark mark-offline"} aria-hidden="true" />
              {online ? "Online" : "Offline"}
            </span>
            <span class="fact">
              {row.connectedBefore ? (
                <>
                  Last seen <TimeAgo time={row.lastSeen} />
                </>
              ) : (
                "Never connected"
              )}
            </span>
          </p>
        </div>
        {machine !== undefined && online && (
          <button type="button" class="button button-primary" onClick={() => setOpen("session")}>
            New session
          </button>
        )}
      </header>
      {row.enrolment === "keys" && (
        <div class="notice row">
          <span>It has no keys yet: it connected with its token only, or lost its files.</span>
          <button type="button" class="button button-small" onClick={() => setOpen("approve")}>
            Compare the code
          </button>
        </div>
      )}
      {details?.kind === "locked" && (
        <p class="notice">
          <strong>Locked.</strong> Its record was encrypted for another account key. Replace its token and run the new
          command on it.
        </p>
      )}
      {details?.kind === "keys-changed" && (
        <div class="notice row">
          <span>
            <strong>Keys changed.</strong> Nothing is sent to it until you have looked at that.
          </span>
          <button type="button" class="button button-small" onClick={() => setOpen("review-keys")}>
            Review
          </button>
        </div>
      )}
      {machine !== undefined && <Facts machine={machine} />}
      <RecentSessions workspace={workspace} machineId={row.machineId} />
      <AssistantsPanel workspace={workspace} row={row} />
      {machine !== undefined && <JobsPanel workspace={workspace} machine={machine} />}
      <section class="panel stack" aria-labelledby="manage-title">
        <h2 id="manage-title">Manage</h2>
        <div class="row">
          <button type="button" class="button" onClick={() => setOpen("rename")}>
            Rename
          </button>
          {row.enrolment !== "external" && (
            <button type="button" class="button" onClick={() => setOpen("replace-token")}>
              Replace token
            </button>
          )}
          <button type="button" class="button button-danger" onClick={() => setOpen("remove")}>
            Remove
          </button>
        </div>
      </section>
      {open === "rename" && <RenameDialog {...shared} />}
      {open === "remove" && (
        <RemoveDialog
          {...shared}
          onRemoved={() => {
            navigate("machines");
          }}
        />
      )}
      {open === "replace-token" && <ReplaceTokenDialog {...shared} accountKey={workspace.accountKey} />}
      {open === "approve" && <ApproveDialog workspace={workspace} row={row} name={name} onClose={close} />}
      {open === "review-keys" && details?.kind === "keys-changed" && (
        <KeysChangedDialog {...shared} changedKey={details.key} />
      )}
      {open === "session" && <NewSessionDialog workspace={workspace} machineId={row.machineId} onClose={close} />}
    </section>
  );
}

const POLICIES: Readonly<Record<string, string>> = {
  full: "Everything, inside its directories",
  sessions: "Sessions and reading files; no commands, no writing",
  locked: "Locked: only stopping is possible from here",
};

function Facts({ machine }: { readonly machine: OpenMachine }) {
  const { metadata, row } = machine;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Computer", metadata.host],
    ["User", metadata.username],
    ["System", platformWords(metadata)],
    ["Daemon version", metadata.happyCliVersion],
    ["Agents", agentsOf(metadata).map(({ name }) => name).join(", ")],
    ["May be used from here", metadata.remotePolicy === undefined ? undefined : (POLICIES[metadata.remotePolicy] ?? metadata.remotePolicy)],
    ["Machine id", row.machineId],
  ];
  return (
    <section class="panel stack" aria-labelledby="about-title">
      <h2 id="about-title">About</h2>
      <dl class="facts facts-wide">
        {facts
          .filter(([, value]) => value !== undefined && value !== "")
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
        <div>
          <dt>Directories</dt>
          {rootsOf(machine).map((root) => (
            <dd key={root}>
              <code>{root}</code>
            </dd>
          ))}
        </div>
      </dl>
      <p class="hint">What may be done from here is changed on the machine itself: roost daemon policy.</p>
    </section>
  );
}

const RECENT = 8;

function RecentSessions({ workspace, machineId }: { readonly workspace: Workspace; readonly machineId: string }) {
  const row = workspace.model.list.value?.rows.find((one) => one.machineId === machineId);
  const recent = (workspace.sessions.order.value ?? [])
    .map((id) => workspace.sessions.session(id)?.value)
    .filter((session) => session?.metadata.machineId === machineId)
    .slice(0, RECENT);
  return (
    <section class="panel stack" aria-labelledby="recent-title">
      <h2 id="recent-title">Recent sessions</h2>
      {recent.length === 0 && <p class="hint">None yet.</p>}
      <ul class="rows">
        {recent.map((session) =>
          session === undefined ? null : (
            <li key={session.id}>
              <Link to="session" id={session.id} class="session-row">
                <span class="session-title">
                  <bdi>{titleOfSession(session)}</bdi>
                </span>
                <span class="session-facts">
                  <StateMark state={stateOf(session, row)} />
                  <span class="session-time">
                    <TimeAgo time={session.updatedAt} />
                  </span>
                </span>
              </Link>
            </li>
          ),
        )}
      </ul>
    </section>
  );
}
