/**
 * A published agent in the browser: from an empty relay to an approved call.
 *
 *   node e2e/opencode.mjs --roost ../roost --dir FOLDER --agents FILE [--shots DIR] [--browser FILE]
 *
 * --agents  settings of the daemon that name the agent `opencode`, whose model asks for `echo hello from the tool`
 *
 * Ends with 0 if everything held, else with 1 and the reason on stderr.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { launch, watchedPage } from "./browser.mjs";
import { DESKTOP, inspect } from "./inspect.mjs";
import { answer, arrive, machineHome, PATIENCE_MS, say, startSession } from "./person.mjs";
import { OwnRelay } from "./relay.mjs";

const { values: options } = parseArgs({
  options: {
    roost: { type: "string" },
    dir: { type: "string" },
    agents: { type: "string" },
    shots: { type: "string" },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
if (options.roost === undefined || options.dir === undefined || options.agents === undefined) {
  console.error("usage: node e2e/opencode.mjs --roost COMMAND --dir FOLDER --agents FILE [--shots DIR]");
  process.exit(2);
}
const faults = [];
const relay = await OwnRelay.start(options.roost, options.dir);
const browser = await launch(options.browser);
let daemon;
try {
  const began = Date.now();
  const home = await machineHome(`${options.dir}/person`, JSON.parse(await readFile(options.agents, "utf8")));
  const page = await watchedPage(await browser.newContext({ viewport: DESKTOP }), faults);
  page.setDefaultTimeout(PATIENCE_MS);
  ({ daemon } = await arrive(page, relay.url, "workshop", home, options.roost));
  await startSession(page, "opencode");
  await say(page, "please look");
  const question = page.locator("[data-request]");
  await question.getByText("echo hello from the tool").first().waitFor();
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await question.waitFor({ state: "detached" });
  await answer(page, /It says: hello from the tool/).waitFor();
  const tool = page.locator("details.tool").filter({ hasText: "echo hello from the tool" });
  await tool.getByText(/allowed, done/).waitFor();
  assert.equal(await tool.count(), 1);
  console.log(`opencode: from an empty relay to an approved call of the published agent in ${Date.now() - began} ms`);
  await inspect(page, options.shots, "opencode");
  assert.deepEqual(faults, [], "nothing on the console, no request elsewhere");
  console.log("opencode: all steps passed");
} catch (error) {
  console.error(error);
  if (faults.length > 0) console.error(faults.join("\n"));
  for (const [at, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    if (options.shots !== undefined) await page.screenshot({ path: `${options.shots}/failed-opencode-${at}.png` }).catch(() => {});
  }
  process.exitCode = 1;
} finally {
  await daemon?.stop().catch(() => {});
  await browser.close();
  await relay.kill();
}
process.exit();
