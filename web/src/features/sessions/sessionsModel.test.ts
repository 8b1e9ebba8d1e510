// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { accountKeys, concat, dataKeyCipher, newMasterSecret, randomBytes, sealEnvelope, toBase64 } from "../../crypto/index.ts";
import type { RelayLink } from "../../relay/link.ts";
import { KeyRing, openKeysHere } from "../../workspace/keyRing.ts";
import { SessionsModel } from "./sessionsModel.ts";
import type { SessionRecord } from "./wire.ts";

function rig() {
  const keys = accountKeys(newMasterSecret());
  const ring = new KeyRing(keys, openKeysHere(keys));
  const session = (id: string, metadata: object, fields: Partial<SessionRecord> = {}) => {
    const key = randomBytes(32);
    const cipher = dataKeyCipher(key);
    const wrapped = toBase64(concat(Uint8Array.of(0), sealEnvelope(key, keys.contentPublicKey)));
    const record: SessionRecord = {
      id, seq: 0, metadata: cipher.seal(metadata), metadataVersion: 0, agentState: null, agentStateVersion: 0,
      dataEncryptionKey: wrapped, active: false, activeAt: 1, createdAt: 1, updatedAt: 1, ...fields,
    };
    return { record, cipher };
  };
  const lists: SessionRecord[][] = [];
  const asks: ((value: { metadata: string; expectedVersion: number }) => unknown)[] = [];
  const link = {
    http: { request: () => Promise.resolve({ ok: true, value: { sessions: lists.shift() ?? [] } }) },
    ask: (_: string, value: never) => Promise.resolve(asks.shift()?.(value)),
  } as unknown as RelayLink;
  const model = new SessionsModel(link, ring);
  const opened = (id: string) => vi.waitFor(() => expect(model.session(id)?.value.kind).not.toBe("opening"));
  const update = (body: { t: string } & Record<string, unknown>, createdAt = 5) => model.update({ seq: 1, createdAt, body });
  return { model, session, lists, asks, opened, update };
}

describe("the sessions", () => {
  it("are opened one by one, and one that does not open hides no other", async () => {
    const { model, session, lists, opened } = rig();
    const good = session("a", { path: "/x", summary: { text: "A", updatedAt: 1 } });
    const { record: bad } = session("b", {});
    lists.push([good.record, { ...bad, dataEncryptionKey: toBase64(randomBytes(105)) }, { id: 7 } as unknown as SessionRecord]);
    expect(model.order.value).toBeNull();
    await model.reload();
    expect(model.order.value).toEqual(["b", "a"]);
    await Promise.all([opened("a"), opened("b")]);
    expect(model.session("a")?.value).toMatchObject({ kind: "open", metadata: { path: "/x", summary: { text: "A" } } });
    expect(model.session("b")?.value.kind).toBe("locked");
  });

  it("follow updates by their versions, and what changed last is first", async () => {
    const { model, session, lists, opened, update } = rig();
    const a = session("a", { path: "/a" });
    const b = session("b", { path: "/b" }, { updatedAt: 2 });
    lists.push([a.record, b.record]);
    await model.reload();
    await opened("a");
    update({ t: "update-session", id: "a", metadata: { value: a.cipher.seal({ path: "/new" }), version: 2 } });
    update({ t: "update-session", id: "a", metadata: { value: a.cipher.seal({ path: "/old" }), version: 1 } });
    const question = { requests: { q: { tool: "Bash", arguments: {}, createdAt: 1 } } };
    update({ t: "update-session", id: "a", agentState: { value: a.cipher.seal(question), version: 1 } });
    model.event("ephemeral", { type: "activity", id: "a", active: true, activeAt: 6, thinking: true });
    expect(model.session("a")?.value).toMatchObject({ metadata: { path: "/new" }, active: true, thinking: true });
    await vi.waitFor(() => expect(model.order.value).toEqual(["a", "b"]));
    expect(model.waiting.value).toBe(1);
    update({ t: "delete-session", sid: "a" });
    await vi.waitFor(() => expect(model.order.value).toEqual(["b"]));
    expect(model.waiting.value).toBe(0);
  });

  it("draw nothing for a heartbeat that changes nothing", async () => {
    const { model, session, lists, opened } = rig();
    lists.push([session("a", {}, { active: true }).record]);
    await model.reload();
    await opened("a");
    const before = model.session("a")?.value;
    model.event("ephemeral", { type: "activity", id: "a", active: true, activeAt: 99, thinking: false });
    expect(model.session("a")?.value).toBe(before);
  });

  it("are offline after a break when the relay no longer knows them as active", async () => {
    const { model, session, lists, opened } = rig();
    const { record } = session("a", {}, { active: true });
    lists.push([record], []);
    await model.reload();
    await opened("a");
    expect(await model.refresh()).toBe(true);
    expect(model.session("a")?.value.active).toBe(false);
  });

  it("keep what this page does not know of their metadata, also when another client was faster", async () => {
    const { model, session, lists, asks, opened } = rig();
    const a = session("a", { path: "/a", future: { deep: 1 } });
    lists.push([a.record]);
    await model.reload();
    await opened("a");
    const faster = a.cipher.seal({ path: "/a", future: { deep: 2 }, theirs: true });
    const written: unknown[] = [];
    asks.push(
      () => ({ result: "version-mismatch", version: 4, metadata: faster }),
      ({ metadata, expectedVersion }) => {
        written.push(expectedVersion, a.cipher.open(metadata));
        return { result: "success", version: 5, metadata };
      },
    );
    expect(await model.changeMetadata("a", (metadata) => ({ ...metadata, mine: 1 }))).toBe(true);
    expect(written).toEqual([4, { opened: true, value: { path: "/a", future: { deep: 2 }, theirs: true, mine: 1 } }]);
    expect(await model.changeMetadata("a", (metadata) => metadata)).toBe(false);
  });
});
