import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { toRecoveryText } from "../../crypto/recoveryText.ts";
import type { RelayInfo } from "../../relay/schema.ts";
import { AccountPage } from "./AccountPage.tsx";
import { MemoryStore } from "../../device/deviceStore.ts";
import { AccountStore } from "./accountStore.ts";
import { CreatePage } from "./CreatePage.tsx";
import { relayInfo } from "./registration.ts";
import { SignInPage } from "./SignInPage.tsx";
import { Vault } from "./vault.ts";
import { WelcomePage } from "./WelcomePage.tsx";

const SECRET = "HqdlCHL9PhM5hJeSQFdsMsyz1r97LgMczTIWev631HQ";

/** A browser that has kept nothing, or an account. */
async function newStore(kept?: { secret: string; token: string | null }): Promise<AccountStore> {
  const device = new MemoryStore(true);
  if (kept !== undefined) await device.put("vault", "account", JSON.stringify(kept));
  return AccountStore.open(new Vault(device, null), localStorage, { tell: () => {}, onTold: () => {} });
}

function relayTakes(registration: RelayInfo["registration"]) {
  relayInfo.value = { ok: true, value: { registration, version: "1" } };
}

/** What the page sent to the relay, which answers all the same. */
function answering(status: number, body: unknown) {
  const sent: { path: string; body: Record<string, unknown> }[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    sent.push({ path, body: JSON.parse(String(init.body)) as Record<string, unknown> });
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
  return sent;
}

async function typeAskedGroups() {
  const text = (await screen.findByTestId("recovery-text")).textContent ?? "";
  fireEvent.click(screen.getByRole("button", { name: "I have stored it" }));
  for (const box of screen.getAllByLabelText<HTMLInputElement>(/^Group \d+ of the text$/)) {
    const label = box.labels?.[0]?.textContent ?? "";
    const group = text.split("-")[Number(/\d+/.exec(label)?.[0]) - 1] ?? "";
    fireEvent.input(box, { target: { value: ` ${group.toLowerCase()} ` } });
  }
  return text;
}

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  relayInfo.value = null;
});

describe("the welcome page", () => {
  it.each([
    ["open", "Anyone who can open this page", true],
    ["invite", "by invitation only", true],
    ["closed", "takes no new accounts", false],
  ] as const)("of a relay that is %s says so", (registration, words, offered) => {
    relayTakes(registration);
    render(<WelcomePage />);
    expect(screen.getByTestId("registration").textContent).toContain(words);
    expect(screen.queryByRole("link", { name: "Create account" }) !== null).toBe(offered);
    expect(screen.getByRole("link", { name: "Sign in" })).toBeTruthy();
  });
});

describe("creating an account", () => {
  it("keeps and sends nothing before the recovery text was confirmed", async () => {
    relayTakes("open");
    const sent = answering(200, { success: true, token: "t" });
    const store = await newStore();
    render(<CreatePage store={store} />);
    const text = await typeAskedGroups();
    const [first] = screen.getAllByLabelText<HTMLInputElement>(/^Group/);
    if (first === undefined) throw new Error("no group is asked for");
    const right = first.value;
    fireEvent.input(first, { target: { value: "WRONG" } });
    fireEvent.submit(first.form ?? first);
    expect(screen.getByText(/That is not this group/)).toBeTruthy();
    expect(sent).toEqual([]);
    expect(store.account.value).toBeNull();

    fireEvent.input(first, { target: { value: right } });
    fireEvent.submit(first.form ?? first);
    fireEvent.submit(first.form ?? first);
    await waitFor(() => expect(store.account.value?.token).toBe("t"));
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent)).not.toContain(text);
    expect(sent[0]?.body).toEqual({
      publicKey: expect.any(String) as string,
      challenge: expect.any(String) as string,
      signature: expect.any(String) as string,
    });
  });

  it("asks for the invite code where one is needed and sends it", async () => {
    relayTakes("invite");
    const sent = answering(403, { error: "Registration is closed" });
    render(<CreatePage store={await newStore()} />);
    await typeAskedGroups();
    const invite = screen.getByLabelText<HTMLInputElement>("Invite code");
    fireEvent.input(invite, { target: { value: " welcome-1 " } });
    fireEvent.submit(invite.form ?? invite);
    await screen.findByText(/did not accept this invite code/);
    expect(sent[0]?.body["invite"]).toBe("welcome-1");
    expect(invite.value).toBe(" welcome-1 ");
  });

  it("is not offered by a closed relay", async () => {
    relayTakes("closed");
    render(<CreatePage store={await newStore()} />);
    expect(screen.queryByTestId("recovery-text")).toBeNull();
    expect(screen.getByRole("link", { name: "Sign in" })).toBeTruthy();
  });
});

describe("signing in", () => {
  const signInWith = (text: string) => {
    const box = screen.getByLabelText<HTMLTextAreaElement>("Recovery text");
    fireEvent.input(box, { target: { value: text } });
    fireEvent.submit(box.form ?? box);
  };

  it("takes the recovery text as people type it", async () => {
    answering(200, { success: true, token: "t" });
    const store = await newStore();
    render(<SignInPage store={store} />);
    signInWith(` ${toRecoveryText(new Uint8Array(32).fill(5)).toLowerCase().replaceAll("-", " ")}\n`);
    await waitFor(() => expect(store.account.value?.token).toBe("t"));
  });

  it("says that a text is incomplete and sends nothing", async () => {
    const sent = answering(200, {});
    render(<SignInPage store={await newStore()} />);
    signInWith("AAAAA-BBBBB");
    await screen.findByText(/not a whole recovery text/);
    expect(sent).toEqual([]);
  });

  it("says that the relay knows no such account and takes no new ones", async () => {
    answering(403, { error: "Registration is closed" });
    render(<SignInPage store={await newStore()} />);
    signInWith(toRecoveryText(new Uint8Array(32).fill(5)));
    await screen.findByText(/no account for this recovery text/);
  });

  it("again needs one press where the account is still kept", async () => {
    answering(200, { success: true, token: "new" });
    const store = await newStore({ secret: SECRET, token: null });
    render(<SignInPage store={store} />);
    fireEvent.click(screen.getByRole("button", { name: "Sign in again" }));
    await waitFor(() => expect(store.account.value).toEqual({ secret: SECRET, token: "new" }));
  });
});

describe("the account page", () => {
  it("signs out only after the person says that the recovery text is stored", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
    const store = await newStore();
    await store.signedIn({ secret: SECRET, token: "t" });
    render(<AccountPage store={store} workspace={null} />);
    fireEvent.click(screen.getByRole("button", { name: "Sign out" }));
    const leave = screen.getAllByRole<HTMLButtonElement>("button", { name: "Sign out" }).at(-1);
    expect(leave?.disabled).toBe(true);
    fireEvent.input(screen.getByRole("checkbox"), { target: { checked: true } });
    expect(leave?.disabled).toBe(false);
    if (leave !== undefined) fireEvent.click(leave);
    expect(store.account.value).toBeNull();
    expect(localStorage.length).toBe(0);
  });
});
