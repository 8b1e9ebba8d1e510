import type { RecordCipher } from "../../crypto/index.ts";
import { machineMetadata, read, type MachineMetadata, type MachineRecord } from "../../relay/schema.ts";
import type { KeyRing } from "../../workspace/keyRing.ts";
import type { KnownKeys } from "./knownKeys.ts";

/** What the account's keys make of one encrypted machine record. */
export type MachineDetails =
  | { readonly kind: "open"; readonly metadata: MachineMetadata; readonly cipher: RecordCipher }
  /** Nothing of the account opens it. */
  | { readonly kind: "locked" }
  /** It opens, with another key than this browser knows for the machine. */
  | { readonly kind: "keys-changed"; readonly key: string };

interface OpenedRecord {
  /** Tells the key from others; a word for the master secret. */
  readonly key: string;
  readonly metadata: MachineMetadata;
  readonly cipher: RecordCipher;
}

/** Opens each record once; records are immutable. */
export class Unlocker {
  private readonly opened = new WeakMap<MachineRecord, OpenedRecord | null>();

  constructor(
    private readonly ring: KeyRing,
    private readonly knownKeys: KnownKeys,
  ) {}

  details(record: MachineRecord): MachineDetails {
    let opened = this.opened.get(record);
    if (opened === undefined) {
      opened = open(record, this.ring);
      this.opened.set(record, opened);
    }
    if (opened === null) return { kind: "locked" };
    if (!this.knownKeys.isKnown(record.id, opened.key)) return { kind: "keys-changed", key: opened.key };
    return { kind: "open", metadata: opened.metadata, cipher: opened.cipher };
  }
}

function open(record: MachineRecord, ring: KeyRing): OpenedRecord | null {
  const wrapped = record.dataEncryptionKey ?? null;
  const cipher = ring.cipher(wrapped);
  const content = cipher?.open(record.metadata);
  if (cipher === null || !content?.opened) return null;
  return {
    key: wrapped === null ? "master" : ring.fingerprint(wrapped),
    metadata: read(machineMetadata, content.value) ?? {},
    cipher,
  };
}
