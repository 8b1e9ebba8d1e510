// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { Answer, RelayHttp } from "../../relay/http.ts";
import type { MachineRecord, MachineRow } from "../../relay/schema.ts";
import { MachinesModel } from "./machinesModel.ts";
import type { MachineDetails } from "./unlock.ts";
import { cipher, machine } from "./testMachines.ts";

/** The relay as this view meets it: requests that are answered when the test says so. */
class Relay {
  readonly lists: ((rows: Answer<MachineRow[]>, records?: MachineRecord[]) => Promise<void>)[] = [];
  unauthorized = 0;

  open(http: Partial<RelayHttp> = {}): MachinesModel {
    let resolveRecords: (records: Answer<MachineRecord[]>) => void = () => {};
    const model = new MachinesModel({
      http: {
        machines: () =>
          new Promise((resolve) => {
            this.lists.push(async (rows, records = []) => {
              resolve(rows);
              resolveRecords({ ok: true, value: records });
              await new Promise((done) => setTimeout(done));
            });
          }),
        records: () => new Promise((resolve) => (resolveRecords = resolve)),
        ...http,
      } as RelayHttp,
      isLive: () => true,
      prepare: () => Promise.resolve(),
      unlock: ({ metadata }) => (metadata === "" ? { kind: "locked" } : opened(metadata)),
      trustKey: () => {},
      forgetKey: () => {},
      onUnauthorized: () => this.unauthorized++,
    });
    void model.refresh();
    return model;
  }
}

const opened = (host: string): MachineDetails => ({ kind: "open", metadata: { host }, cipher });

const rows = (...value: MachineRow[]): Answer<MachineRow[]> => ({ ok: true, value });
const names = (model: MachinesModel) => model.list.value?.rows.map(({ name }) => name);

describe("the live list", () => {
  it("is unknown, not empty, until the relay has answered", async () => {
    const relay = new Relay();
    const model = relay.open();
    model.row(machine({ machineId: "a" }));
    expect(model.list.value).toBeNull();
    await relay.lists[0]?.(rows());
    expect(names(model)).toEqual(["a"]);
  });

  it("keeps events that overtook the answer of the list", async () => {
    const relay = new Relay();
    const model = relay.open();
    model.row(machine({ machineId: "a", name: "new name", rev: 9 }));
    model.gone({ machineId: "b", rev: 8 });
    await relay.lists[0]?.(rows(machine({ machineId: "a", name: "old name", rev: 3 }), machine({ machineId: "b" })));
    expect(names(model)).toEqual(["new name"]);
  });

  it("is asked for again, and forgets what the relay no longer has", async () => {
    const relay = new Relay();
    const model = relay.open();
    await relay.lists[0]?.(rows(machine({ machineId: "a" }), machine({ machineId: "b" })));
    void model.refresh();
    void model.refresh();
    expect(relay.lists).toHaveLength(3);
    await relay.lists[1]?.(rows(machine({ machineId: "late" })));
    expect(names(model)).toHaveLength(2);
    await relay.lists[2]?.(rows(machine({ machineId: "b" })));
    expect(names(model)).toEqual(["b"]);
  });

  it("keeps the list and names the problem when asking again fails", async () => {
    const relay = new Relay();
    const model = relay.open();
    await relay.lists[0]?.(rows(machine({ machineId: "a" })));
    void model.refresh();
    await relay.lists[1]?.({ ok: false, problem: { kind: "unreachable" } });
    expect(names(model)).toEqual(["a"]);
    expect(model.problem.value).toEqual({ kind: "unreachable" });
  });

  it("reports a refused sign-in", async () => {
    const relay = new Relay();
    const model = relay.open({ renameMachine: () => Promise.resolve({ ok: false, problem: { kind: "unauthorized" } }) });
    await relay.lists[0]?.({ ok: false, problem: { kind: "unauthorized" } });
    expect(relay.unauthorized).toBe(1);
    await model.rename("a", "b");
    expect(relay.unauthorized).toBe(2);
  });

  it("removes a machine without waiting for the event, and takes one that is already gone for removed", async () => {
    const relay = new Relay();
    const model = relay.open({
      removeMachine: () =>
        Promise.resolve({ ok: false, problem: { kind: "refused", status: 404, text: "Machine not found" } }),
    });
    await relay.lists[0]?.(rows(machine({ machineId: "a", rev: 4 })));
    expect((await model.remove("a")).ok).toBe(true);
    expect(names(model)).toEqual([]);
    model.row(machine({ machineId: "a", rev: 4 }));
    expect(names(model)).toEqual([]);
  });

  it("opens metadata of the list and of later updates; one locked record hides nothing", async () => {
    const relay = new Relay();
    const model = relay.open();
    const record = (id: string, metadata: string): MachineRecord => ({ id, metadata, metadataVersion: 1 });
    await relay.lists[0]?.(rows(), [record("a", "host-a"), record("b", "")]);
    model.update({ t: "new-machine", machineId: "c", metadata: "host-c", metadataVersion: 1 });
    model.update({ t: "update-machine", machineId: "a", metadata: { value: "host-a2", version: 2 } });
    model.update({ t: "update-machine", machineId: "c", metadata: { value: "older", version: 1 } });
    expect(Object.fromEntries(model.details.value)).toEqual({
      a: opened("host-a2"),
      b: { kind: "locked" },
      c: opened("host-c"),
    });
    model.update({ t: "delete-machine", machineId: "a" });
    expect(model.details.value.has("a")).toBe(false);
  });

  it("changes nothing after it was closed", async () => {
    const relay = new Relay();
    const model = relay.open();
    model.close();
    await relay.lists[0]?.({ ok: false, problem: { kind: "unauthorized" } });
    expect(relay.unauthorized).toBe(0);
  });
});
