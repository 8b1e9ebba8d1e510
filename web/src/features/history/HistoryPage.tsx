import { useEffect, useState } from "preact/hooks";
import { Link } from "../../app/Link.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { SelectField } from "../../ui/SelectField.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { TimeAgo } from "../../ui/TimeAgo.tsx";
import { callRemote } from "../../workspace/remote.ts";
import type { OpenMachine, Workspace } from "../../workspace/workspace.ts";
import { machineName } from "../machines/machineName.ts";
import { foundIn, outcomeOf, paramsOf, type Filter, type HistoryEntry } from "./search.ts";

const EVERYTHING: Filter = { text: "", machine: "", author: "" };
const TYPING_MS = 300;

/** What ran where, and who ran it: one machine that is online is asked, and decrypts with its own keys. */
export function HistoryPage({ workspace }: { readonly workspace: Workspace | null }) {
  const list = workspace?.model.list.value ?? null;
  if (workspace === null || list === null) {
    return (
      <p class="loading-line" role="status">
        Loading…
      </p>
    );
  }
  const details = workspace.model.details.value;
  const online = list.rows.flatMap((row) => {
    const machine = row.status === "online" ? workspace.machine(row.machineId) : undefined;
    return machine === undefined ? [] : [{ machine, name: machineName(row, details.get(row.machineId)) }];
  });
  return (
    <section class="stack" aria-labelledby="history-title">
      <header class="page-head">
        <div>
          <p class="crumb">
            <Link to="machines" class="quiet-link">
              Machines
            </Link>
          </p>
          <h1 id="history-title" tabIndex={-1}>
            History
          </h1>
        </div>
      </header>
      {online.length === 0 ? (
        <section class="empty">
          <h2>No machine is online</h2>
          <p>The history is encrypted. A machine that is online searches it with its own keys.</p>
          <Link to="machines" class="button">
            Machines
          </Link>
        </section>
      ) : (
        <Search workspace={workspace} online={online} />
      )}
    </section>
  );
}

interface Asked {
  readonly machine: OpenMachine;
  readonly name: string;
}

function Search({ workspace, online }: { readonly workspace: Workspace; readonly online: readonly Asked[] }) {
  const [chosen, setChosen] = useState("");
  const [filter, setFilter] = useState(EVERYTHING);
  const [entries, setEntries] = useState<readonly HistoryEntry[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [more, setMore] = useState(false);
  const asked = online.find(({ machine }) => machine.row.machineId === chosen) ?? online[0];
  const askedId = asked?.machine.row.machineId ?? "";

  const ask = async (before: string | null) => {
    if (asked === undefined) return null;
    const { machine } = asked;
    return foundIn(
      await callRemote(workspace.link, machine.cipher, machine.row.machineId, "history-search", paramsOf(filter, before)),
    );
  };

  useEffect(() => {
    let left = false;
    const timer = setTimeout(() => {
      void ask(null).then((found) => {
        if (left || found === null) return;
        setError(found.ok ? null : found.error);
        setEntries(found.ok ? found.entries : []);
        setNext(found.ok ? found.next : null);
      });
    }, TYPING_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [askedId, filter]);

  const showMore = async () => {
    setMore(true);
    const found = await ask(next);
    setMore(false);
    if (found === null) return;
    if (!found.ok) {
      setError(found.error);
      return;
    }
    setEntries([...(entries ?? []), ...found.entries]);
    setNext(found.next);
  };

  const filtered = filter !== EVERYTHING && Object.values(filter).some((text: string) => text.trim() !== "");
  return (
    <>
      <form class="panel stack" role="search" onSubmit={(event) => event.preventDefault()}>
        <TextField label="Command" value={filter.text} onInput={(text) => setFilter({ ...filter, text })} maxLength={500} />
        <div class="pair">
          <TextField
            label="Run on"
            value={filter.machine}
            onInput={(machine) => setFilter({ ...filter, machine })}
            hint="Host name or name of a device"
            maxLength={100}
          />
          <TextField
            label="Run by"
            value={filter.author}
            onInput={(author) => setFilter({ ...filter, author })}
            hint="A person or an agent, such as claude"
            maxLength={100}
          />
        </div>
        {online.length > 1 && (
          <SelectField
            label="Ask"
            value={askedId}
            onChange={setChosen}
            options={online.map(({ machine, name }) => ({ value: machine.row.machineId, words: name }))}
          />
        )}
      </form>
      {error !== null && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {entries === null && (
        <p class="loading-line" role="status">
          Searching…
        </p>
      )}
      {entries?.length === 0 && error === null && (
        <section class="empty">
          <h2>{filtered ? "Nothing was found" : "No commands yet"}</h2>
          <p>
            {filtered
              ? "No command fits."
              : "What agents run appears here. For your own shells, see roost history hook --help."}
          </p>
          {filtered && (
            <button type="button" class="button" onClick={() => setFilter(EVERYTHING)}>
              Show everything
            </button>
          )}
        </section>
      )}
      {entries !== null && entries.length > 0 && (
        <ul class="stack" aria-label="Commands, newest first">
          {entries.map((one) => (
            <Row key={one.id} workspace={workspace} entry={one} />
          ))}
        </ul>
      )}
      {next !== null && (
        <button type="button" class="button" disabled={more} onClick={() => void showMore()}>
          {more ? "Loading…" : "Older commands"}
        </button>
      )}
      {asked !== undefined && (
        <p class="hint">
          <bdi>{asked.name}</bdi> searches what it knows of: its own commands, and those of your other computers that it syncs
          with.
        </p>
      )}
    </>
  );
}

function Row({ workspace, entry }: { readonly workspace: Workspace; readonly entry: HistoryEntry }) {
  const outcome = outcomeOf(entry);
  const session = entry.authorKind === "agent" && workspace.sessions.order.value?.includes(entry.session ?? "") ? entry.session : undefined;
  return (
    <li class="panel">
      <div class="ran">
        <code class="input-code">
          <bdi>{entry.command}</bdi>
        </code>
        <CopyButton text={entry.command} what="command" quiet />
      </div>
      <p class="summary">
        <span>
          <TimeAgo time={entry.createdAt} />
        </span>
        {entry.author !== undefined && (
          <span class="fact">
            {entry.authorKind === "agent" ? "agent " : ""}
            <bdi>{entry.author}</bdi>
          </span>
        )}
        {entry.host !== undefined && (
          <span class="fact">
            <bdi>{entry.host}</bdi>
          </span>
        )}
        {entry.cwd !== undefined && (
          <span class="fact">
            <bdi>{entry.cwd}</bdi>
          </span>
        )}
        {outcome !== null && <span class={outcome.bad ? "fact fact-bad" : "fact"}>{outcome.words}</span>}
        {session !== undefined && (
          <span class="fact">
            <Link to="session" id={session} class="quiet-link">
              Session
            </Link>
          </span>
        )}
      </p>
    </li>
  );
}
