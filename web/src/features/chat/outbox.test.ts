// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { dataKeyCipher, randomBytes } from "../../crypto/index.ts";
import { MemoryStore } from "../../device/deviceStore.ts";
import type { Answer } from "../../relay/http.ts";
import type { RelayLink } from "../../relay/link.ts";
import { Outbox } from "./outbox.ts";

/** A relay that keeps one message for each local id, and answers or not as the test says. */
class Relay {
  readonly stored = new Map<string, string>();
  readonly posts: string[][] = [];
  fate: "answers" | "is away" | "loses the answer" | "refuses" = "answers";
  key = randomBytes(32);

  link(): RelayLink {
    const request = (_: string, __: string, body: { messages: { content: string; localId: string }[] }): Promise<Answer<unknown>> => {
      if (this.fate === "is away") return Promise.resolve({ ok: false, problem: { kind: "unreachable" } });
      if (this.fate === "refuses") return Promise.resolve({ ok: false, problem: { kind: "refused", status: 404, text: "Session not found" } });
      this.posts.push(body.messages.map(({ localId }) => localId));
      for (const { localId, content } of body.messages) if (!this.stored.has(localId)) this.stored.set(localId, content);
      if (this.fate === "loses the answer") return Promise.resolve({ ok: false, problem: { kind: "unreachable" } });
      const messages = body.messages.map(({ localId }, at) => ({ seq: at + 1, localId }));
      return Promise.resolve({ ok: true, value: { messages } });
    };
    return { http: { request } } as unknown as RelayLink;
  }

  texts(): unknown[] {
    return [...this.stored.values()].map((content) => {
      const opened = dataKeyCipher(this.key).open(content);
      return opened.opened ? opened.value : null;
    });
  }
}

const browserKey = new Uint8Array(32).fill(3);
const open = (relay: Relay, device = new MemoryStore(true)) => ({
  device,
  outbox: new Outbox(relay.link(), device, browserKey, () => dataKeyCipher(relay.key)),
});

describe("the outbox", () => {
  it("keeps a message, encrypted, before it is sent, and forgets it when it is stored", async () => {
    const relay = new Relay();
    relay.fate = "is away";
    const { outbox, device } = open(relay);
    await outbox.send("s", "hello", "hello");
    expect(JSON.stringify(await device.all("outbox"))).not.toContain("hello");
    expect(await device.all("outbox")).toHaveLength(1);
    relay.fate = "answers";
    await outbox.refresh();
    await vi.waitFor(() => expect(outbox.messages.value[0]?.state).toEqual({ kind: "confirmed", seq: 1 }));
    expect(relay.texts()).toEqual(["hello"]);
    expect(await device.all("outbox")).toEqual([]);
    outbox.close();
  });

  it("doubles nothing when an answer is lost, also after a reload, and keeps the order", async () => {
    const relay = new Relay();
    relay.fate = "loses the answer";
    const first = open(relay);
    await first.outbox.send("s", "one", "one");
    await first.outbox.send("s", "two", "two");
    first.outbox.close();
    relay.fate = "answers";
    const second = open(relay, first.device);
    await second.outbox.restore();
    await vi.waitFor(() => expect(second.outbox.messages.value.every(({ state }) => state.kind === "confirmed")).toBe(true));
    expect(relay.texts()).toEqual(["one", "two"]);
    second.outbox.close();
  });

  it("says that a message was refused, and sends it again or gives it up as the person wants", async () => {
    const relay = new Relay();
    relay.fate = "refuses";
    const { outbox } = open(relay);
    const localId = await outbox.send("s", "x", "x");
    await vi.waitFor(() => expect(outbox.messages.value[0]?.state.kind).toBe("failed"));
    relay.fate = "answers";
    outbox.again(localId);
    await vi.waitFor(() => expect(outbox.messages.value[0]?.state.kind).toBe("confirmed"));
    outbox.seen(localId);
    expect(outbox.messages.value).toEqual([]);
    expect(relay.posts).toEqual([[localId]]);
  });

  it("leaves the messages of another account of this browser alone", async () => {
    const relay = new Relay();
    const { outbox, device } = open(relay);
    await device.put("outbox", "foreign", dataKeyCipher(randomBytes(32)).seal({ sessionId: "s" }));
    await outbox.restore();
    expect(outbox.messages.value).toEqual([]);
    expect(await device.all("outbox")).toHaveLength(1);
  });
});
