import { beforeEach, describe, expect, it } from "vitest";
import { AccountStore } from "./accountStore.ts";

const SECRET = "HqdlCHL9PhM5hJeSQFdsMsyz1r97LgMczTIWev631HQ";

describe("the account kept in this browser", () => {
  beforeEach(() => localStorage.clear());

  it("is there again after a reload", () => {
    new AccountStore(localStorage).signedIn({ secret: SECRET, token: "t" });
    expect(new AccountStore(localStorage).account.value).toEqual({ secret: SECRET, token: "t" });
  });

  it("loses its refused token and keeps its secret; a newer token stays", () => {
    const store = new AccountStore(localStorage);
    store.signedIn({ secret: SECRET, token: "new" });
    store.tokenRefused("old");
    expect(store.account.value?.token).toBe("new");
    store.tokenRefused("new");
    expect(new AccountStore(localStorage).account.value).toEqual({ secret: SECRET, token: null });
  });

  it("is erased with everything else of ours, and nothing of others", () => {
    localStorage.setItem("roosthold.machine-keys", "x");
    localStorage.setItem("other", "y");
    const store = new AccountStore(localStorage);
    store.signedIn({ secret: SECRET, token: "t" });
    store.erase();
    expect(store.account.value).toBeNull();
    expect(Object.keys(localStorage)).toEqual(["other"]);
  });

  it("follows what another page of the browser does", () => {
    const here = new AccountStore(localStorage);
    const there = new AccountStore(localStorage);
    there.signedIn({ secret: SECRET, token: "t" });
    here.changedElsewhere("roosthold.account");
    expect(here.account.value?.token).toBe("t");
    there.erase();
    here.changedElsewhere("roosthold.account");
    expect(here.account.value).toBeNull();
  });

  it.each(["", "null", "no json", "[]", '{"secret":1}', '{"secret":"short","token":"t"}'])(
    "is none when the storage holds %j",
    (text) => {
      localStorage.setItem("roosthold.account", text);
      expect(new AccountStore(localStorage).account.value).toBeNull();
    },
  );

  it("works until the next reload where the browser keeps nothing, and says so", () => {
    const refusing = { getItem: () => null, setItem: () => { throw new DOMException("no", "QuotaExceededError"); } };
    const store = new AccountStore(refusing as unknown as Storage);
    store.signedIn({ secret: SECRET, token: "t" });
    expect(store.account.value?.token).toBe("t");
    expect(store.persistent.value).toBe(false);
  });
});
