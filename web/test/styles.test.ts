// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const src = join(process.cwd(), "src");
const read = (file: string) => readFileSync(join(src, file), "utf8");
const classesOf = (css: string) => new Set([...css.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name ?? ""));

/** Views that bring the styles of conversations with them, themselves or by what they show. */
const WITH_CHAT = /^features\/(chat|sessions|newSession)\/|MachinePage|ComponentsPage|JobsPanel/;

it("every page is styled when it is the first one that is opened", () => {
  const chat = classesOf(read("styles/chat.css"));
  const always = classesOf(["tokens", "base", "controls", "pages"].map((name) => read(`styles/${name}.css`)).join("\n"));
  const late: string[] = [];
  for (const file of readdirSync(src, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".tsx") || WITH_CHAT.test(file) || file.includes(".test.")) continue;
    for (const [, plain, computed] of read(file).matchAll(/class=(?:"([^"]+)"|\{([^}]+)\})/g)) {
      for (const [name] of (plain ?? computed ?? "").matchAll(/[a-z][\w-]*/g)) {
        // The frame of the page takes these only while a conversation is shown.
        if (chat.has(name) && !always.has(name) && name !== "app-chat") late.push(`${file}: ${name}`);
      }
    }
  }
  expect(late).toEqual([]);
});
