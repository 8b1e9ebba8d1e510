import { signal, type ReadonlySignal } from "@preact/signals";
import { dataKeyCipher, type RecordCipher } from "../../crypto/index.ts";
import type { DeviceStore } from "../../device/deviceStore.ts";
import { path, type Problem } from "../../relay/http.ts";
import type { LinkListener, RelayLink } from "../../relay/link.ts";
import { receipts } from "../sessions/wire.ts";

/** A message of the person that the relay has not confirmed, or that the page has not read back yet. */
export interface Outgoing {
  readonly localId: string;
  readonly sessionId: string;
  /** What was written, for the eye. */
  readonly shown: string;
  /** The plaintext of the message. */
  readonly content: unknown;
  readonly createdAt: number;
  readonly state: OutgoingState;
}

export type OutgoingState =
  /** On its way, or waiting for a connection; goes out by itself. */
  | { readonly kind: "pending" }
  /** Stored by the relay. */
  | { readonly kind: "confirmed"; readonly seq: number }
  /** Refused; goes out again only when the person says so. */
  | { readonly kind: "failed"; readonly problem: Problem };

const BATCH = 50;
const RETRY_MS = 3_000;

/**
 * Sends the person's messages: kept in this browser, encrypted, before the first attempt, in the order of writing for
 * each session, and sent until the relay has confirmed them. The relay stores one `localId` once, so another attempt
 * after a lost answer, a reload or from a second page of the browser doubles nothing.
 */
export class Outbox implements LinkListener {
  private readonly all = signal<readonly Outgoing[]>([]);
  private readonly sending = new Set<string>();
  private readonly sealed: RecordCipher;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly link: RelayLink,
    private readonly device: DeviceStore,
    browserKey: Uint8Array,
    private readonly cipher: (sessionId: string) => RecordCipher | null,
  ) {
    this.sealed = dataKeyCipher(browserKey);
  }

  get messages(): ReadonlySignal<readonly Outgoing[]> {
    return this.all;
  }

  /** What was left by an earlier visit. */
  async restore(): Promise<void> {
    const stored = await this.device.all("outbox").catch(() => []);
    const found: Outgoing[] = [];
    for (const [localId, value] of stored) {
      const opened = typeof value === "string" ? this.sealed.open(value) : null;
      // What does not open belongs to another account of this browser.
      if (opened?.opened === true) found.push({ ...(opened.value as Outgoing), localId, state: { kind: "pending" } });
    }
    found.sort((a, b) => a.createdAt - b.createdAt);
    const known = new Set(this.all.value.map(({ localId }) => localId));
    this.all.value = [...found.filter(({ localId }) => !known.has(localId)), ...this.all.value];
    this.flush();
  }

  /** Answers when the message is kept in this browser, not when it was sent. */
  async send(sessionId: string, shown: string, content: unknown): Promise<string> {
    const message: Outgoing = {
      localId: crypto.getRandomValues(new Uint8Array(16)).reduce((hex, byte) => hex + byte.toString(16).padStart(2, "0"), ""),
      sessionId,
      shown,
      content,
      createdAt: Date.now(),
      state: { kind: "pending" },
    };
    this.all.value = [...this.all.value, message];
    // A browser that keeps nothing still sends.
    await this.device.put("outbox", message.localId, this.sealed.seal(message)).catch(() => {});
    this.flush();
    return message.localId;
  }

  /** The person wants a failed one to go out again. */
  again(localId: string): void {
    this.change(localId, (message) => ({ ...message, state: { kind: "pending" } }));
    this.flush();
  }

  /** Gives a failed one up. */
  discard(localId: string): void {
    this.forget(localId);
  }

  /** The page has read the message back from the relay. */
  seen(localId: string): void {
    if (this.all.value.some((message) => message.localId === localId)) this.forget(localId);
  }

  reload(): Promise<boolean> {
    this.flush();
    return Promise.resolve(true);
  }

  refresh(): Promise<boolean> {
    this.flush();
    return Promise.resolve(true);
  }

  close(): void {
    clearTimeout(this.retry);
  }

  private flush(): void {
    for (const sessionId of new Set(this.all.value.map((message) => message.sessionId))) void this.flushSession(sessionId);
  }

  private async flushSession(sessionId: string): Promise<void> {
    if (this.sending.has(sessionId)) return;
    const cipher = this.cipher(sessionId);
    if (cipher === null) return;
    this.sending.add(sessionId);
    try {
      for (;;) {
        const batch = this.all.value
          .filter((message) => message.sessionId === sessionId && message.state.kind === "pending")
          .slice(0, BATCH);
        if (batch.length === 0) return;
        const messages = batch.map(({ content, localId }) => ({ content: cipher.seal(content), localId }));
        const where = path("/v3/sessions", sessionId, "messages");
        const answer = await this.link.http.request("POST", where, { messages }, receipts);
        if (answer.ok) {
          const numbers = new Map(answer.value.messages.map(({ localId, seq }) => [localId, seq]));
          for (const { localId } of batch) {
            const seq = numbers.get(localId) ?? 0;
            await this.device.remove("outbox", localId).catch(() => {});
            this.change(localId, (message) => ({ ...message, state: { kind: "confirmed", seq } }));
          }
        } else if (answer.problem.kind === "refused" && answer.problem.status !== 429 && answer.problem.status < 500) {
          for (const { localId } of batch) {
            this.change(localId, (message) => ({ ...message, state: { kind: "failed", problem: answer.problem } }));
          }
        } else {
          clearTimeout(this.retry);
          this.retry = setTimeout(() => this.flush(), RETRY_MS);
          return;
        }
      }
    } finally {
      this.sending.delete(sessionId);
    }
  }

  private change(localId: string, change: (message: Outgoing) => Outgoing): void {
    this.all.value = this.all.value.map((message) => (message.localId === localId ? change(message) : message));
  }

  private forget(localId: string): void {
    this.all.value = this.all.value.filter((message) => message.localId !== localId);
    void this.device.remove("outbox", localId).catch(() => {});
  }
}
