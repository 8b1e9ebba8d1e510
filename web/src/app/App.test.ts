import { describe, expect, it } from "vitest";
import { allowed } from "./App.tsx";
import { isProtected } from "./connection.ts";
import { routeOf, type Page } from "./routes.ts";
import { pageTitle } from "./title.ts";

const asked = (page: Page | null, id = "") => (page === null ? null : { page, id });

describe("the page shown", () => {
  const signedIn = { secret: "s", token: "t" };
  const shown = (page: Page | null, account: Parameters<typeof allowed>[1], link: string | null = null) =>
    allowed(asked(page), account, link).page;

  it("is the welcome page for every address without an account, except the ways in", () => {
    for (const page of [null, "machines", "session", "terminalConnect"] as const) expect(shown(page, null)).toBe("welcome");
    for (const page of ["create", "signIn", "link"] as const) expect(shown(page, null)).toBe(page);
  });

  it("is the list of sessions once signed in, and of machines for who has just come in", () => {
    for (const page of [null, "welcome", "sessions"] as const) expect(shown(page, signedIn)).toBe("sessions");
    for (const page of ["create", "signIn", "link", "machines"] as const) expect(shown(page, signedIn)).toBe("machines");
    expect(shown("account", signedIn)).toBe("account");
  });

  it("is the sign-in after the relay refused the token", () => {
    for (const page of [null, "welcome", "create", "machines", "account"] as const) {
      expect(shown(page, { secret: "s", token: null })).toBe("signIn");
    }
  });

  it("is what another device asked for, also after the sign-in that it needed", () => {
    const link = "https://relay.example/terminal/connect#key=k";
    expect(shown("terminalConnect", null, link)).toBe("welcome");
    expect(shown("signIn", signedIn, link)).toBe("terminalConnect");
    expect(shown("accountConnect", signedIn, "https://relay.example/account/connect#key=k")).toBe("accountConnect");
  });
});

describe("addresses", () => {
  it("name a page and at most one id", () => {
    expect(routeOf("/sessions")).toEqual({ page: "sessions", id: "" });
    expect(routeOf("/sessions/c1a2")).toEqual({ page: "session", id: "c1a2" });
    expect(routeOf("/machines/V1StGXR8_Z5jdHi6B-myT/")).toEqual({ page: "machine", id: "V1StGXR8_Z5jdHi6B-myT" });
    for (const other of ["/", "/nothing", "/sessions/a/b", "/sessions/%2e%2e", "/sessionsx"]) expect(routeOf(other)).toBeNull();
  });

  it("have titles that count what waits", () => {
    expect(pageTitle("Sessions", 2)).toBe("(2) Sessions · Roosthold");
    expect(pageTitle("Sessions", 0)).toBe("Sessions · Roosthold");
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
