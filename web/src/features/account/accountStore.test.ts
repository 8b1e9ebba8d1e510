import { beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryStore } from "../../device/deviceStore.ts";
import { AccountStore, type Pages } from "./accountStore.ts";
import { Vault } from "./vault.ts";

const SECRET = "HqdlCHL9PhM5hJeSQFdsMsyz1r97LgMczTIWev631HQ";

/** The pages of one browser. */
function browser() {
  const listeners: (() => void)[] = [];
  const pages = (): Pages => {
    let own: (() => void) | null = null;
    return {
      tell: () => listeners.filter((one) => one !== own).forEach((one) => one()),
      onTold: (use) => {
        own = use;
        listeners.push(use);
      },
    };
  };
  const device = new MemoryStore(true);
  return { device, open: (subtle = crypto.subtle as SubtleCrypto | null) => AccountStore.open(new Vault(device, subtle), localStorage, pages()) };
}

describe("the account kept in this browser", () => {
  beforeEach(() => localStorage.clear());

  it.each([
    ["under a key of the browser", crypto.subtle],
    ["over plain http", null],
  ])("is there again after a reload, %s", async (_, subtle) => {
    const { device, open } = browser();
    await (await open(subtle)).signedIn({ secret: SECRET, token: "t" });
    expect((await open(subtle)).account.value).toEqual({ secret: SECRET, token: "t" });
    const stored = JSON.stringify(await device.all("vault"));
    expect(stored.includes(SECRET)).toBe(subtle === null);
  });

  it("is shown when it is kept, or when the browser takes too long for that", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const device = new MemoryStore(true);
    let kept = () => {};
    device.put = () => new Promise<void>((resolve) => (kept = resolve));
    const store = await AccountStore.open(new Vault(device, null), localStorage);
    const signingIn = store.signedIn({ secret: SECRET, token: "t" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.account.value).toBeNull();
    kept();
    await signingIn;
    expect(store.account.value?.token).toBe("t");
    const again = store.signedIn({ secret: SECRET, token: "u" });
    await vi.advanceTimersByTimeAsync(30_000);
    await again;
    expect(store.account.value?.token).toBe("u");
    vi.useRealTimers();
  });

  it("is wrapped by a key that the browser does not give out", async () => {
    const { device, open } = browser();
    await (await open()).signedIn({ secret: SECRET, token: "t" });
    const key = await vi.waitFor(async () => {
      const found = await device.get("vault", "wrapping-key");
      expect(found).toBeDefined();
      return found as CryptoKey;
    });
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("loses its refused token and keeps its secret; a newer token stays", async () => {
    const { open } = browser();
    const store = await open();
    await store.signedIn({ secret: SECRET, token: "new" });
    store.tokenRefused("old");
    expect(store.account.value?.token).toBe("new");
    store.tokenRefused("new");
    await vi.waitFor(async () => expect((await open()).account.value).toEqual({ secret: SECRET, token: null }));
  });

  it("is erased with everything else of ours, and nothing of others", async () => {
    localStorage.setItem("roosthold.machine-keys", "x");
    localStorage.setItem("other", "y");
    const { device, open } = browser();
    const store = await open();
    await store.signedIn({ secret: SECRET, token: "t" });
    await device.put("drafts", "s", "sealed");
    await store.erase();
    expect(store.account.value).toBeNull();
    expect(Object.keys(localStorage)).toEqual(["other"]);
    expect(await device.all("vault")).toEqual([]);
    expect(await device.all("drafts")).toEqual([]);
  });

  it("follows what another page of the browser does", async () => {
    const { open } = browser();
    const here = await open();
    const there = await open();
    await there.signedIn({ secret: SECRET, token: "t" });
    await vi.waitFor(() => expect(here.account.value?.token).toBe("t"));
    await there.erase();
    await vi.waitFor(() => expect(here.account.value).toBeNull());
  });

  it.each(["", "null", "no json", "[]", '{"secret":1}', '{"secret":"short","token":"t"}'])(
    "is none when the storage holds %j",
    async (text) => {
      const { device, open } = browser();
      await device.put("vault", "account", text);
      expect((await open()).account.value).toBeNull();
    },
  );

  it("works until the next reload where the browser keeps nothing, and says so", async () => {
    const device = new MemoryStore();
    device.put = () => Promise.reject(new DOMException("no", "QuotaExceededError"));
    const store = await AccountStore.open(new Vault(device), localStorage);
    await store.signedIn({ secret: SECRET, token: "t" });
    expect(store.account.value?.token).toBe("t");
    await vi.waitFor(() => expect(store.persistent.value).toBe(false));
  });
});
