import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Answer, Problem, RelayHttp } from "../../relay/http.ts";
import type { MachineActivity, MachineGone, MachineRecord, MachineRow, MachineUpdate } from "../../relay/schema.ts";
import { apply, fromRows, type Change, type MachineList } from "./machineList.ts";
import { applyUpdate, fromRecords, type MachineRecords } from "./machineRecords.ts";
import type { MachineDetails } from "./unlock.ts";

/** What the relay's connection tells about machines. */
export interface MachinesListener {
  row(row: MachineRow): void;
  gone(gone: MachineGone): void;
  update(update: MachineUpdate): void;
  activity(activity: MachineActivity): void;
}

export interface MachinesParts {
  readonly http: RelayHttp;
  /** Whether changes arrive by themselves. */
  readonly isLive: () => boolean;
  /** Opens the keys of many records before they are shown. */
  readonly prepare: (records: readonly MachineRecord[]) => Promise<void>;
  readonly unlock: (record: MachineRecord) => MachineDetails;
  readonly trustKey: (machineId: string, key: string) => void;
  readonly forgetKey: (machineId: string) => void;
  readonly onUnauthorized: () => void;
}

/**
 * The live list of machines: asked for after every connect, then kept by events. Events that arrive while the list is
 * on its way are applied to what is shown and once more to the answer.
 */
export class MachinesModel implements MachinesListener {
  private readonly shown = signal<MachineList | null>(null);
  private readonly records = signal<MachineRecords>(new Map());
  private readonly failure = signal<Problem | null>(null);
  private readonly trusted = signal(0);
  private sinceRequest: Change[] = [];
  private updatesSinceRequest: MachineUpdate[] = [];
  private round = 0;
  private closed = false;

  constructor(private readonly parts: MachinesParts) {}

  /** `null` until the relay has answered once. */
  get list(): ReadonlySignal<MachineList | null> {
    return this.shown;
  }

  /** Why the last request for the list failed. */
  get problem(): ReadonlySignal<Problem | null> {
    return this.failure;
  }

  /** Of machines that have sent metadata. */
  readonly details: ReadonlySignal<ReadonlyMap<string, MachineDetails>> = computed(() => {
    void this.trusted.value;
    return new Map([...this.records.value.values()].map((record) => [record.id, this.parts.unlock(record)]));
  });

  /** Asks for the list; answers whether it came. */
  async refresh(): Promise<boolean> {
    const round = ++this.round;
    this.sinceRequest = [];
    this.updatesSinceRequest = [];
    const [rows, records] = await Promise.all([this.parts.http.machines(), this.parts.http.records()]);
    if (round !== this.round || this.closed) return true;
    if (records.ok) await this.parts.prepare(records.value);
    if (round !== this.round || this.closed) return true;
    const failed = !rows.ok ? rows : !records.ok ? records : null;
    this.failure.value = failed?.problem ?? null;
    this.watch(failed);
    if (rows.ok) this.shown.value = this.sinceRequest.reduce(apply, fromRows(rows.value));
    if (records.ok) this.records.value = this.updatesSinceRequest.reduce(applyUpdate, fromRecords(records.value));
    return failed === null;
  }

  async create(machine: { machineId: string; secret: string; name: string }): Promise<Answer<{ token: string }>> {
    const answer = this.watch(await this.parts.http.createMachine(machine));
    // With a live connection the row comes by itself.
    if (answer.ok && !this.parts.isLive()) void this.refresh();
    return answer;
  }

  async rename(machineId: string, name: string): Promise<Answer<MachineRow>> {
    const answer = this.watch(await this.parts.http.renameMachine(machineId, name));
    if (answer.ok) this.row(answer.value);
    return answer;
  }

  async remove(machineId: string): Promise<Answer<unknown>> {
    const answer = this.watch(await this.parts.http.removeMachine(machineId));
    if (answer.ok || (answer.problem.kind === "refused" && answer.problem.status === 404)) {
      // The event tells the same with its number, but only over a live connection.
      const known = this.shown.value?.rows.find((row) => row.machineId === machineId);
      if (known !== undefined) this.gone({ machineId, rev: known.rev + 0.5 });
      this.parts.forgetKey(machineId);
      return { ok: true, value: null };
    }
    return answer;
  }

  async replaceSecret(machineId: string, secret: string): Promise<Answer<{ token: string }>> {
    return this.watch(await this.parts.http.replaceSecret(machineId, secret));
  }

  /** The person says that the machine's new key is right. */
  trustKey(machineId: string, key: string): void {
    this.parts.trustKey(machineId, key);
    this.trusted.value++;
  }

  close(): void {
    this.closed = true;
  }

  row(row: MachineRow): void {
    this.change({ type: "row", row });
  }

  gone(gone: MachineGone): void {
    this.change({ type: "gone", gone });
  }

  activity(activity: MachineActivity): void {
    this.change({ type: "activity", activity });
  }

  update(update: MachineUpdate): void {
    this.updatesSinceRequest.push(update);
    this.records.value = applyUpdate(this.records.value, update);
  }

  private change(change: Change): void {
    this.sinceRequest.push(change);
    if (this.shown.value !== null) this.shown.value = apply(this.shown.value, change);
  }

  private watch<T extends Answer<unknown> | null>(answer: T): T {
    if (answer !== null && !answer.ok && answer.problem.kind === "unauthorized") this.parts.onUnauthorized();
    return answer;
  }
}
