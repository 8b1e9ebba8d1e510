import { describe, expect, it } from "vitest";
import { allowed } from "./App.tsx";
import { isProtected } from "./connection.ts";

describe("the page shown", () => {
  const signedIn = { secret: "s", token: "t" };
  it("is the welcome page for every address without an account, except the ways in", () => {
    expect(allowed(null, null)).toBe("welcome");
    expect(allowed("machines", null)).toBe("welcome");
    expect(allowed("create", null)).toBe("create");
    expect(allowed("signIn", null)).toBe("signIn");
  });

  it("is the list once signed in, also for the ways in", () => {
    for (const asked of [null, "welcome", "create", "signIn", "machines"] as const) {
      expect(allowed(asked, signedIn)).toBe("machines");
    }
    expect(allowed("account", signedIn)).toBe("account");
  });

  it("is the sign-in after the relay refused the token", () => {
    for (const asked of [null, "welcome", "create", "machines", "account"] as const) {
      expect(allowed(asked, { secret: "s", token: null })).toBe("signIn");
    }
  });
});

describe("the way of the page", () => {
  it.each(["https://relay.example", "http://localhost:3005", "http://127.0.0.1:3005", "http://[::1]:3005"])(
    "from %s is protected",
    (address) => {
      expect(isProtected(new URL(address))).toBe(true);
    },
  );

  it.each(["http://relay.example", "http://192.168.1.7:3005", "http://127.0.0.1.example", "http://localhost.example"])(
    "from %s is not",
    (address) => {
      expect(isProtected(new URL(address))).toBe(false);
    },
  );
});
