/** Where this browser keeps what must outlive a reload. Tables are separate; keys are texts. */
export type Table = "vault" | "drafts" | "outbox" | "keys";

export interface DeviceStore {
  /** False when nothing outlives the page: the browser forbids it, as in some private windows. */
  readonly lasting: boolean;
  get(table: Table, key: string): Promise<unknown>;
  put(table: Table, key: string, value: unknown): Promise<void>;
  remove(table: Table, key: string): Promise<void>;
  all(table: Table): Promise<readonly (readonly [key: string, value: unknown])[]>;
  clear(): Promise<void>;
}

const NAME = "roosthold";
const TABLES: readonly Table[] = ["vault", "drafts", "outbox", "keys"];

/** IndexedDB of this origin, or memory where there is none. */
export async function openDeviceStore(): Promise<DeviceStore> {
  try {
    return new IndexedStore(await openDatabase());
  } catch {
    return new MemoryStore();
  }
}

export class MemoryStore implements DeviceStore {
  readonly lasting: boolean;
  private readonly tables = new Map<Table, Map<string, unknown>>(TABLES.map((name) => [name, new Map()]));

  /** @param lasting what tests say about a store that stands for a real one */
  constructor(lasting = false) {
    this.lasting = lasting;
  }

  get(table: Table, key: string): Promise<unknown> {
    return Promise.resolve(this.tables.get(table)?.get(key));
  }

  put(table: Table, key: string, value: unknown): Promise<void> {
    this.tables.get(table)?.set(key, value);
    return Promise.resolve();
  }

  remove(table: Table, key: string): Promise<void> {
    this.tables.get(table)?.delete(key);
    return Promise.resolve();
  }

  all(table: Table): Promise<readonly (readonly [string, unknown])[]> {
    return Promise.resolve([...(this.tables.get(table) ?? [])]);
  }

  clear(): Promise<void> {
    for (const table of this.tables.values()) table.clear();
    return Promise.resolve();
  }
}

class IndexedStore implements DeviceStore {
  readonly lasting = true;

  constructor(private readonly database: IDBDatabase) {}

  get(table: Table, key: string): Promise<unknown> {
    return this.run(table, "readonly", (store) => store.get(key) as IDBRequest<unknown>);
  }

  async put(table: Table, key: string, value: unknown): Promise<void> {
    await this.run(table, "readwrite", (store) => store.put(value, key));
  }

  async remove(table: Table, key: string): Promise<void> {
    await this.run(table, "readwrite", (store) => store.delete(key));
  }

  async all(table: Table): Promise<readonly (readonly [string, unknown])[]> {
    const [keys, values] = await Promise.all([
      this.run(table, "readonly", (store) => store.getAllKeys()),
      this.run(table, "readonly", (store) => store.getAll() as IDBRequest<unknown[]>),
    ]);
    return keys.map((key, at) => [String(key), values[at]] as const);
  }

  async clear(): Promise<void> {
    for (const table of TABLES) await this.run(table, "readwrite", (store) => store.clear());
  }

  /** Ends when the transaction is on the disk, not only when the request was taken. */
  private run<T>(table: Table, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(table, mode, { durability: "strict" });
      const request = ask(transaction.objectStore(table));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("The browser kept nothing"));
    });
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const name of TABLES) request.result.createObjectStore(name);
    };
    request.onsuccess = () => {
      // A newer page of this origin wants to change the form: let it.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error ?? new Error("No database"));
    request.onblocked = () => reject(new Error("The database is in use by an older page"));
  });
}
