import { signal, type ReadonlySignal } from "@preact/signals";

/**
 * What this browser keeps of the account between visits.
 *
 * **What protects it:** the master secret and the bearer lie in the web storage of this origin, in clear. Other sites
 * cannot read them (the browser's same-origin rule), and the page runs no script but its own files (its content
 * security policy). They are not protected against someone who can use this browser profile or read its files, nor
 * against a relay that serves a changed page: who must not trust the relay's page uses another client. Wrapping the
 * secret with a key that the browser does not export would change neither, and that interface is missing over plain
 * http. Signing out erases everything.
 */
export interface StoredAccount {
  /** base64url of the master secret. */
  readonly secret: string;
  /** `null` after the relay refused it: the person has to sign in again. */
  readonly token: string | null;
}

/**
 * The storage of this origin. A browser that forbids it throws at the mere mention; then everything is kept in memory
 * until the page is closed, and writing says so by failing.
 */
export function browserStorage(): Storage {
  try {
    return localStorage;
  } catch {
    const refuse = () => {
      throw new DOMException("The browser keeps no data for this page", "SecurityError");
    };
    return { length: 0, clear: () => {}, getItem: () => null, key: () => null, removeItem: () => {}, setItem: refuse };
  }
}

const ACCOUNT_KEY = "roosthold.account";
const OWN_KEYS = "roosthold.";

export class AccountStore {
  private readonly current = signal<StoredAccount | null>(null);
  private readonly kept = signal(true);

  constructor(private readonly storage: Storage) {
    this.current.value = this.load();
  }

  get account(): ReadonlySignal<StoredAccount | null> {
    return this.current;
  }

  /** False when the browser refused to keep the account: it is then gone after a reload. */
  get persistent(): ReadonlySignal<boolean> {
    return this.kept;
  }

  signedIn(account: StoredAccount & { token: string }): void {
    this.save(account);
  }

  /** The relay refused `token`. A newer one, from a sign-in meanwhile, stays. */
  tokenRefused(token: string): void {
    const account = this.current.value;
    if (account?.token === token) this.save({ ...account, token: null });
  }

  /** Erases everything that the page keeps in this browser. */
  erase(): void {
    try {
      for (const key of Object.keys(this.storage)) {
        if (key.startsWith(OWN_KEYS)) this.storage.removeItem(key);
      }
    } catch {
      // Storage that cannot be used holds nothing.
    }
    this.current.value = null;
  }

  /** Another page of this origin changed the storage: signing out there signs out here. */
  changedElsewhere(key: string | null): void {
    if (key === null || key === ACCOUNT_KEY) this.current.value = this.load();
  }

  private save(account: StoredAccount): void {
    try {
      this.storage.setItem(ACCOUNT_KEY, JSON.stringify(account));
      this.kept.value = true;
    } catch {
      this.kept.value = false;
    }
    this.current.value = account;
  }

  private load(): StoredAccount | null {
    try {
      const value = JSON.parse(this.storage.getItem(ACCOUNT_KEY) ?? "null") as Partial<StoredAccount> | null;
      if (value === null || typeof value.secret !== "string" || !/^[\w-]{43}$/.test(value.secret)) return null;
      return { secret: value.secret, token: typeof value.token === "string" ? value.token : null };
    } catch {
      return null;
    }
  }
}
