import { signal, type ReadonlySignal } from "@preact/signals";
import type { RelayHttp } from "./http.ts";
import { changePage, read, rpcAck, updateHead, type UpdateHead } from "./schema.ts";
import type { LiveSocket, SocketListener } from "./socket.ts";

/** The one truth about the connection. `offline` says nothing about machines and sessions. */
export type LinkState =
  | { readonly kind: "connecting" }
  /** Connected, and reading what happened meanwhile. */
  | { readonly kind: "catching-up" }
  | { readonly kind: "live" }
  | { readonly kind: "offline"; readonly sinceMs: number };

/** What a part of the page wants to hear. All parts hear everything in the same order. */
export interface LinkListener {
  /** Reads its state anew: at the first connection, and when the relay no longer knows all that happened. False: failed. */
  reload?(): Promise<boolean>;
  /** Connected again with every numbered update known; what is not numbered (presence, rows) may be old. False: failed. */
  refresh?(): Promise<boolean>;
  /** A numbered update, each once and in order; its body is unchecked. */
  update?(update: UpdateHead): void;
  /** An event without a number. */
  event?(name: string, value: unknown): void;
  lost?(): void;
}

/** How a call to a machine or a session went. The result is still encrypted. */
export type CallAnswer =
  | { readonly ok: true; readonly result: unknown }
  /** `lost`: whether it was carried out is not known. */
  | { readonly ok: false; readonly error: string; readonly lost: boolean };

const CALL_MS = 60_000;
const RETRY_MS = 1_500;
/** Larger than any number: the relay answers with its latest. */
const END = Number.MAX_SAFE_INTEGER;

/**
 * REST and one socket of a signed-in page.
 *
 * Numbered updates are passed on exactly once and in order: what arrives on the socket while the page catches up
 * waits until `/v1/changes` has told everything before it. Only a relay that has forgotten (`gap`) makes the page read
 * its state anew.
 */
export class RelayLink implements SocketListener {
  private readonly current = signal<LinkState>({ kind: "connecting" });
  private readonly listeners = new Set<LinkListener>();
  private readonly socket: LiveSocket;
  /** Number of the last update that was passed on; `null` before the first state was read. */
  private cursor: number | null = null;
  private waiting: UpdateHead[] | null = null;
  /** Grows with each connection and each loss, so that an old catch-up notices that it is one. */
  private round = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly http: RelayHttp,
    open: (listener: SocketListener) => LiveSocket,
    private readonly onUnauthorized: () => void,
  ) {
    this.socket = open(this);
  }

  get state(): ReadonlySignal<LinkState> {
    return this.current;
  }

  get isLive(): boolean {
    return this.current.peek().kind === "live";
  }

  listen(listener: LinkListener): () => void {
    this.listeners.add(listener);
    // A part that comes later reads its state at once; one of the start is told with the others.
    if (this.isLive) void listener.reload?.();
    return () => this.listeners.delete(listener);
  }

  /** Calls `<id>:<method>`; the parameters are encrypted by the caller. */
  async call(method: string, params: string): Promise<CallAnswer> {
    const answer = read(rpcAck, await this.socket.ask("rpc-call", { method, params }, CALL_MS));
    if (answer === null) return { ok: false, error: "The connection was lost", lost: true };
    if (answer.ok) return { ok: true, result: answer.result };
    const error = answer.error ?? "The relay refused the call";
    return { ok: false, error, lost: error.includes("timed out") || error.includes("disconnected") };
  }

  /** An event with an acknowledgement; `undefined` when none came. */
  ask(event: string, value: unknown): Promise<unknown> {
    return this.socket.ask(event, value, CALL_MS);
  }

  close(): void {
    this.round++;
    clearTimeout(this.retry);
    this.socket.close();
    this.listeners.clear();
  }

  connected(): void {
    this.waiting = [];
    void this.catchUp(++this.round);
  }

  lost(): void {
    this.round++;
    this.waiting = null;
    clearTimeout(this.retry);
    if (this.current.peek().kind !== "offline") this.current.value = { kind: "offline", sinceMs: Date.now() };
    for (const listener of this.listeners) listener.lost?.();
  }

  unauthorized(): void {
    this.onUnauthorized();
  }

  event(name: string, value: unknown): void {
    if (name !== "update") {
      for (const listener of this.listeners) listener.event?.(name, value);
      return;
    }
    const update = read(updateHead, value);
    if (update === null) return;
    if (this.waiting !== null) this.waiting.push(update);
    else this.pass(update);
  }

  private async catchUp(round: number): Promise<void> {
    this.current.value = { kind: "catching-up" };
    const done = await (this.cursor === null ? this.readAll(END, round) : this.readChanges(this.cursor, round));
    if (round !== this.round) return;
    if (!done) {
      this.retry = setTimeout(() => {
        if (round === this.round) void this.catchUp(round);
      }, RETRY_MS);
      return;
    }
    const waiting = this.waiting ?? [];
    this.waiting = null;
    for (const update of waiting) this.pass(update);
    this.current.value = { kind: "live" };
  }

  private async readChanges(after: number, round: number): Promise<boolean> {
    for (let from = after; ; ) {
      const answer = await this.changes(from);
      if (answer === null || round !== this.round) return false;
      if (answer.verdict === "gap") return this.readAll(END, round, answer.lastSeq);
      for (const change of answer.changes) {
        const update = read(updateHead, change);
        if (update !== null) {
          this.pass(update);
          from = Math.max(from, update.seq);
        }
      }
      if (!answer.hasMore || answer.changes.length === 0) {
        this.cursor = Math.max(this.cursor ?? 0, answer.lastSeq);
        return this.all((listener) => listener.refresh?.());
      }
    }
  }

  /** The number first, then the state: what happens in between is told twice rather than not at all. */
  private async readAll(after: number, round: number, known?: number): Promise<boolean> {
    const last = known ?? (await this.changes(after))?.lastSeq;
    if (last === undefined || round !== this.round) return false;
    if (!(await this.all((listener) => listener.reload?.())) || round !== this.round) return false;
    this.cursor = last;
    return true;
  }

  private async changes(after: number) {
    const answer = await this.http.request("GET", `/v1/changes?after=${after}&limit=1000`, undefined, changePage);
    if (!answer.ok && answer.problem.kind === "unauthorized") this.onUnauthorized();
    return answer.ok ? answer.value : null;
  }

  private async all(ask: (listener: LinkListener) => Promise<boolean> | undefined): Promise<boolean> {
    const results = await Promise.all([...this.listeners].map((listener) => ask(listener) ?? true));
    return results.every(Boolean);
  }

  private pass(update: UpdateHead): void {
    if (this.cursor !== null && update.seq <= this.cursor) return;
    if (this.cursor !== null) this.cursor = update.seq;
    for (const listener of this.listeners) listener.update?.(update);
  }
}
