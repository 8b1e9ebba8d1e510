import { batch, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { RecordCipher } from "../../crypto/index.ts";
import { path, type Answer, type Problem } from "../../relay/http.ts";
import type { LinkListener, RelayLink } from "../../relay/link.ts";
import { read, succeeded, type UpdateHead } from "../../relay/schema.ts";
import type { KeyRing } from "../../workspace/keyRing.ts";
import { NO_STATE, readAgentState, readMetadata, type AgentState, type SessionMetadata } from "./metadata.ts";
import {
  fieldWrite,
  sessionActivity,
  sessionList,
  sessionRecord,
  sessionUpdate,
  type SessionRecord,
  type SessionUpdate,
} from "./wire.ts";

/** A session as the page shows it. A new object whenever something visible changed. */
export interface Session {
  readonly id: string;
  readonly seq: number;
  readonly active: boolean;
  readonly activeAt: number;
  readonly thinking: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** `opening` until its key was opened, `locked` when the account's keys do not open it. */
  readonly kind: "opening" | "open" | "locked";
  readonly metadata: SessionMetadata;
  readonly agentState: AgentState;
}

interface Entry {
  record: SessionRecord;
  thinking: boolean;
  /** As decrypted, with everything this page does not know. */
  plainMetadata: unknown;
  plainState: unknown;
  readonly shown: Signal<Session>;
}

const WRITE_TRIES = 4;

/**
 * All sessions of the account, live. Each has a signal of its own, so that a change of one draws one row; `order`
 * changes only when the list does.
 */
export class SessionsModel implements LinkListener {
  private readonly entries = new Map<string, Entry>();
  private readonly listed = signal<readonly string[] | null>(null);
  private readonly waitingCount = signal(0);
  private readonly changes = signal(0);
  private readonly failure = signal<Problem | null>(null);
  private updatesSinceRequest: UpdateHead[] | null = null;
  private scheduled = false;

  constructor(
    private readonly link: RelayLink,
    private readonly ring: KeyRing,
  ) {}

  /** Ids, last changed first; `null` until the relay has answered once. */
  get order(): ReadonlySignal<readonly string[] | null> {
    return this.listed;
  }

  /** Grows with every visible change of any session. */
  get revision(): ReadonlySignal<number> {
    return this.changes;
  }

  /** Sessions in which an agent waits for the person. */
  get waiting(): ReadonlySignal<number> {
    return this.waitingCount;
  }

  get problem(): ReadonlySignal<Problem | null> {
    return this.failure;
  }

  session(id: string): ReadonlySignal<Session> | null {
    return this.entries.get(id)?.shown ?? null;
  }

  cipher(id: string): RecordCipher | null {
    const entry = this.entries.get(id);
    return entry === undefined ? null : this.ring.cipher(entry.record.dataEncryptionKey);
  }

  /** See [KeyRing.key]. */
  key(id: string): Uint8Array | null {
    return this.ring.key(this.entries.get(id)?.record.dataEncryptionKey);
  }

  async reload(): Promise<boolean> {
    this.updatesSinceRequest = [];
    const answer = await this.link.http.request("GET", "/v1/sessions", undefined, sessionList);
    const missed = this.updatesSinceRequest;
    this.updatesSinceRequest = null;
    this.failure.value = answer.ok ? null : answer.problem;
    if (!answer.ok) return false;
    const records = answer.value.sessions.map((one) => read(sessionRecord, one)).filter((one) => one !== null);
    batch(() => {
      const known = new Set(records.map(({ id }) => id));
      for (const id of this.entries.keys()) if (!known.has(id)) this.entries.delete(id);
      for (const record of records) this.put(record);
      for (const update of missed) this.update(update);
      this.sort();
    });
    void this.openAll();
    return true;
  }

  /** Presence has no numbers: after a break the relay is asked who is there. */
  async refresh(): Promise<boolean> {
    if (this.listed.value === null) return this.reload();
    const answer = await this.link.http.request("GET", "/v2/sessions/active?limit=500", undefined, sessionList);
    if (!answer.ok) return false;
    const active = new Map(
      answer.value.sessions
        .map((one) => read(sessionRecord, one))
        .filter((one) => one !== null)
        .map((one) => [one.id, one]),
    );
    batch(() => {
      for (const [id, entry] of this.entries) {
        const found = active.get(id);
        this.setPresence(entry, found !== undefined, found?.activeAt ?? entry.record.activeAt, found !== undefined && entry.thinking);
      }
    });
    return true;
  }

  update(update: UpdateHead): void {
    this.updatesSinceRequest?.push(update);
    const body = read(sessionUpdate, update.body);
    if (body !== null) this.apply(body, update.createdAt);
  }

  event(name: string, value: unknown): void {
    if (name !== "ephemeral") return;
    const activity = read(sessionActivity, value);
    const entry = activity === null ? undefined : this.entries.get(activity.id);
    if (activity !== null && entry !== undefined) {
      this.setPresence(entry, activity.active, activity.activeAt, activity.active && activity.thinking);
    }
  }

  /** Changes encrypted metadata; what this page does not know of it stays. */
  async changeMetadata(id: string, change: (metadata: Record<string, unknown>) => Record<string, unknown>): Promise<boolean> {
    for (let attempt = 0; attempt < WRITE_TRIES; attempt++) {
      const entry = this.entries.get(id);
      const cipher = this.cipher(id);
      if (entry === undefined || cipher === null || entry.shown.value.kind !== "open") return false;
      const before = (entry.plainMetadata ?? {}) as Record<string, unknown>;
      const metadata = cipher.seal(change({ ...before }));
      const request = { sid: id, metadata, expectedVersion: entry.record.metadataVersion };
      const answer = read(fieldWrite, await this.link.ask("update-metadata", request));
      if (answer === null || answer.result === "error") return false;
      if (answer.version !== undefined && answer.metadata !== undefined) {
        this.setMetadata(entry, answer.metadata, answer.version);
      }
      if (answer.result === "success") return true;
    }
    return false;
  }

  archive(id: string): Promise<Answer<unknown>> {
    return this.link.http.request("POST", path("/v1/sessions", id, "archive"), {}, succeeded);
  }

  async remove(id: string): Promise<Answer<unknown>> {
    const answer = await this.link.http.request("DELETE", path("/v1/sessions", id), undefined, succeeded);
    if (answer.ok) this.apply({ t: "delete-session", sid: id }, Date.now());
    return answer;
  }

  private apply(body: SessionUpdate, at: number): void {
    switch (body.t) {
      case "new-session":
        this.put(body);
        break;
      case "update-session": {
        const entry = this.entries.get(body.id);
        if (entry === undefined) return;
        entry.record = { ...entry.record, updatedAt: Math.max(entry.record.updatedAt, at) };
        if (body.metadata !== undefined) this.setMetadata(entry, body.metadata.value, body.metadata.version);
        if (body.agentState !== undefined) this.setState(entry, body.agentState.value, body.agentState.version);
        break;
      }
      case "delete-session":
        if (!this.entries.delete(body.sid)) return;
        break;
      case "new-message": {
        const entry = this.entries.get(body.sid);
        if (entry === undefined || body.message.seq <= entry.record.seq) return;
        entry.record = { ...entry.record, seq: body.message.seq, updatedAt: Math.max(entry.record.updatedAt, at) };
        this.show(entry);
      }
    }
    this.schedule();
  }

  private put(record: SessionRecord): void {
    const known = this.entries.get(record.id);
    if (known === undefined) {
      const entry: Entry = {
        record,
        thinking: false,
        plainMetadata: null,
        plainState: null,
        shown: signal(view(record, false, "opening", {}, NO_STATE)),
      };
      this.entries.set(record.id, entry);
      return;
    }
    const { metadataVersion, agentStateVersion } = known.record;
    const stale = record.metadataVersion === metadataVersion && record.agentStateVersion === agentStateVersion;
    known.record = {
      ...record,
      ...(record.metadataVersion < metadataVersion ? { metadata: known.record.metadata, metadataVersion } : {}),
      ...(record.agentStateVersion < agentStateVersion ? { agentState: known.record.agentState, agentStateVersion } : {}),
      seq: Math.max(record.seq, known.record.seq),
    };
    if (!record.active) known.thinking = false;
    if (stale || known.shown.value.kind === "opening") this.show(known);
    else this.open(known);
  }

  /** Opens records in portions: newest first, so that what is looked at is there soon. */
  private async openAll(): Promise<void> {
    const opening = () => [...this.entries.values()].filter(({ shown }) => shown.value.kind === "opening");
    const fields = opening()
      .sort((a, b) => b.record.updatedAt - a.record.updatedAt)
      .map(({ record }) => record.dataEncryptionKey);
    await this.ring.prepare(fields, () => {
      batch(() => {
        for (const entry of opening()) if (this.ring.isKnown(entry.record.dataEncryptionKey)) this.open(entry);
        this.changes.value++;
      });
    });
    batch(() => opening().forEach((entry) => this.open(entry)));
    this.schedule();
  }

  private open(entry: Entry): void {
    const cipher = this.ring.cipher(entry.record.dataEncryptionKey);
    const metadata = cipher?.open(entry.record.metadata);
    if (cipher === null || !metadata?.opened) {
      entry.shown.value = view(entry.record, entry.thinking, "locked", {}, NO_STATE);
      return;
    }
    const state = entry.record.agentState === null ? null : cipher.open(entry.record.agentState);
    entry.plainMetadata = metadata.value;
    entry.plainState = state?.opened === true ? state.value : null;
    entry.shown.value = view(
      entry.record,
      entry.thinking,
      "open",
      readMetadata(entry.plainMetadata),
      readAgentState(entry.plainState),
    );
  }

  private setMetadata(entry: Entry, metadata: string, metadataVersion: number): void {
    const { record } = entry;
    if (metadataVersion < record.metadataVersion) return;
    if (metadataVersion === record.metadataVersion && metadata === record.metadata) return;
    entry.record = { ...entry.record, metadata, metadataVersion };
    this.open(entry);
  }

  private setState(entry: Entry, agentState: string | null, agentStateVersion: number): void {
    if (agentStateVersion <= entry.record.agentStateVersion) return;
    entry.record = { ...entry.record, agentState, agentStateVersion };
    this.open(entry);
  }

  /** Heartbeats come every two seconds; only what changes something visible draws anything. */
  private setPresence(entry: Entry, active: boolean, activeAt: number, thinking: boolean): void {
    const changed = entry.record.active !== active || entry.thinking !== thinking;
    entry.record = { ...entry.record, active, activeAt };
    entry.thinking = thinking;
    if (changed) {
      this.show(entry);
      this.schedule();
    }
  }

  private show(entry: Entry): void {
    const { kind, metadata, agentState } = entry.shown.value;
    entry.shown.value = view(entry.record, entry.thinking, kind, metadata, agentState);
  }

  /** Sorting and opening of new ones, once for many changes in a row. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      batch(() => {
        for (const entry of this.entries.values()) if (entry.shown.value.kind === "opening") void this.openSoon(entry);
        this.sort();
      });
    });
  }

  private async openSoon(entry: Entry): Promise<void> {
    if (this.ring.isKnown(entry.record.dataEncryptionKey)) return this.open(entry);
    await this.ring.prepare([entry.record.dataEncryptionKey]);
    this.open(entry);
    this.schedule();
  }

  private sort(): void {
    const sorted = [...this.entries.values()]
      .sort((a, b) => b.record.updatedAt - a.record.updatedAt || (a.record.id < b.record.id ? 1 : -1))
      .map(({ record }) => record.id);
    const before = this.listed.value;
    if (before === null || before.length !== sorted.length || sorted.some((id, at) => before[at] !== id)) {
      this.listed.value = sorted;
    }
    let waiting = 0;
    for (const { shown } of this.entries.values()) {
      if (shown.peek().active && shown.peek().agentState.requests.size > 0) waiting++;
    }
    this.waitingCount.value = waiting;
    this.changes.value++;
  }
}

function view(
  record: SessionRecord,
  thinking: boolean,
  kind: Session["kind"],
  metadata: SessionMetadata,
  agentState: AgentState,
): Session {
  const { id, seq, active, activeAt, createdAt, updatedAt } = record;
  return { id, seq, active, activeAt, thinking, createdAt, updatedAt, kind, metadata, agentState };
}
