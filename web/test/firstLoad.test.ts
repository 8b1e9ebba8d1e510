// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

/** The built page, as it lies in the jar. `npm run build` makes it. */
const page = join(process.cwd(), "target/classes/web");
const read = (file: string) => readFileSync(join(page, file), "utf8");
const gzipped = (file: string) => gzipSync(read(file), { level: 9 }).length;

/** What a browser asks for before it can show anything: the files named in the page and what those import at once. */
function firstLoad(): string[] {
  const files = new Set(["index.html"]);
  for (const [, address] of read("index.html").matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)) add(address ?? "");
  return [...files];

  function add(file: string) {
    if (files.has(file)) return;
    files.add(file);
    if (!file.endsWith(".js")) return;
    for (const [, name] of read(file).matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) add(`assets/${name}`);
  }
}

describe("the built page", () => {
  it("needs less than 60 kB for its first load", () => {
    const files = firstLoad();
    expect(files.filter((file) => file.endsWith(".js")).length).toBeGreaterThan(0);
    expect(files.filter((file) => file.endsWith(".css")).length).toBeGreaterThan(0);
    expect(files.reduce((bytes, file) => bytes + gzipped(file), 0)).toBeLessThan(60_000);
  });

  it("loads cryptography and sockets later, and stays below 72 kB with them", () => {
    const first = firstLoad();
    const later = readdirSync(join(page, "assets"))
      .map((name) => `assets/${name}`)
      .filter((file) => !first.includes(file));
    expect(later.some((file) => read(file).includes("expand 32-byte k"))).toBe(true);
    expect(later.some((file) => read(file).includes("/v1/updates"))).toBe(true);
    expect([...first, ...later].reduce((bytes, file) => bytes + gzipped(file), 0)).toBeLessThan(72_000);
  });

  it("has nothing inline and nothing from elsewhere", () => {
    const html = read("index.html");
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc="\.\/assets\/)/);
    expect(html).not.toMatch(/(?:src|href)="(?!\.\/)/);
    expect(html).toContain("Content-Security-Policy");
  });
});
