// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import type { Answer, RelayHttp } from "./http.ts";
import { RelayLink, type LinkListener } from "./link.ts";

interface Page {
  verdict: "resumed" | "gap";
  changes: unknown[];
  lastSeq: number;
  hasMore: boolean;
}

const update = (seq: number) => ({ seq, createdAt: seq, body: { t: "new-message", sid: "s" } });

function rig() {
  const asked: number[] = [];
  const pages: Answer<Page>[] = [];
  const seen: number[] = [];
  const told: string[] = [];
  const http = {
    request: (_: string, path: string) => {
      asked.push(Number(/after=(\d+)/.exec(path)?.[1]));
      return Promise.resolve(pages.shift() ?? { ok: false, problem: { kind: "unreachable" } });
    },
  } as unknown as RelayHttp;
  const asks: unknown[] = [];
  const link = new RelayLink(http, () => ({ emit: () => {}, ask: () => Promise.resolve(asks.shift()), close: () => {} }), () => told.push("unauthorized"));
  const listener: LinkListener = {
    reload: () => Promise.resolve(told.push("reload") > 0),
    refresh: () => Promise.resolve(told.push("refresh") > 0),
    update: ({ seq }) => seen.push(seq),
    lost: () => told.push("lost"),
  };
  link.listen(listener);
  const page = (value: Partial<Page>): Answer<Page> => ({ ok: true, value: { verdict: "resumed", changes: [], lastSeq: 0, hasMore: false, ...value } });
  const settle = () => vi.waitFor(() => expect(link.state.value.kind).toBe("live"));
  return { link, asked, pages, seen, told, page, settle, asks };
}

describe("the connection to the relay", () => {
  it("reads the state once, then passes each update on once and in order", async () => {
    const { link, pages, seen, told, page, settle } = rig();
    pages.push(page({ verdict: "gap", lastSeq: 7 }));
    link.connected();
    expect(link.state.value.kind).toBe("catching-up");
    link.event("update", update(8));
    link.event("update", update(7));
    await settle();
    link.event("update", update(9));
    link.event("update", update(9));
    expect(told).toEqual(["reload"]);
    expect(seen).toEqual([8, 9]);
  });

  it("goes on where it was after a break, without reading the state again", async () => {
    const { link, asked, pages, seen, told, page, settle } = rig();
    pages.push(page({ verdict: "gap", lastSeq: 1 }));
    link.connected();
    await settle();
    link.lost();
    const { state } = link;
    expect(state.value.kind).toBe("offline");
    pages.push(page({ changes: [update(2), update(3)], lastSeq: 5, hasMore: true }), page({ changes: [update(4)], lastSeq: 5 }));
    link.connected();
    // Arrives while the older ones are still on their way.
    link.event("update", update(6));
    link.event("update", update(4));
    await settle();
    expect(asked.slice(1)).toEqual([1, 3]);
    expect(seen).toEqual([2, 3, 4, 6]);
    expect(told).toEqual(["reload", "lost", "refresh"]);
  });

  it("reads the state again when the relay has forgotten", async () => {
    const { link, pages, seen, told, page, settle } = rig();
    pages.push(page({ verdict: "gap", lastSeq: 1 }));
    link.connected();
    await settle();
    link.lost();
    pages.push(page({ verdict: "gap", lastSeq: 90 }));
    link.connected();
    await settle();
    link.event("update", update(90));
    link.event("update", update(91));
    expect(told).toEqual(["reload", "lost", "reload"]);
    expect(seen).toEqual([91]);
  });

  it("keeps trying while the relay answers nothing, and says since when it is offline", async () => {
    vi.useFakeTimers();
    const { link, pages, told, page } = rig();
    const before = Date.now();
    link.lost();
    link.lost();
    expect(link.state.value).toEqual({ kind: "offline", sinceMs: before });
    link.connected();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(link.state.value.kind).toBe("catching-up");
    pages.push(page({ verdict: "gap", lastSeq: 1 }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(link.state.value.kind).toBe("live");
    expect(told.filter((one) => one === "reload")).toHaveLength(1);
    vi.useRealTimers();
  });

  it("tells a call that failed from one whose fate is not known", async () => {
    const { link, asks } = rig();
    asks.push({ ok: true, result: "r" }, { ok: false, error: "RPC method not available" }, { ok: false, error: "operation has timed out" }, undefined);
    expect(await link.call("m:x", "p")).toEqual({ ok: true, result: "r" });
    expect(await link.call("m:x", "p")).toMatchObject({ ok: false, lost: false });
    expect(await link.call("m:x", "p")).toMatchObject({ ok: false, lost: true });
    expect(await link.call("m:x", "p")).toMatchObject({ ok: false, lost: true });
  });
});
