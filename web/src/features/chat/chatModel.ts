import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { dataKeyCipher, openBlob, sealBlob, toBase64, type Opened, type RecordCipher } from "../../crypto/index.ts";
import { path, type Problem } from "../../relay/http.ts";
import type { LinkListener } from "../../relay/link.ts";
import { read, type UpdateHead } from "../../relay/schema.ts";
import { callRemote, type RemoteAnswer } from "../../workspace/remote.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { titleOf, type CompletedRequest } from "../sessions/metadata.ts";
import type { Session } from "../sessions/sessionsModel.ts";
import { messagePage, sessionUpdate, streamFrame, usageEvent, type StoredMessage } from "../sessions/wire.ts";
import { total, usageSums } from "../usage/sums.ts";
import { downloadUrl, uploadAnswer } from "./attachments.ts";
import { readFacts, type FileReference } from "./facts.ts";
import type { Outgoing } from "./outbox.ts";
import { LiveStream, readPart, type LiveText } from "./stream.ts";
import { transcript, type Entry, type Item, type Transcript } from "./transcript.ts";

/** How far the person's answer to a question has come; the outcome itself stands in the state of the agent. */
export type AnswerState =
  | { readonly kind: "sending"; readonly decision: Decision }
  | { readonly kind: "sent"; readonly decision: Decision }
  /** It may have arrived or not; the question can be answered again, and only one answer counts. */
  | { readonly kind: "unknown"; readonly decision: Decision }
  | { readonly kind: "failed"; readonly decision: Decision; readonly error: string };

export type Decision = "approved" | "approved_for_session" | "denied" | "abort";

export interface Window {
  /** Consecutive stored messages. */
  readonly entries: readonly Entry[];
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

export interface Cost {
  readonly tokens: number;
  readonly cost: number;
}

/** Messages of one request; more at once would be drawn in one go and be felt. */
const PAGE = 60;
/** Messages that are kept in the page; the far end is dropped and read again when it is scrolled to. */
const MAX_WINDOW = 300;
const MAX_ATTACHMENT = 10_485_760 - 40;
const FROM_END = 2_147_483_647;

/** One open conversation: a window of its messages, what is being written, and what the person does. */
export class ChatModel implements LinkListener {
  private readonly shown = signal<Window | null>(null);
  private readonly failure = signal<Problem | null>(null);
  private readonly busy = signal<"none" | "older" | "newer">("none");
  private readonly streams = signal<readonly LiveText[]>([]);
  private readonly answerStates = signal<ReadonlyMap<string, AnswerState>>(new Map());
  private readonly dismissed = signal<ReadonlySet<string>>(new Set());
  private readonly reported = signal<Cost | null>(null);
  private readonly wakingUp = signal<{ readonly running: boolean; readonly error: string | null }>({ running: false, error: null });
  private readonly soughtKey = signal<string | null>(null);
  private readonly live = new Map<string, LiveStream>();
  private readonly ended = new Set<string>();
  private readonly drafts: RecordCipher;
  private readonly stop: () => void;
  private readonly unwatch: () => void;
  private drawing = false;
  private askingCost = false;
  private closed = false;
  private fetching: Promise<void> | null = null;
  /** While the person ends the session. */
  private ending: Promise<string | null> | null = null;
  private reused = new Map<string, Item>();

  constructor(
    private readonly workspace: Workspace,
    readonly id: string,
  ) {
    this.drafts = dataKeyCipher(workspace.keys.browserKey);
    this.stop = workspace.link.listen(this);
    // The key may be opened later than the page; then the messages can be read.
    this.unwatch = effect(() => {
      const session = workspace.sessions.session(id)?.value;
      if (session?.kind === "open" && this.shown.peek() === null && this.fetching === null) void this.toEnd();
    });
  }

  get window(): ReadonlySignal<Window | null> {
    return this.shown;
  }

  get problem(): ReadonlySignal<Problem | null> {
    return this.failure;
  }

  get loading(): ReadonlySignal<"none" | "older" | "newer"> {
    return this.busy;
  }

  /** The message that a search led to. */
  get sought(): Signal<string | null> {
    return this.soughtKey;
  }

  /** What the agent writes right now. */
  get writing(): ReadonlySignal<readonly LiveText[]> {
    return this.streams;
  }

  get answers(): ReadonlySignal<ReadonlyMap<string, AnswerState>> {
    return this.answerStates;
  }

  /** What the session has reported so far; `null` until it is known. */
  get cost(): ReadonlySignal<Cost | null> {
    return this.reported;
  }

  get resuming(): ReadonlySignal<{ readonly running: boolean; readonly error: string | null }> {
    return this.wakingUp;
  }

  get session(): ReadonlySignal<Session> | null {
    return this.workspace.sessions.session(this.id);
  }

  readonly transcript: ReadonlySignal<Transcript> = computed(() => {
    const built = transcript(this.shown.value?.entries ?? []);
    return { ...built, items: this.reuse(built.items) };
  });

  /** Not yet among the messages that are shown. */
  readonly outgoing: ReadonlySignal<readonly Outgoing[]> = computed(() => {
    const last = this.shown.value?.entries.at(-1)?.seq ?? 0;
    return this.workspace.outbox.messages.value.filter(
      ({ sessionId, state }) => sessionId === this.id && !(state.kind === "confirmed" && state.seq <= last),
    );
  });

  close(): void {
    this.closed = true;
    this.stop();
    this.unwatch();
  }

  // Messages

  /** The latest messages, from anywhere. */
  toEnd(): Promise<void> {
    return this.fetch("newer", async () => {
      const page = await this.page(`before_seq=${FROM_END}&limit=${PAGE}`);
      if (page !== null) this.show({ entries: page.entries.reverse(), atStart: !page.hasMore, atEnd: true });
      if (this.reported.value === null) void this.readCost();
    });
  }

  /** The messages around one, which is then looked at. */
  async toMessage(seq: number, key: string): Promise<void> {
    await this.fetch("older", async () => {
      const [before, after] = await Promise.all([
        this.page(`before_seq=${seq + 1}&limit=${PAGE / 2}`),
        this.page(`after_seq=${seq}&limit=${PAGE / 2}`),
      ]);
      if (before === null || after === null) return;
      const entries = [...before.entries.reverse(), ...after.entries];
      this.show({ entries, atStart: !before.hasMore, atEnd: !after.hasMore });
    });
    this.soughtKey.value = key;
  }

  older(): Promise<void> {
    return this.fetch("older", async () => {
      const window = this.shown.value;
      const first = window?.entries[0]?.seq;
      if (window === null || window.atStart || first === undefined) return;
      const page = await this.page(`before_seq=${first}&limit=${PAGE}`);
      if (page === null) return;
      const all = [...page.entries.reverse(), ...window.entries];
      const kept = all.slice(0, MAX_WINDOW);
      this.show({ entries: kept, atStart: !page.hasMore, atEnd: window.atEnd && kept.length === all.length });
    });
  }

  newer(): Promise<void> {
    return this.fetch("newer", async () => {
      const window = this.shown.value;
      if (window === null || window.atEnd) return;
      await this.readOn(window, 1);
    });
  }

  /** All messages from the first to the last, in portions, without showing them. */
  async *everything(signal: AbortSignal): AsyncGenerator<readonly Entry[]> {
    const cipher = this.workspace.sessions.cipher(this.id);
    if (cipher === null) return;
    // The next portion is on its way while this one is opened.
    let next = this.stored("after_seq=0&limit=500");
    while (!signal.aborted) {
      const page = await next;
      if (page === null) throw new Error("The relay did not answer");
      const last = page.messages.at(-1)?.seq;
      if (page.hasMore && last !== undefined) next = this.stored(`after_seq=${last}&limit=500`);
      const opened = await cipher.openAll(page.messages.map(({ content }) => content.c));
      const entries = page.messages.map((message, at) => this.entryOf(message, opened[at] ?? { opened: false }));
      if (entries.length > 0) yield entries;
      if (!page.hasMore || last === undefined) return;
    }
  }

  reload(): Promise<boolean> {
    return this.catchUp();
  }

  refresh(): Promise<boolean> {
    return this.shown.value === null ? this.catchUp() : Promise.resolve(true);
  }

  update(update: UpdateHead): void {
    if (update.body.t !== "new-message" || update.body["sid"] !== this.id) return;
    const body = read(sessionUpdate, update.body);
    const window = this.shown.value;
    if (body?.t !== "new-message" || window === null || !window.atEnd) return;
    const last = window.entries.at(-1)?.seq ?? 0;
    if (body.message.seq <= last) return;
    const cipher = this.workspace.sessions.cipher(this.id);
    if (body.message.seq === last + 1 && cipher !== null && this.fetching === null) {
      this.append(window, [this.entry(body.message, cipher)]);
    } else {
      void this.catchUp();
    }
  }

  event(name: string, value: unknown): void {
    if (name === "session-stream") {
      const frame = read(streamFrame, value);
      if (frame?.sid === this.id) this.streamed(frame.streamId, frame.n, frame.data);
    } else if (name === "ephemeral") {
      const usage = read(usageEvent, value);
      if (usage?.id === this.id) void this.readCost();
    }
  }

  // What the person does

  /** Keeps and sends; a session that has ended is woken up for it. */
  async send(words: string, files: readonly File[]): Promise<string | null> {
    const session = this.session?.value;
    if (session === undefined) return "The session is not there any more.";
    this.dismissed.value = new Set(this.answerStates.value.keys());
    for (const file of files) {
      const fault = await this.sendFile(file);
      if (fault !== null) return fault;
    }
    const text = words.trim();
    if (text !== "") {
      const { permissionMode, modelMode, effortLevel } = session.metadata;
      const meta = {
        sentFrom: "web",
        ...(isPermissionMode(permissionMode) ? { permissionMode } : {}),
        ...(modelMode === undefined ? {} : { model: modelMode }),
        ...(effortLevel === undefined ? {} : { effort: effortLevel }),
      };
      await this.workspace.outbox.send(this.id, text, { role: "user", content: { type: "text", text }, meta });
      if (session.seq === 0 && session.metadata.summary === undefined) void this.rename(titleOf(text));
    }
    if (!session.active || this.ending !== null) void this.resume();
    return null;
  }

  async resume(): Promise<void> {
    // The relay must not hear of the end after it has heard of the new beginning.
    await this.ending;
    const machineId = this.session?.value.metadata.machineId;
    const machine = machineId === undefined ? undefined : this.workspace.machine(machineId);
    if (machineId === undefined || machine === undefined) return;
    this.wakingUp.value = { running: true, error: null };
    const lifecycle = this.session?.value.metadata.lifecycleState;
    if (lifecycle === "archived" || lifecycle === "archiveRequested") {
      await this.workspace.sessions.changeMetadata(this.id, (metadata) => ({ ...metadata, lifecycleState: "running", lifecycleStateSince: Date.now() }));
    }
    const onMachine = (method: string, params: object) => callRemote(this.workspace.link, machine.cipher, machineId, method, params);
    let answer = await onMachine("resume-happy-session", { sessionId: this.id });
    const key = this.workspace.sessions.key(this.id);
    if (!answer.ok && !answer.lost && key !== null) {
      // A machine that was set up again has lost the key of its own session; it gets it back and tries again.
      const given = await onMachine("restore-session-key", { sessionId: this.id, key: toBase64(key) });
      if (given.ok) answer = await onMachine("resume-happy-session", { sessionId: this.id });
    }
    this.wakingUp.value = { running: false, error: answer.ok ? null : answer.error };
  }

  call(method: string, params: unknown): Promise<RemoteAnswer> {
    const cipher = this.workspace.sessions.cipher(this.id);
    if (cipher === null) return Promise.resolve({ ok: false, error: "This session is locked.", lost: false });
    return callRemote(this.workspace.link, cipher, this.id, method, params);
  }

  /** The question whose answer from here came too late, and what was answered elsewhere; until the next message. */
  readonly overruled: ReadonlySignal<CompletedRequest | null> = computed(() => {
    const state = this.session?.value.agentState;
    // A new question is about something else.
    if (state === undefined || state.requests.size > 0) return null;
    const { completed } = state;
    for (const [id, given] of [...this.answerStates.value].reverse()) {
      const outcome = completed.get(id);
      if (outcome === undefined || given.kind === "sent" || given.kind === "sending") continue;
      if (this.dismissed.value.has(id) || decisionOf(outcome) === given.decision) continue;
      return outcome;
    }
    return null;
  });

  /**
   * One answer for each question: while one is on its way no other is sent.
   *
   * @param reason why not, in the person's words; kept with the outcome
   */
  async answer(requestId: string, decision: Decision, reason = ""): Promise<void> {
    const before = this.answerStates.value.get(requestId)?.kind;
    const request = this.session?.value.agentState.requests.get(requestId);
    if (before === "sending" || before === "sent" || request === undefined) return;
    this.dismissed.value = new Set([...this.answerStates.value.keys()].filter((id) => id !== requestId));
    this.setAnswer(requestId, { kind: "sending", decision });
    const result = await this.call("permission", {
      id: requestId,
      approved: decision === "approved" || decision === "approved_for_session",
      decision,
      ...(decision === "approved_for_session" ? { allowTools: [request.tool] } : {}),
      ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
    });
    if (result.ok) this.setAnswer(requestId, { kind: "sent", decision });
    else if (result.lost) this.setAnswer(requestId, { kind: "unknown", decision });
    else this.setAnswer(requestId, { kind: "failed", decision, error: result.error });
  }

  rename(title: string): Promise<boolean> {
    return this.workspace.sessions.changeMetadata(this.id, (metadata) => ({
      ...metadata,
      summary: { text: title, updatedAt: Date.now() },
    }));
  }

  /** For the next messages; `null` sets it back to what the agent prefers. */
  pick(field: "permissionMode" | "modelMode" | "effortLevel", code: string | null): Promise<boolean> {
    return this.workspace.sessions.changeMetadata(this.id, (metadata) => ({ ...metadata, [field]: code }));
  }

  archive(): Promise<string | null> {
    const ending = this.end().finally(() => {
      this.ending = null;
    });
    this.ending = ending;
    return ending;
  }

  private async end(): Promise<string | null> {
    const active = this.session?.value.active === true;
    if (active) await this.call("killSession", {});
    await this.workspace.sessions.changeMetadata(this.id, (metadata) => ({
      ...metadata,
      lifecycleState: "archived",
      lifecycleStateSince: Date.now(),
      archivedBy: "web",
    }));
    const answer = await this.workspace.sessions.archive(this.id);
    return answer.ok ? null : "The relay did not archive it.";
  }

  /** The bytes of an attachment, decrypted; `null` when they cannot be had. */
  async file(file: FileReference): Promise<Uint8Array | null> {
    const cipher = this.workspace.sessions.cipher(this.id);
    if (cipher === null) return null;
    const where = path("/v1/sessions", this.id, "attachments", "request-download");
    const link = await this.workspace.link.http.request("POST", where, { ref: file.ref }, downloadUrl);
    if (!link.ok) return null;
    const bytes = await this.workspace.link.http.bytes("GET", link.value.downloadUrl);
    return bytes.ok ? openBlob(bytes.value, cipher.blobKey()) : null;
  }

  async draft(): Promise<string> {
    const stored = await this.workspace.device.get("drafts", this.id).catch(() => undefined);
    const opened = typeof stored === "string" ? this.drafts.open(stored) : null;
    return opened?.opened === true && typeof opened.value === "string" ? opened.value : "";
  }

  async keepDraft(words: string): Promise<void> {
    const { device } = this.workspace;
    if (words === "") await device.remove("drafts", this.id).catch(() => {});
    else await device.put("drafts", this.id, this.drafts.seal(words)).catch(() => {});
  }

  retry(localId: string): void {
    this.workspace.outbox.again(localId);
  }

  giveUp(localId: string): void {
    this.workspace.outbox.discard(localId);
  }

  private async sendFile(file: File): Promise<string | null> {
    const cipher = this.workspace.sessions.cipher(this.id);
    if (cipher === null) return "This session is locked.";
    if (file.size > MAX_ATTACHMENT) return `${file.name} is larger than 10 MB.`;
    const sealed = sealBlob(new Uint8Array(await file.arrayBuffer()), cipher.blobKey());
    const where = path("/v1/sessions", this.id, "attachments", "request-upload");
    const { http } = this.workspace.link;
    const place = await http.request("POST", where, { filename: "attachment.enc", size: sealed.length }, uploadAnswer);
    if (!place.ok) return `${file.name} could not be sent: the relay takes no attachment now.`;
    const sent = await http.bytes("PUT", place.value.uploadUrl, sealed);
    if (!sent.ok) return `${file.name} could not be sent: the connection broke off.`;
    const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const ev = { t: "file", ref: place.value.ref, name: file.name, size: file.size, mimeType: file.type, ...(await imageSize(file)) };
    const data = { id, time: Date.now(), role: "user", ev };
    await this.workspace.outbox.send(this.id, file.name, {
      role: "session",
      content: { type: "session", data },
      meta: { sentFrom: "web" },
    });
    return null;
  }

  /** All reports of the session together. Several in a row are asked for once. */
  private async readCost(): Promise<void> {
    if (this.askingCost) return;
    this.askingCost = true;
    const body = { sessionId: this.id, groupBy: "day" };
    const answer = await this.workspace.link.http.request("POST", "/v1/usage/query", body, usageSums);
    this.askingCost = false;
    if (!answer.ok || this.closed) return;
    this.reported.value = answer.value.usage.reduce(
      (sum, { tokens, cost }) => ({ tokens: sum.tokens + total(tokens), cost: sum.cost + total(cost) }),
      { tokens: 0, cost: 0 },
    );
  }

  private setAnswer(requestId: string, state: AnswerState): void {
    this.answerStates.value = new Map(this.answerStates.value).set(requestId, state);
  }

  /** One request at a time: a window is only ever changed from the state it was asked for. */
  private async fetch(direction: "older" | "newer", work: () => Promise<void>): Promise<void> {
    while (this.fetching !== null) await this.fetching;
    this.busy.value = direction;
    this.fetching = work().finally(() => {
      this.fetching = null;
      this.busy.value = "none";
    });
    await this.fetching;
  }

  private async catchUp(): Promise<boolean> {
    if (this.shown.value === null) {
      if (this.session?.value.kind === "open") await this.toEnd();
      return true;
    }
    await this.fetch("newer", async () => {
      const window = this.shown.value;
      if (window?.atEnd === true) await this.readOn(window, MAX_WINDOW / PAGE);
    });
    return this.failure.value === null;
  }

  /** Reads what follows, so many pages at most; with more behind it the end is where the person has to go. */
  private async readOn(from: Window, pages: number): Promise<void> {
    let window = from;
    for (let count = 0; count < pages; count++) {
      const page = await this.page(`after_seq=${window.entries.at(-1)?.seq ?? 0}&limit=${PAGE}`);
      if (page === null) return;
      window = this.append({ ...window, atEnd: !page.hasMore }, page.entries);
      if (!page.hasMore) return;
    }
  }

  private append(window: Window, added: readonly Entry[]): Window {
    const all = [...window.entries, ...added];
    const kept = all.slice(-MAX_WINDOW);
    const next = { entries: kept, atStart: window.atStart && kept.length === all.length, atEnd: window.atEnd };
    this.show(next);
    return next;
  }

  private show(window: Window): void {
    if (this.closed) return;
    this.shown.value = window;
    const { endedStreams } = this.transcript.value;
    for (const id of endedStreams) this.endStream(id);
    // A turn that has ended writes nothing more, whatever became of its text.
    for (const fact of window.entries.at(-1)?.facts ?? []) {
      if (fact.kind !== "turn-end") continue;
      for (const { id, turn } of [...this.live.values()]) {
        if (turn === null || fact.turn === null || turn === fact.turn) this.endStream(id);
      }
    }
    this.streams.value = [...this.live.values()].flatMap((stream) => stream.read());
  }

  private endStream(id: string): void {
    this.ended.add(id);
    this.live.delete(id);
  }

  private async page(query: string): Promise<{ entries: Entry[]; hasMore: boolean } | null> {
    const cipher = this.workspace.sessions.cipher(this.id);
    if (cipher === null) return null;
    const page = await this.stored(query);
    return page === null ? null : { entries: page.messages.map((message) => this.entry(message, cipher)), hasMore: page.hasMore };
  }

  private async stored(query: string): Promise<{ messages: readonly StoredMessage[]; hasMore: boolean } | null> {
    const where = `${path("/v3/sessions", this.id, "messages")}?${query}`;
    const answer = await this.workspace.link.http.request("GET", where, undefined, messagePage);
    this.failure.value = answer.ok ? null : answer.problem;
    return answer.ok ? answer.value : null;
  }

  private entry(message: StoredMessage, cipher: RecordCipher): Entry {
    if (typeof message.localId === "string") this.workspace.outbox.seen(message.localId);
    return this.entryOf(message, cipher.open(message.content.c));
  }

  private entryOf({ id, seq, createdAt: time }: StoredMessage, opened: Opened): Entry {
    return { seq, id, time, facts: opened.opened ? readFacts(opened.value, { id, time }) : null };
  }

  private streamed(streamId: string, n: number, data: string): void {
    const opened = this.workspace.sessions.cipher(this.id)?.open(data);
    if (opened?.opened !== true || this.ended.has(streamId)) return;
    let stream = this.live.get(streamId);
    if (stream === undefined) {
      stream = new LiveStream(streamId, Date.now());
      this.live.set(streamId, stream);
    }
    if (!stream.add(n, readPart(opened.value)) || this.drawing) return;
    // Frames come up to fifty times a second; one drawing for each picture is enough.
    this.drawing = true;
    setTimeout(() => {
      this.drawing = false;
      if (!this.closed) this.streams.value = [...this.live.values()].flatMap((one) => one.read());
    }, 50);
  }

  /** The same object for what did not change, so that it is not drawn again. */
  private reuse(items: readonly Item[]): readonly Item[] {
    const next = new Map<string, Item>();
    const result = again(items, this.reused, next);
    this.reused = next;
    return result;
  }
}

function again(items: readonly Item[], before: ReadonlyMap<string, Item>, next: Map<string, Item>): readonly Item[] {
  return items.map((item) => {
    const old = before.get(item.key);
    const now = withInside(old, item);
    const kept = old !== undefined && isSame(old, now) ? old : now;
    next.set(item.key, kept);
    return kept;
  });

  function withInside(old: Item | undefined, item: Item): Item {
    if (!("inside" in item)) return item;
    const inside = again(item.inside, before, next);
    const was = old !== undefined && "inside" in old ? old.inside : null;
    const unchanged = was !== null && was.length === inside.length && was.every((one, at) => one === inside[at]);
    return { ...item, inside: unchanged ? was : inside };
  }
}

/** What an outcome was decided to be; older agents tell only whether it was allowed. */
function decisionOf({ status, decision }: CompletedRequest): string {
  return decision ?? status;
}

function isSame(a: Item, b: Item): boolean {
  const fields = Object.keys(b) as (keyof Item)[];
  return Object.keys(a).length === fields.length && fields.every((field) => a[field] === b[field]);
}

const PERMISSION_MODES = ["default", "acceptEdits", "bypassPermissions", "plan", "read-only", "safe-yolo", "yolo"];

/** Another value would make the command line ignore the message. */
function isPermissionMode(mode: string | null | undefined): mode is string {
  return typeof mode === "string" && PERMISSION_MODES.includes(mode);
}

async function imageSize(file: File): Promise<{ image?: { width: number; height: number } }> {
  if (!file.type.startsWith("image/")) return {};
  try {
    const bitmap = await createImageBitmap(file);
    const image = { width: bitmap.width, height: bitmap.height };
    bitmap.close();
    return { image };
  } catch {
    return {};
  }
}
