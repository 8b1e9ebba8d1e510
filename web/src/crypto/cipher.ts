import type { AccountKeys } from "./accountKeys.ts";
import { openDataEncryptionKey } from "./envelope.ts";
import { deriveKey } from "./keyTree.ts";
import {
  inPieces,
  openDataKeyRecord,
  openDataKeyRecords,
  openLegacyRecord,
  sealDataKeyRecord,
  sealLegacyRecord,
  type Opened,
} from "./records.ts";

/** Opens and seals everything that belongs to one record: its fields, its messages, calls to it and their answers. */
export interface RecordCipher {
  readonly open: (text: string) => Opened;
  /** Many at once, without holding up the page. */
  readonly openAll: (texts: readonly string[]) => Promise<readonly Opened[]>;
  readonly seal: (value: unknown) => string;
  /** For attachments. */
  readonly blobKey: () => Uint8Array;
}

/** For a record with a key of its own. */
export function dataKeyCipher(key: Uint8Array): RecordCipher {
  return {
    open: (text) => openDataKeyRecord(text, key),
    openAll: (texts) => openDataKeyRecords(texts, key),
    seal: (value) => sealDataKeyRecord(value, key),
    blobKey: () => deriveKey(key, "Happy Blobs", ["session"]),
  };
}

/** For a record without one: everything is under the master secret. */
export function legacyCipher(masterSecret: Uint8Array): RecordCipher {
  return {
    open: (text) => openLegacyRecord(text, masterSecret),
    openAll: (texts) => inPieces(texts, (text) => openLegacyRecord(text, masterSecret)),
    seal: (value) => sealLegacyRecord(value, masterSecret),
    blobKey: () => deriveKey(masterSecret, "Happy Blobs", ["master"]),
  };
}

/** `null` when the account's keys do not open the record's key. One public-key operation, about a millisecond. */
export function recordCipher(dataEncryptionKey: string | null | undefined, keys: AccountKeys): RecordCipher | null {
  if (dataEncryptionKey === null || dataEncryptionKey === undefined) return legacyCipher(keys.masterSecret);
  const key = openDataEncryptionKey(dataEncryptionKey, keys.contentSecretKey);
  return key === null ? null : dataKeyCipher(key);
}
