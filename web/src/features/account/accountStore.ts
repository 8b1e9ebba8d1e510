import { signal, type ReadonlySignal } from "@preact/signals";
import type { StoredAccount, Vault } from "./vault.ts";

export type { StoredAccount } from "./vault.ts";

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

const OWN_KEYS = "roosthold.";
const CHANNEL = "roosthold.account";
const KEEPING_MS = 20_000;

/** Tells the other pages of this browser that the account was changed. */
export interface Pages {
  tell(): void;
  onTold(use: () => void): void;
}

/** The account of this browser, kept in the vault and the same in all of its pages. */
export class AccountStore {
  private readonly current = signal<StoredAccount | null>(null);
  private readonly kept = signal(true);

  private constructor(
    private readonly vault: Vault,
    private readonly storage: Storage,
    private readonly pages: Pages,
  ) {}

  static async open(vault: Vault, storage: Storage = browserStorage(), pages: Pages = otherPages()): Promise<AccountStore> {
    const store = new AccountStore(vault, storage, pages);
    store.current.value = await vault.load();
    store.kept.value = vault.lasting || store.current.value === null;
    pages.onTold(() => {
      void vault.load().then((account) => {
        store.current.value = account;
      });
    });
    return store;
  }

  get account(): ReadonlySignal<StoredAccount | null> {
    return this.current;
  }

  /** False when the browser refused to keep the account: it is then gone after a reload. */
  get persistent(): ReadonlySignal<boolean> {
    return this.kept;
  }

  /**
   * Keeps the account, then shows it: who is shown as signed in is so after a reload as well. A browser that takes too
   * long to keep it is not waited for.
   */
  async signedIn(account: StoredAccount & { token: string }): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, KEEPING_MS)));
    await Promise.race([this.keep(account), patience]);
    clearTimeout(timer);
    this.current.value = account;
  }

  /** The relay refused `token`. A newer one, from a sign-in meanwhile, stays. */
  tokenRefused(token: string): void {
    const account = this.current.value;
    if (account?.token !== token) return;
    const without = { ...account, token: null };
    this.current.value = without;
    void this.keep(without);
  }

  /** Erases everything that the page keeps in this browser. */
  async erase(): Promise<void> {
    this.current.value = null;
    try {
      for (const key of Object.keys(this.storage)) {
        if (key.startsWith(OWN_KEYS)) this.storage.removeItem(key);
      }
    } catch {
      // Storage that cannot be used holds nothing.
    }
    await this.vault.erase().catch(() => {});
    this.pages.tell();
  }

  private keep(account: StoredAccount): Promise<void> {
    return this.vault.save(account).then(
      () => {
        this.kept.value = this.vault.lasting;
        this.pages.tell();
      },
      () => {
        this.kept.value = false;
      },
    );
  }
}

function otherPages(): Pages {
  if (typeof BroadcastChannel === "undefined") return { tell: () => {}, onTold: () => {} };
  const channel = new BroadcastChannel(CHANNEL);
  return {
    tell: () => channel.postMessage("changed"),
    onTold: (use) => channel.addEventListener("message", use),
  };
}
