import { useEffect, useState } from "preact/hooks";
import * as z from "zod/mini";
import { Link } from "../../app/Link.tsx";
import { read } from "../../relay/schema.ts";
import { describe } from "../../ui/problems.ts";
import { exactTime, shortTime } from "../../ui/time.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { machineName } from "../machines/machineName.ts";
import { titleOfSession } from "../sessions/sessionState.ts";
import { listDevices, type Device } from "./devices.ts";

const entry = z.object({
  number: z.number(),
  at: z.number(),
  kind: z.string(),
  device: z.nullish(z.string()),
  address: z.nullish(z.string()),
  details: z.catch(z.record(z.string(), z.string()), {}),
});
type Entry = z.infer<typeof entry>;
const page = z.object({ entries: z.array(z.unknown()), nextBefore: z.nullable(z.number()) });

const KINDS: Readonly<Record<string, string>> = {
  "sign-in": "Signed in",
  "sign-in-refused": "A sign-in was refused",
  "pairing-approve": "Let a terminal in",
  pairing: "A terminal was connected",
  "linking-approve": "Let a device in",
  linking: "A device was linked",
  "machine-enrol": "Added a machine",
  "machine-register": "A machine registered itself",
  "machine-authenticate": "A machine signed in",
  "machine-refused": "A machine’s sign-in was refused",
  "machine-replace-token": "Replaced a machine’s token",
  "machine-remove": "Removed a machine",
  "enrolment-request": "A machine asked for keys",
  "enrolment-approve": "Gave a machine its keys",
  "enrolment-reject": "Refused a machine its keys",
  "assistant-announce": "A machine announced an assistant",
  "assistant-approve": "Approved an assistant",
  "assistant-reject": "Rejected an assistant",
  "assistant-revoke": "Revoked an assistant",
  "assistant-remove": "Removed an assistant",
  "device-rename": "Renamed a device",
  "device-revoke": "Revoked a device",
  "rpc-call": "Called a machine or a session",
  "sign-out": "Signed out",
  "session-delete": "Deleted a session",
  "data-export": "Exported data",
};

/** What was done in the account, newest first: the relay's own record, which it cannot change unnoticed. */
export function ActivityPage({ workspace }: { readonly workspace: Workspace | null }) {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [next, setNext] = useState<number | null | undefined>(undefined);
  const [devices, setDevices] = useState<ReadonlyMap<string, Device>>(new Map());
  const [error, setError] = useState<string | null>(null);

  const load = async (before: number | null) => {
    if (workspace === null) return;
    const where = `/v1/web/audit?limit=100${before === null ? "" : `&before=${before}`}`;
    const answer = await workspace.link.http.request("GET", where, undefined, page);
    setError(answer.ok ? null : describe(answer.problem));
    if (!answer.ok) return;
    const more = answer.value.entries.map((one) => read(entry, one)).filter((one) => one !== null);
    setEntries(before === null ? more : [...entries, ...more]);
    setNext(answer.value.nextBefore);
  };
  useEffect(() => {
    if (workspace === null) return;
    void load(null);
    void listDevices(workspace.link.http).then((answer) => {
      if (answer.ok) setDevices(new Map(answer.value.map((device) => [device.id, device])));
    });
  }, [workspace]);

  return (
    <section class="stack" aria-labelledby="activity-title">
      <header class="page-head">
        <div>
          <p class="crumb">
            <Link to="account" class="quiet-link">
              Account
            </Link>
          </p>
          <h1 id="activity-title" tabIndex={-1}>
            Activity
          </h1>
        </div>
      </header>
      <p class="error" role="alert" hidden={error === null}>
        {error}
      </p>
      <ul class="plain-rows panel" aria-label="Activity of the account" aria-busy={next === undefined}>
        {entries.map((one) => (
          <li key={one.number} class="plain-row">
            <div>
              <p>
                {what(one)} <bdi class="hint">{about(one, workspace)}</bdi>
              </p>
              <p class="machine-facts machine-system">
                <time class="fact" dateTime={new Date(one.at).toISOString()} title={exactTime(one.at)}>
                  {shortTime(one.at)}
                </time>
                {one.device != null && (
                  <span class="fact">
                    <bdi>{devices.get(one.device)?.name ?? "A device that was revoked"}</bdi>
                  </span>
                )}
                {one.address != null && <span class="fact">{one.address}</span>}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {typeof next === "number" && (
        <p>
          <button type="button" class="button" onClick={() => void load(next)}>
            Earlier
          </button>
        </p>
      )}
    </section>
  );
}

const DEVICES: Readonly<Record<string, string>> = { web: "a browser", app: "an app", terminal: "a terminal", machine: "a machine" };

/** What a call of a machine or a session is for. */
const CALLS: Readonly<Record<string, string>> = {
  "spawn-happy-session": "Started a session",
  "resume-happy-session": "Woke a session up",
  "stop-session": "Stopped a session",
  killSession: "Ended a session",
  "stop-daemon": "Stopped the daemon of a machine",
  bash: "Ran a command",
  readFile: "Read a file",
  writeFile: "Wrote a file",
  "make-directory": "Made a folder",
  "git-clone": "Cloned a repository",
  "create-assistant": "Added an assistant",
  "run-job": "Ran a job",
  "restore-session-key": "Gave a session its key back",
};

function what({ kind, details }: Entry): string {
  return (kind === "rpc-call" ? CALLS[methodOf(details["method"] ?? "")] : undefined) ?? KINDS[kind] ?? kind;
}

/** Calls are named with the machine or session that they are for. */
function methodOf(name: string): string {
  return name.replace(/^[^:]*:/, "");
}

/** Names for the ids of machines and sessions that are still there, and words for the rest. */
function about({ details }: Entry, workspace: Workspace | null): string {
  return Object.entries(details)
    .map(([name, value]) => {
      if (name === "method") {
        const method = methodOf(value);
        return CALLS[method] === undefined ? method : "";
      }
      if (name === "deviceKind") return DEVICES[value] ?? value;
      if (name === "newAccount") return "the account was made";
      if (name === "invite") return "with an invite";
      const row = workspace?.model.list.peek()?.rows.find(({ machineId }) => machineId === value);
      if (row !== undefined) return machineName(row, workspace?.model.details.peek().get(value));
      const session = workspace?.sessions.session(value)?.peek();
      if (session !== undefined) return titleOfSession(session);
      // An id of something that is gone says nothing to a person.
      return /^[a-z0-9]{20,}$|^[\w-]{21}$|^[0-9a-f-]{36}$/.test(value) ? "" : value;
    })
    .filter((words) => words !== "")
    .join(", ");
}
