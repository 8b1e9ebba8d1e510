// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

/** The built page, as it lies in the jar. `npm run build` makes it. */
const page = join(process.cwd(), "target/classes/web");
const read = (file: string) => readFileSync(join(page, file), "utf8");
const gzipped = (file: string) => gzipSync(read(file), { level: 9 }).length;

const imported = (file: string) => [...read(file).matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)].map(([, name]) => `assets/${name}`);

/** A file and what it imports at once, without what it asks for later. */
function withImports(roots: readonly string[]): Set<string> {
  const files = new Set<string>();
  const add = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    if (file.endsWith(".js")) imported(file).forEach(add);
  };
  roots.forEach(add);
  return files;
}

/** What a browser asks for before it can show anything: the files named in the page and what those import at once. */
function firstLoad(): Set<string> {
  const named = [...read("index.html").matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map(([, address]) => address ?? "");
  return withImports(["index.html", ...named]);
}

const chunk = (name: string) => {
  const found = readdirSync(join(page, "assets")).filter((file) => file.startsWith(`${name}-`) && file.endsWith(".js"));
  expect(found, name).not.toEqual([]);
  return found.map((file) => `assets/${file}`).sort((a, b) => gzipped(b) - gzipped(a))[0] ?? "";
};
const bytes = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + gzipped(file), 0);
const without = (files: Set<string>, others: Set<string>) => [...files].filter((file) => !others.has(file));

describe("the built page", () => {
  it("needs less than 60 kB for its first load", () => {
    const files = [...firstLoad()];
    expect(files.filter((file) => file.endsWith(".js")).length).toBeGreaterThan(0);
    expect(files.filter((file) => file.endsWith(".css")).length).toBeGreaterThan(0);
    expect(bytes(files)).toBeLessThan(60_000);
  });

  it("loads cryptography and sockets after it, with at most 50 kB more", () => {
    const first = firstLoad();
    const workspace = withImports([chunk("workspace")]);
    expect([...first].some((file) => read(file).includes("expand 32-byte k"))).toBe(false);
    expect([...workspace].some((file) => read(file).includes("expand 32-byte k"))).toBe(true);
    expect([...workspace].some((file) => read(file).includes("/v1/updates"))).toBe(true);
    expect(bytes(without(workspace, first))).toBeLessThan(50_000);
  });

  it("loads the conversation when one is opened, and colours and charts later still", () => {
    const first = firstLoad();
    const known = new Set([...first, ...withImports([chunk("workspace")])]);
    const chat = withImports([chunk("ChatPage")]);
    const later = [chunk("highlight"), chunk("UsageChart")];
    expect([...known].some((file) => file.includes("ChatPage"))).toBe(false);
    for (const file of later) expect(new Set([...known, ...chat]).has(file)).toBe(false);
    expect(bytes(without(chat, known))).toBeLessThan(50_000);
    for (const file of later) expect(gzipped(file)).toBeLessThan(35_000);
  });

  it("is known to its service worker, every part of it", () => {
    const worker = read("sw.js");
    expect(worker).not.toMatch(/__(BUILD|FILES)__/);
    for (const file of readdirSync(join(page, "assets"))) expect(worker).toContain(`"assets/${file}"`);
  });

  it("has nothing inline and nothing from elsewhere", () => {
    const html = read("index.html");
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc="\.\/assets\/)/);
    expect(html).not.toMatch(/(?:src|href)="(?!\.\/)/);
    expect(html).toContain("Content-Security-Policy");
  });
});
