import type { MachineActivity, MachineGone, MachineRow } from "../../relay/schema.ts";

/**
 * The machines of the account as far as this page knows, built from one answer of the relay and the events since.
 *
 * Every row and every removal carries the `rev` of the account at that change. An event that is not newer than what
 * is known of its machine changes nothing, so events may come late, twice, or overtake the answer of the list.
 */
export interface MachineList {
  /** Newest registration first. */
  readonly rows: readonly MachineRow[];
  /** `rev` of removals, so that a late row does not bring a machine back. */
  readonly gone: ReadonlyMap<string, number>;
}

export type Change =
  | { readonly type: "row"; readonly row: MachineRow }
  | { readonly type: "gone"; readonly gone: MachineGone }
  | { readonly type: "activity"; readonly activity: MachineActivity };

export function fromRows(rows: readonly MachineRow[]): MachineList {
  return { rows: sorted(rows), gone: new Map() };
}

export function apply(list: MachineList, change: Change): MachineList {
  switch (change.type) {
    case "row":
      return applyRow(list, change.row);
    case "gone":
      return applyGone(list, change.gone);
    case "activity":
      return applyActivity(list, change.activity);
  }
}

function applyRow(list: MachineList, row: MachineRow): MachineList {
  const known = list.rows.find(({ machineId }) => machineId === row.machineId);
  const knownRev = Math.max(known?.rev ?? -Infinity, list.gone.get(row.machineId) ?? -Infinity);
  if (row.rev <= knownRev) return list;
  // "Last seen" never goes back: a heartbeat may have told more than the row, which is stored less often.
  const lastSeen = Math.max(row.lastSeen, known?.lastSeen ?? 0);
  const others = list.rows.filter(({ machineId }) => machineId !== row.machineId);
  return { ...list, rows: sorted([...others, { ...row, lastSeen }]) };
}

function applyGone(list: MachineList, { machineId, rev }: MachineGone): MachineList {
  const known = list.rows.find((row) => row.machineId === machineId);
  if (rev <= Math.max(known?.rev ?? -Infinity, list.gone.get(machineId) ?? -Infinity)) return list;
  return {
    rows: list.rows.filter((row) => row.machineId !== machineId),
    gone: new Map(list.gone).set(machineId, rev),
  };
}

/** A heartbeat moves "last seen" and nothing else: whether a machine is online is said by its row alone. */
function applyActivity(list: MachineList, { id, active, activeAt }: MachineActivity): MachineList {
  const known = list.rows.find(({ machineId }) => machineId === id);
  if (known === undefined || !active || known.status !== "online" || activeAt <= known.lastSeen) return list;
  return { ...list, rows: list.rows.map((row) => (row === known ? { ...row, lastSeen: activeAt } : row)) };
}

export interface Counts {
  readonly total: number;
  readonly online: number;
  readonly offline: number;
}

export function counts({ rows }: MachineList): Counts {
  const online = rows.filter(({ status }) => status === "online").length;
  return { total: rows.length, online, offline: rows.length - online };
}

function sorted(rows: readonly MachineRow[]): readonly MachineRow[] {
  return [...rows].sort((a, b) => b.createdAt - a.createdAt || (a.machineId < b.machineId ? -1 : 1));
}
