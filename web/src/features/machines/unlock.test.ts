// @vitest-environment node
import { describe, expect, it } from "vitest";
import {
  accountKeys,
  fromBase64,
  openDataEncryptionKey,
  sealDataKeyRecord,
  toBase64,
  type AccountKeys,
} from "../../crypto/index.ts";
import type { MachineRecord } from "../../relay/schema.ts";
import { KeyRing, openKeysHere } from "../../workspace/keyRing.ts";
import { KnownKeys } from "./knownKeys.ts";
import { Unlocker } from "./unlock.ts";

type Records = { vectors: { masterSecretHex: string; dataEncryptionKey: string | null }[] };
const files = import.meta.glob<Records>("../../../test/vectors/records.json", { eager: true, import: "default" });
const vectors = Object.values(files)[0]?.vectors ?? [];
const wrapped = vectors.filter(({ dataEncryptionKey }) => dataEncryptionKey !== null);

function account(at: number) {
  const vector = wrapped[at];
  if (vector?.dataEncryptionKey == null) throw new Error("no vector");
  const secret = Uint8Array.from(vector.masterSecretHex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const keys = accountKeys(secret);
  const key = openDataEncryptionKey(vector.dataEncryptionKey, keys.contentSecretKey);
  if (key === null) throw new Error("the vector does not open");
  return { keys, key, dataEncryptionKey: vector.dataEncryptionKey };
}

const ring = (keys: AccountKeys) => new KeyRing(keys, openKeysHere(keys));

function record(fields: Partial<MachineRecord>): MachineRecord {
  return { id: "a", metadata: "", metadataVersion: 1, ...fields };
}

describe("a machine's record", () => {
  it("opens with the account's key and shows what it knows", () => {
    const { keys, key, dataEncryptionKey } = account(0);
    const unlocker = new Unlocker(ring(keys), new KnownKeys(new MemoryStorage(), keys.browserKey));
    const metadata = sealDataKeyRecord({ host: "studio", platform: 7, future: true }, key);
    const details = unlocker.details(record({ metadata, dataEncryptionKey }));
    expect(details).toMatchObject({ kind: "open", metadata: { host: "studio" } });
    if (details.kind === "open") expect(details.cipher.open(metadata)).toMatchObject({ opened: true });
  });

  it("is locked for another account, and when anything in it is damaged", () => {
    const { keys, key, dataEncryptionKey } = account(0);
    const metadata = sealDataKeyRecord({ host: "studio" }, key);
    const damaged = toBase64((fromBase64(metadata) ?? new Uint8Array()).map((byte, at) => (at === 20 ? byte ^ 1 : byte)));
    const other = new Unlocker(ring(account(1).keys), new KnownKeys(new MemoryStorage(), keys.browserKey));
    expect(other.details(record({ metadata, dataEncryptionKey }))).toEqual({ kind: "locked" });
    const mine = new Unlocker(ring(keys), new KnownKeys(new MemoryStorage(), keys.browserKey));
    for (const bad of [
      record({ metadata: damaged, dataEncryptionKey }),
      record({ metadata: "no base64!", dataEncryptionKey }),
      record({ metadata, dataEncryptionKey: "" }),
      record({ metadata, dataEncryptionKey: null }),
    ]) {
      expect(mine.details(bad)).toEqual({ kind: "locked" });
    }
  });

  it("under another key than before says so until the person accepts it, also after a reload", () => {
    const { keys, key, dataEncryptionKey } = account(0);
    const storage = new MemoryStorage();
    new KnownKeys(storage, keys.browserKey).trust("a", "another key");
    const metadata = sealDataKeyRecord({ host: "studio" }, key);

    const known = new KnownKeys(storage, keys.browserKey);
    const unlocker = new Unlocker(ring(keys), known);
    const changed = unlocker.details(record({ metadata, dataEncryptionKey }));
    expect(changed).toEqual({ kind: "keys-changed", key: ring(keys).fingerprint(dataEncryptionKey) });
    known.trust("a", ring(keys).fingerprint(dataEncryptionKey));
    expect(unlocker.details(record({ metadata, dataEncryptionKey })).kind).toBe("open");
    expect(new Unlocker(ring(keys), new KnownKeys(storage, keys.browserKey)).details(record({ metadata, dataEncryptionKey })).kind).toBe("open");
  });
});

describe("the keys this browser has seen", () => {
  it("are stored encrypted and open for this account only", () => {
    const storage = new MemoryStorage();
    const key = new Uint8Array(32).fill(1);
    new KnownKeys(storage, key).trust("machine-a", "the key");
    expect(JSON.stringify([...storage.all])).not.toMatch(/machine-a|the key/);
    expect(new KnownKeys(storage, key).isKnown("machine-a", "changed")).toBe(false);
    expect(new KnownKeys(storage, new Uint8Array(32)).isKnown("machine-a", "changed")).toBe(true);
  });

  it("are forgotten with their machine", () => {
    const known = new KnownKeys(new MemoryStorage(), new Uint8Array(32));
    known.trust("a", "one");
    known.forget("a");
    expect(known.isKnown("a", "two")).toBe(true);
  });
});

class MemoryStorage implements Storage {
  readonly all = new Map<string, string>();
  get length() {
    return this.all.size;
  }
  clear = () => this.all.clear();
  getItem = (key: string) => this.all.get(key) ?? null;
  key = (at: number) => [...this.all.keys()][at] ?? null;
  removeItem = (key: string) => void this.all.delete(key);
  setItem = (key: string, value: string) => void this.all.set(key, value);
}
