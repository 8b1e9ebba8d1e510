import { openDataKeyRecord, sealDataKeyRecord } from "../../crypto/index.ts";

const STORAGE_KEY = "roosthold.machine-fingerprints";

/**
 * The key that this browser first saw for each machine, encrypted under a key of the account.
 *
 * A machine that suddenly has another key was set up anew, or somebody put another in its place. Only the person can
 * tell, so a changed key is not used before they confirm it.
 */
export class KnownKeys {
  private readonly keys: Map<string, string>;

  constructor(
    private readonly storage: Storage,
    private readonly browserKey: Uint8Array,
  ) {
    this.keys = this.load();
  }

  /** Remembers the first key of a machine; answers whether `key` is the one that counts. `key` tells keys apart; it is no key itself. */
  isKnown(machineId: string, key: string): boolean {
    const known = this.keys.get(machineId);
    if (known === undefined) this.trust(machineId, key);
    return known === undefined || known === key;
  }

  trust(machineId: string, key: string): void {
    this.keys.set(machineId, key);
    this.save();
  }

  forget(machineId: string): void {
    if (this.keys.delete(machineId)) this.save();
  }

  private save(): void {
    try {
      this.storage.setItem(STORAGE_KEY, sealDataKeyRecord([...this.keys], this.browserKey));
    } catch {
      // Without storage the keys are remembered until the page is closed.
    }
  }

  private load(): Map<string, string> {
    try {
      const record = openDataKeyRecord(this.storage.getItem(STORAGE_KEY) ?? "", this.browserKey);
      // Written by this class under a key nobody else has; another account's record does not open.
      return new Map(record.opened ? (record.value as [string, string][]) : []);
    } catch {
      return new Map();
    }
  }
}
