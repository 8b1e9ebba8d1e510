import { sha256 } from "@noble/hashes/sha2.js";
import {
  dataKeyCipher,
  legacyCipher,
  openDataEncryptionKey,
  toBase64,
  type AccountKeys,
  type RecordCipher,
} from "../crypto/index.ts";

/** Opens many wrapped keys; answers them in order. */
export type OpenKeys = (fields: readonly string[]) => Promise<readonly (Uint8Array | null)[]>;

interface Known {
  readonly cipher: RecordCipher;
  readonly fingerprint: string;
  readonly key: Uint8Array;
}

/** Keys that one job opens; the first ones are there soon, however many follow. */
const BATCH = 48;

/** The keys of the account's records, each opened once. */
export class KeyRing {
  private readonly known = new Map<string, Known | null>();
  private readonly legacy: RecordCipher;

  constructor(
    private readonly keys: AccountKeys,
    private readonly openKeys: OpenKeys,
  ) {
    this.legacy = legacyCipher(keys.masterSecret);
  }

  /** For a record; `null` when the account's keys do not open its key. */
  cipher(field: string | null | undefined): RecordCipher | null {
    if (field === null || field === undefined) return this.legacy;
    return this.one(field)?.cipher ?? null;
  }

  /** Whether `cipher` answers without work. */
  isKnown(field: string | null | undefined): boolean {
    return field === null || field === undefined || this.known.has(field);
  }

  /** Tells two keys apart, also of the same key wrapped twice. Only for keys that open. */
  fingerprint(field: string): string {
    return this.one(field)?.fingerprint ?? "";
  }

  /** The key itself, for the machine that once made it and has lost it. `null` for records without one of their own. */
  key(field: string | null | undefined): Uint8Array | null {
    return typeof field === "string" ? (this.one(field)?.key ?? null) : null;
  }

  /** Opens what is not known yet, in portions and in order; `opened` is called after each. */
  async prepare(fields: readonly (string | null | undefined)[], opened: () => void = () => {}): Promise<void> {
    const missing = [...new Set(fields)].filter(
      (field): field is string => typeof field === "string" && !this.known.has(field),
    );
    for (let at = 0; at < missing.length; at += BATCH) {
      const part = missing.slice(at, at + BATCH);
      const keys = await this.openKeys(part);
      part.forEach((field, index) => this.keep(field, keys[index] ?? null));
      opened();
    }
  }

  private one(field: string): Known | null {
    const known = this.known.get(field);
    return known === undefined ? this.keep(field, openDataEncryptionKey(field, this.keys.contentSecretKey)) : known;
  }

  private keep(field: string, key: Uint8Array | null): Known | null {
    const entry = key === null ? null : { cipher: dataKeyCipher(key), fingerprint: toBase64(sha256(key)), key };
    this.known.set(field, entry);
    return entry;
  }
}

/** In the page itself, with a pause after every few. */
export function openKeysHere(keys: AccountKeys): OpenKeys {
  return async (fields) => {
    const opened: (Uint8Array | null)[] = [];
    for (const field of fields) {
      opened.push(openDataEncryptionKey(field, keys.contentSecretKey));
      if (opened.length % 8 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    return opened;
  };
}
