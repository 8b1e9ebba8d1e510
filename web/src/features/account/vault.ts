import type { DeviceStore } from "../../device/deviceStore.ts";

/**
 * What this browser keeps of the account between visits.
 *
 * **What protects it:** where the page came over https or from this computer, the account is encrypted under a key that
 * the browser makes and never gives out: a copy of its files, or a page that may only read the storage, has nothing to
 * open it with. Over plain http browsers offer no such keys; then it lies in clear, and the page says that it is not
 * protected. In both cases other sites cannot read it, and it is not protected against someone who can use this browser
 * profile, nor against a relay that serves a changed page. Signing out erases everything.
 */
export interface StoredAccount {
  /** base64url of the master secret. */
  readonly secret: string;
  /** `null` after the relay refused it: the person has to sign in again. */
  readonly token: string | null;
}

const ACCOUNT = "account";
const WRAPPING_KEY = "wrapping-key";

interface Wrapped {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

export class Vault {
  /** Writes happen one after the other: two of them must not both make a wrapping key. */
  private turn: Promise<unknown> = Promise.resolve();

  /** @param subtle of the browser; `null` over plain http */
  constructor(
    private readonly store: DeviceStore,
    private readonly subtle: SubtleCrypto | null = (globalThis.crypto.subtle as SubtleCrypto | undefined) ?? null,
  ) {}

  get lasting(): boolean {
    return this.store.lasting;
  }

  async load(): Promise<StoredAccount | null> {
    try {
      const stored = await this.store.get("vault", ACCOUNT);
      if (typeof stored === "string") return parse(stored);
      if (!isWrapped(stored) || this.subtle === null) return null;
      const key = (await this.store.get("vault", WRAPPING_KEY)) as CryptoKey;
      const plain = await this.subtle.decrypt({ name: "AES-GCM", iv: stored.iv }, key, stored.sealed);
      return parse(new TextDecoder().decode(plain));
    } catch {
      // Damaged, or its key is gone: the same as nothing.
      return null;
    }
  }

  save(account: StoredAccount): Promise<void> {
    return this.next(async () => {
      const text = JSON.stringify(account);
      await this.store.put("vault", ACCOUNT, this.subtle === null ? text : await this.wrap(this.subtle, text));
    });
  }

  erase(): Promise<void> {
    return this.next(() => this.store.clear());
  }

  private next(work: () => Promise<void>): Promise<void> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }

  private async wrap(subtle: SubtleCrypto, text: string): Promise<Wrapped> {
    let key = (await this.store.get("vault", WRAPPING_KEY)) as CryptoKey | undefined;
    if (key === undefined) {
      key = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      await this.store.put("vault", WRAPPING_KEY, key);
    }
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, sealed: await subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(text)) };
  }
}

function isWrapped(value: unknown): value is Wrapped {
  return typeof value === "object" && value !== null && "iv" in value && "sealed" in value;
}

function parse(text: string): StoredAccount | null {
  try {
    const value = JSON.parse(text) as Partial<StoredAccount> | null;
    if (value === null || typeof value.secret !== "string" || !/^[\w-]{43}$/.test(value.secret)) return null;
    return { secret: value.secret, token: typeof value.token === "string" ? value.token : null };
  } catch {
    return null;
  }
}
