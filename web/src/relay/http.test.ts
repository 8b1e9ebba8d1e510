// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RelayHttp } from "./http.ts";

interface Sent {
  path: string;
  init: RequestInit;
}

function relay(status: number, body: string, sent: Sent[] = []): RelayHttp {
  return new RelayHttp("the-token", (path, init = {}) => {
    sent.push({ path: String(path), init });
    return Promise.resolve(new Response(body, { status }));
  });
}

const row = {
  machineId: "a",
  name: "A",
  status: "online",
  lastSeen: 1,
  assistantCount: 0,
  assistantCounts: { online: 0, offline: 0, pending: 0 },
  createdAt: 1,
  connectedBefore: true,
  enrolment: "ready",
  rev: 1,
};

describe("requests to the relay", () => {
  it("carry the bearer in its header and never in the address", async () => {
    const sent: Sent[] = [];
    await relay(200, "[]", sent).machines();
    expect(sent[0]?.path).toBe("/v1/web/machines");
    expect(new Headers(sent[0]?.init.headers).get("Authorization")).toBe("Bearer the-token");
  });

  it("escape an id in the address", async () => {
    const sent: Sent[] = [];
    await relay(200, "{}", sent).removeMachine("../account?x#y");
    expect(sent[0]?.path).toBe("/v1/web/machines/..%2Faccount%3Fx%23y");
  });

  it("end the own sign-in and no other", async () => {
    const sent: Sent[] = [];
    await relay(200, '[{"id":"other","current":false},{"id":"mine","current":true}]', sent).signOut();
    expect(sent.map(({ path, init }) => `${init.method} ${path}`)).toEqual([
      "GET /v1/devices",
      "DELETE /v1/devices/mine",
    ]);
  });

  it("leave unknown fields out and take an unknown enrolment for ready", async () => {
    const answer = await relay(200, JSON.stringify([{ ...row, enrolment: "future", extra: 1 }])).machines();
    expect(answer).toEqual({ ok: true, value: [row] });
  });

  it("leave out an encrypted record of another shape, not the others", async () => {
    const good = { id: "a", metadata: "x", metadataVersion: 1, dataEncryptionKey: null };
    const answer = await relay(200, JSON.stringify([{ id: 7 }, good, null])).records();
    expect(answer).toEqual({ ok: true, value: [good] });
  });

  it.each([
    [401, '{"error":"Invalid token"}', { kind: "unauthorized" }],
    [409, '{"error":"Machine ID already exists"}', { kind: "refused", status: 409, text: "Machine ID already exists" }],
    [400, '{"error":"Error","message":"body/name too long"}', { kind: "refused", status: 400, text: "body/name too long" }],
    [403, "<html>", { kind: "refused", status: 403, text: "" }],
    [502, "<html>bad gateway", { kind: "unreachable" }],
    [200, "<html>a proxy's page", { kind: "unexpected" }],
    [200, '[{"machineId":1}]', { kind: "unexpected" }],
  ])("end with a typed problem for %i %s", async (status, body, problem) => {
    expect(await relay(status, body).machines()).toEqual({ ok: false, problem });
  });

  it("say that the relay is unreachable when there is no answer", async () => {
    const http = new RelayHttp(null, () => Promise.reject(new TypeError("Failed to fetch")));
    expect(await http.info()).toEqual({ ok: false, problem: { kind: "unreachable" } });
  });
});

describe("an answer on a slow line", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
      const end = new AbortController();
      setTimeout(() => end.abort(), ms);
      return end.signal;
    });
  });
  afterEach(() => vi.useRealTimers());

  /** Sends a piece every 15 s, and nothing more after the last. */
  function slow(pieces: readonly string[], ends: boolean): RelayHttp {
    return new RelayHttp("t", (_, init = {}) => {
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          init.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
          for (const piece of pieces) {
            await new Promise((done) => setTimeout(done, 15_000));
            controller.enqueue(new TextEncoder().encode(piece));
          }
          if (ends) controller.close();
        },
      });
      return Promise.resolve(new Response(body));
    });
  }

  it("is waited for while something comes", async () => {
    const answer = slow(['{"succ', 'ess"', ':tr', 'ue}'], true).removeMachine("a");
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await answer).toEqual({ ok: true, value: { success: true } });
  });

  it("is given up when nothing comes any more", async () => {
    const answer = slow(['{"succ'], false).removeMachine("a");
    await vi.advanceTimersByTimeAsync(36_000);
    expect(await answer).toEqual({ ok: false, problem: { kind: "unreachable" } });
  });
});
