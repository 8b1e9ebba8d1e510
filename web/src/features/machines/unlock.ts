import {
  openDataEncryptionKey,
  openDataKeyRecord,
  openLegacyRecord,
  toBase64,
  type AccountKeys,
} from "../../crypto/index.ts";
import { machineMetadata, read, type MachineMetadata, type MachineRecord } from "../../relay/schema.ts";
import type { KnownKeys } from "./knownKeys.ts";

/** What the account's keys make of one encrypted machine record. */
export type MachineDetails =
  | { readonly kind: "open"; readonly metadata: MachineMetadata }
  /** Nothing of the account opens it. */
  | { readonly kind: "locked" }
  /** It opens, with another key than this browser knows for the machine. */
  | { readonly kind: "keys-changed"; readonly key: string };

interface OpenedRecord {
  /** base64, or a word for the master secret, which is not copied to another place. */
  readonly key: string;
  readonly metadata: MachineMetadata;
}

/** Opens each record once; records are immutable. */
export class Unlocker {
  private readonly opened = new WeakMap<MachineRecord, OpenedRecord | null>();

  constructor(
    private readonly keys: AccountKeys,
    private readonly knownKeys: KnownKeys,
  ) {}

  details(record: MachineRecord): MachineDetails {
    let opened = this.opened.get(record);
    if (opened === undefined) {
      opened = open(record, this.keys);
      this.opened.set(record, opened);
    }
    if (opened === null) return { kind: "locked" };
    if (!this.knownKeys.isKnown(record.id, opened.key)) return { kind: "keys-changed", key: opened.key };
    return { kind: "open", metadata: opened.metadata };
  }
}

function open(record: MachineRecord, keys: AccountKeys): OpenedRecord | null {
  const wrapped = record.dataEncryptionKey ?? null;
  const key = wrapped === null ? keys.masterSecret : openDataEncryptionKey(wrapped, keys.contentSecretKey);
  if (key === null) return null;
  const content = wrapped === null ? openLegacyRecord(record.metadata, key) : openDataKeyRecord(record.metadata, key);
  if (!content.opened) return null;
  return {
    key: wrapped === null ? "master" : toBase64(key),
    metadata: read(machineMetadata, content.value) ?? {},
  };
}
