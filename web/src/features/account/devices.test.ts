import { describe, expect, it } from "vitest";
import { RelayHttp } from "../../relay/http.ts";
import { accountKeys, newMasterSecret } from "../../crypto/index.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { browserName, nameThisBrowser } from "./devices.ts";
import { changeSettings, readSettings } from "./settings.ts";

it.each([
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36", "Chrome on Linux"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iOS"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on macOS"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
  ["something", "Browser"],
])("%s is %s", (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});

it("names a browser once, and never one that its owner has named", async () => {
  const sent: string[] = [];
  const http = (name: string) =>
    new RelayHttp("t", (path, init = {}) => {
      sent.push(`${init.method} ${String(path)} ${String(init.body ?? "")}`);
      const device = { id: "d", kind: "web", name, createdAt: 1, lastSeen: 1, lastAddress: null, current: true };
      return Promise.resolve(new Response(JSON.stringify(init.method === "GET" ? [device] : { success: true })));
    });
  await nameThisBrowser(http("web/0.1.0"));
  expect(sent).toHaveLength(2);
  expect(sent[1]).toMatch(/^PATCH \/v1\/devices\/d /);
  await nameThisBrowser(http("my laptop"));
  expect(sent).toHaveLength(3);
});

describe("settings", () => {
  /** A relay that keeps one version, and a second client that is faster once. */
  function rig() {
    const keys = accountKeys(newMasterSecret());
    let stored: { settings: string | null; settingsVersion: number } = { settings: null, settingsVersion: 0 };
    let meanwhile: (() => Promise<unknown>) | null = null;
    const http = new RelayHttp("t", async (_, init = {}) => {
      if (init.method === "GET") return new Response(JSON.stringify(stored));
      const interrupt = meanwhile;
      meanwhile = null;
      await interrupt?.();
      const { settings, expectedVersion } = JSON.parse(String(init.body)) as { settings: string; expectedVersion: number };
      if (expectedVersion !== stored.settingsVersion) {
        const { settings: currentSettings, settingsVersion: currentVersion } = stored;
        return new Response(JSON.stringify({ success: false, error: "version-mismatch", currentVersion, currentSettings }));
      }
      stored = { settings, settingsVersion: expectedVersion + 1 };
      return new Response(JSON.stringify({ success: true, version: stored.settingsVersion }));
    });
    const workspace = { keys, link: { http } } as unknown as Workspace;
    return { workspace, stored: () => stored, before: (work: () => Promise<unknown>) => (meanwhile = work) };
  }

  it("are encrypted, and a change keeps what another client wrote meanwhile", async () => {
    const { workspace, stored, before } = rig();
    await changeSettings(workspace, (values) => ({ ...values, theme: "dark" }));
    expect(stored().settings).not.toContain("dark");
    before(() => changeSettings(workspace, (values) => ({ ...values, other: 1 })));
    await changeSettings(workspace, (values) => ({ ...values, mine: 2 }));
    expect(await readSettings(workspace)).toEqual({ values: { theme: "dark", other: 1, mine: 2 }, version: 3 });
  });
});
