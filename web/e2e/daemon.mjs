/**
 * The whole way with everything real: from an empty relay to an approved call of a tool.
 *
 *   node e2e/daemon.mjs --roost ../roost --dir EMPTY_FOLDER --agent "COMMAND" [--shots DIR] [--browser FILE]
 *
 * --agent  a program that speaks the Agent Client Protocol and does what a prompt says: `say TEXT`, `stream N`,
 *          `tool COMMAND` (asks for permission first), `plan`
 *
 * Ends with 0 if everything held, else with 1 and the reason on stderr.
 */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { launch, watchedPage } from "./browser.mjs";
import { startRoost } from "./machine.mjs";
import { DESKTOP, PHONE, shoot } from "./pictures.mjs";
import { OwnRelay } from "./relay.mjs";
import { addMachine, createAccount } from "./steps.mjs";

const { values: options } = parseArgs({
  options: {
    roost: { type: "string" },
    dir: { type: "string" },
    agent: { type: "string" },
    shots: { type: "string" },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
if (options.roost === undefined || options.dir === undefined || options.agent === undefined) {
  console.error('usage: node e2e/daemon.mjs --roost COMMAND --dir EMPTY_FOLDER --agent "COMMAND" [--shots DIR]');
  process.exit(2);
}
const PATIENCE_MS = 60_000;
const faults = [];
const relay = await OwnRelay.start(options.roost, options.dir);
const browser = await launch(options.browser);
let daemon;
try {
  for (const [device, settings] of [
    ["desktop", { viewport: DESKTOP }],
    ["phone", { viewport: PHONE, hasTouch: true, isMobile: true }],
  ]) {
    await walk(device, settings);
  }
  assert.deepEqual(faults, [], "nothing on the console, no request elsewhere");
  console.log("daemon: all steps passed");
} catch (error) {
  console.error(error);
  if (faults.length > 0) console.error(faults.join("\n"));
  for (const [at, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    if (options.shots !== undefined) await page.screenshot({ path: `${options.shots}/failed-${at}.png` }).catch(() => {});
  }
  process.exitCode = 1;
} finally {
  await daemon?.stop();
  await browser.close();
  await relay.kill();
}
process.exit();

async function walk(device, settings) {
  const home = `${options.dir}/${device}`;
  const work = `${home}/work`;
  await mkdir(work, { recursive: true });
  await mkdir(`${home}/roost`, { recursive: true });
  const agents = { defaultAgent: "test", agents: { test: options.agent.split(" ") } };
  await writeFile(`${home}/roost/agents.json`, JSON.stringify(agents));

  const began = Date.now();
  const context = await browser.newContext(settings);
  const page = await watchedPage(context, faults);
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(relay.url);
  await createAccount(page);
  const command = `${await addMachine(page, "workshop")} --root ${work}`;
  daemon = startRoost(command, options.roost, { ROOST_HOME: `${home}/roost` });
  await page.getByTestId("enrol-status").getByText("Connected", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: "Sessions" }).click();
  await page.getByRole("button", { name: "Start a session" }).click();
  await page.getByRole("dialog").getByLabel("Agent").selectOption("test");
  await page.getByRole("button", { name: "Start session" }).click();
  await page.getByLabel("Message to the agent").waitFor();
  const chat = page.locator(".chat");

  await say(page, "say good morning");
  await chat.locator(".answer").getByText("good morning").waitFor();
  await say(page, "stream 30");
  await chat.locator(".answer").getByText(/\b29\b/).waitFor();
  await say(page, "tool echo done");
  await page.locator("[data-request]").waitFor();
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await page.locator("[data-request]").waitFor({ state: "detached" });
  await chat.getByText(/allowed, done/).waitFor();
  console.log(`daemon: ${device}: from an empty relay to an approved call in ${Date.now() - began} ms`);
  await say(page, "plan");
  await page.getByRole("region", { name: "Plan" }).waitFor();
  await shoot(page, options.shots, `daemon-${device}`);

  await killedInTheMiddle(page);
  await daemon.stop();
  await page.locator(".chat-facts").getByText("Machine offline").waitFor();
  daemon = undefined;
  await context.close();
}

/** The relay dies while the agent writes, and while it asks: everything is there afterwards, once. */
async function killedInTheMiddle(page) {
  const chat = page.locator(".chat");
  const lost = page.getByTestId("connection-lost");
  await say(page, "stream 20\nwait 6000\nsay the end of it");
  await page.locator(".chat-live, .answer").getByText(/\b19\b/).last().waitFor();
  await relay.kill();
  await lost.waitFor();
  await say(page, "say after the break");
  await relay.up();
  await lost.waitFor({ state: "detached" });
  await chat.locator(".answer").getByText("the end of it").waitFor();
  await chat.locator(".answer").getByText("after the break").waitFor();
  assert.equal(await chat.locator(".answer").getByText("the end of it").count(), 1);
  assert.equal(await chat.locator(".answer").getByText("after the break").count(), 1);
  assert.equal(await chat.locator(".said").getByText("say after the break").count(), 1);

  await say(page, "tool echo twice");
  await page.locator("[data-request]").waitFor();
  await relay.kill();
  await lost.waitFor();
  await relay.up();
  await lost.waitFor({ state: "detached" });
  const allow = page.getByRole("button", { name: "Allow", exact: true });
  for (const deadline = Date.now() + PATIENCE_MS; await allow.isDisabled(); ) {
    assert.ok(Date.now() < deadline, "the question can be answered again");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await allow.click();
  await page.locator("[data-request]").waitFor({ state: "detached" });
  assert.equal(await chat.locator("details.tool").filter({ hasText: "echo twice" }).count(), 1);
  console.log("daemon: the relay was killed twice, nothing was lost or doubled");
}

async function say(page, text) {
  await page.getByLabel("Message to the agent").fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}
