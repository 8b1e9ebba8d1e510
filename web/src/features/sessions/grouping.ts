import type { MachineRow } from "../../relay/schema.ts";
import { stateOf, titleOfSession, type SessionState } from "./sessionState.ts";
import type { Session } from "./sessionsModel.ts";

/** What a session is listed under. */
export interface Place {
  readonly machineId: string | null;
  readonly path: string;
}

export interface FolderGroup {
  readonly path: string;
  readonly ids: readonly string[];
}

export interface MachineGroup {
  /** `null` for sessions that name no machine. */
  readonly machineId: string | null;
  readonly folders: readonly FolderGroup[];
}

/** Sessions by machine, then by folder; both in the order of what was changed last. `ids` are already in that order. */
export function group(ids: readonly string[], placeOf: (id: string) => Place): readonly MachineGroup[] {
  const machines = new Map<string | null, Map<string, string[]>>();
  for (const id of ids) {
    const { machineId, path } = placeOf(id);
    let folders = machines.get(machineId);
    if (folders === undefined) machines.set(machineId, (folders = new Map<string, string[]>()));
    const folder = folders.get(path);
    if (folder === undefined) folders.set(path, [id]);
    else folder.push(id);
  }
  return [...machines].map(([machineId, folders]) => ({
    machineId,
    folders: [...folders].map(([path, members]) => ({ path, ids: members })),
  }));
}

export type Filter = "current" | "all";

const CURRENT: ReadonlySet<SessionState> = new Set(["waiting", "working", "idle"]);
const RECENT_MS = 3 * 24 * 3_600_000;

/** Whether a session is in the list: what runs or was touched lately, or everything, and what matches the words. */
export function isListed(session: Session, machine: MachineRow | undefined, filter: Filter, words: string, now: number): boolean {
  if (words !== "") {
    const text = `${titleOfSession(session)} ${session.metadata.path ?? ""} ${machine?.name ?? ""}`.toLowerCase();
    return words
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word));
  }
  if (filter === "all") return true;
  const state = stateOf(session, machine);
  return CURRENT.has(state) || (state !== "archived" && now - session.updatedAt < RECENT_MS);
}
