// @vitest-environment node
import { describe, expect, it } from "vitest";
import { apply, counts, fromRows, type Change } from "./machineList.ts";
import { machine } from "./testMachines.ts";

const row = (fields: Parameters<typeof machine>[0]): Change => ({ type: "row", row: machine(fields) });
const gone = (machineId: string, rev: number): Change => ({ type: "gone", gone: { machineId, rev } });
const beat = (id: string, activeAt: number, active = true): Change => ({
  type: "activity",
  activity: { type: "machine-activity", id, active, activeAt },
});

describe("the list of machines", () => {
  it("has the newest registration first", () => {
    const list = apply(fromRows([machine({ machineId: "old", createdAt: 1 })]), row({ machineId: "new", createdAt: 2 }));
    expect(list.rows.map(({ machineId }) => machineId)).toEqual(["new", "old"]);
  });

  it("takes a newer row and ignores the same and an older one", () => {
    const list = fromRows([machine({ machineId: "a", name: "two", rev: 2 })]);
    expect(apply(list, row({ machineId: "a", name: "three", rev: 3 })).rows[0]?.name).toBe("three");
    expect(apply(list, row({ machineId: "a", name: "again", rev: 2 }))).toBe(list);
    expect(apply(list, row({ machineId: "a", name: "one", rev: 1 }))).toBe(list);
  });

  it("does not bring a removed machine back with a row from before", () => {
    const removed = apply(fromRows([machine({ machineId: "a", rev: 2 })]), gone("a", 5));
    expect(removed.rows).toEqual([]);
    expect(apply(removed, row({ machineId: "a", rev: 4 }))).toBe(removed);
    expect(apply(removed, row({ machineId: "a", rev: 6 })).rows).toHaveLength(1);
  });

  it("keeps a machine when a removal from before its row arrives late", () => {
    const list = fromRows([machine({ machineId: "a", rev: 7 })]);
    expect(apply(list, gone("a", 6))).toBe(list);
  });

  it("ends the same in whatever order the events of several machines arrive", () => {
    const changes = [
      row({ machineId: "a", rev: 2, name: "A" }),
      row({ machineId: "b", rev: 3 }),
      row({ machineId: "a", rev: 4, name: "AA" }),
      gone("b", 5),
      row({ machineId: "c", rev: 6, status: "online" }),
    ];
    const expected = changes.reduce(apply, fromRows([])).rows;
    for (const order of permutations(changes)) expect(order.reduce(apply, fromRows([])).rows).toEqual(expected);
  });

  it("moves last seen forward with a heartbeat, and nothing else", () => {
    const online = fromRows([machine({ machineId: "a", status: "online", lastSeen: 100 })]);
    expect(apply(online, beat("a", 200)).rows[0]).toMatchObject({ lastSeen: 200, status: "online", rev: 1 });
    expect(apply(online, beat("a", 50))).toBe(online);
    expect(apply(online, beat("a", 200, false))).toBe(online);
    const offline = fromRows([machine({ machineId: "a" })]);
    expect(apply(offline, beat("a", 2_000))).toBe(offline);
    expect(apply(offline, beat("unknown", 2_000))).toBe(offline);
  });

  it("counts machines that are online and offline", () => {
    const list = fromRows([
      machine({ machineId: "a", status: "online" }),
      machine({ machineId: "b" }),
      machine({ machineId: "c" }),
    ]);
    expect(counts(list)).toEqual({ total: 3, online: 1, offline: 2 });
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}
