/**
 * The page against a large account: prints how long a person waits and how much memory it takes.
 *
 *   node e2e/load.mjs --roost ../roost --dir EMPTY_FOLDER [--machines 200] [--sessions 2000] [--messages 100000] [--loads 11]
 *     [--judge]
 *
 * --judge  ends with 1 when an interaction took longer than the page promises, 100 ms
 */
import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { launch, SLOWER, watchedPage } from "./browser.mjs";
import { DESKTOP } from "./inspect.mjs";
import { measureOpening } from "./opening.mjs";
import { staysInSight } from "./steps.mjs";
import { OwnRelay } from "./relay.mjs";
import { request, sealRecord, wrapKey } from "./wire.mjs";

const { values: options } = parseArgs({
  options: {
    roost: { type: "string" },
    dir: { type: "string" },
    shots: { type: "string" },
    machines: { type: "string", default: "200" },
    sessions: { type: "string", default: "2000" },
    messages: { type: "string", default: "100000" },
    loads: { type: "string", default: "11" },
    judge: { type: "boolean", default: false },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
if (options.roost === undefined || options.dir === undefined) {
  console.error("usage: node e2e/load.mjs --roost COMMAND --dir EMPTY_FOLDER [--machines N] [--sessions N] [--messages N] [--loads N]");
  process.exit(2);
}
const PROMISE_MS = 100;
const SCROLL_MS = 8_000;
const [machineCount, sessionCount, messageCount] = [options.machines, options.sessions, options.messages].map(Number);

// One account asks for more in these minutes than people do: making it, and opening it again and again.
const relay = await OwnRelay.start(options.roost, options.dir, ["--request-rate", "10000"]);
const browser = await launch(options.browser);
try {
  await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
  await relay.kill();
}
process.exit();

async function main() {
  const account = await newAccount();
  const longest = await fill(account);
  const context = await browser.newContext({ viewport: DESKTOP });
  const page = await watchedPage(context, []);
  // Bounds a wait; how long a person waits is measured.
  page.setDefaultTimeout(60_000 * SLOWER);
  const devtools = await context.newCDPSession(page);
  await page.addInitScript(() => {
    globalThis.measured = { tasks: [], events: [] };
    new PerformanceObserver((list) => globalThis.measured.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    new PerformanceObserver((list) =>
      globalThis.measured.events.push(...list.getEntries().filter(({ interactionId }) => interactionId > 0).map(({ name, duration }) => [name, duration])),
    ).observe({ type: "event", durationThreshold: 16 });
  });

  await page.goto(`${relay.url}/sign-in`);
  await page.getByLabel("Recovery text").fill(account.recovery);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("[data-machine]").first().waitFor();
  await page.getByText(`${machineCount} machines`).waitFor();
  await report(page, devtools, `list of ${machineCount} machines`);

  await page.goto("about:blank");
  await measureOpening(context, `${relay.url}/machines`, Number(options.loads));
  await page.goto(`${relay.url}/machines`);
  await page.locator("[data-machine]").first().waitFor();

  const opened = Date.now();
  await page.getByRole("link", { name: "Sessions" }).click();
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.locator(".session-row").nth(40).waitFor();
  console.log(`load: list of sessions shown after ${Date.now() - opened} ms`);
  await page.getByText("Opening…").first().waitFor({ state: "detached", timeout: 60_000 * SLOWER });
  await page.getByLabel("Find a session").click();
  await page.keyboard.type("session 1777", { delay: 60 });
  await page.locator(".session-row").filter({ hasText: `session ${Math.min(1777, sessionCount - 1)}` }).first().waitFor();
  await report(page, devtools, `list of ${sessionCount} sessions, searched`);

  await page.getByLabel("Find a session").fill("the longest");
  const clicked = Date.now();
  await page.getByRole("link", { name: /The longest/ }).click();
  await page.getByText(`message number ${messageCount - 1} `).waitFor();
  console.log(`load: conversation of ${messageCount} messages shown after ${Date.now() - clicked} ms`);
  const heapBefore = await heap(devtools);
  const nodesBefore = await elements(page);
  await scrollBack(page, SCROLL_MS, "from the end");

  // Long enough to stand in no other number.
  const sought = Math.min(10_777, messageCount - 1);
  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByLabel("Words to find").fill(`message number ${sought} `);
  const asked = Date.now();
  await page.keyboard.press("Enter");
  const found = page.getByRole("region", { name: "Search in this session" }).getByRole("status");
  for (let last = ""; !/ read\.$/.test(last); last = await found.innerText()) {
    assert.ok(Date.now() - asked < 120_000, `still searching: ${last}`);
    await page.waitForTimeout(50);
  }
  assert.match(await found.innerText(), /^1 found, /);
  console.log(`load: ${messageCount} messages read, decrypted and searched in ${Date.now() - asked} ms`);
  await page.locator(".hit").click();
  await page.locator(".chat").getByText(`message number ${sought} `).waitFor();
  await staysInSight(page, `message number ${sought} `);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  const nodesFar = await elements(page);
  await scrollBack(page, SCROLL_MS, "near the beginning");
  await page.getByLabel("Message to the agent").click();
  await page.keyboard.type("typing in a long conversation", { delay: 30 });
  const nodes = await elements(page);
  const heapAfter = await heap(devtools);
  console.log(`load: heap ${mb(heapBefore)} MB before and ${mb(heapAfter)} MB after; ${nodesBefore} elements at the end, ${nodesFar} far back, ${nodes} after scrolling`);
  await report(page, devtools, "conversation, scrolled and typed in");
  assert.ok(heapAfter < heapBefore + 60e6, "scrolling back keeps no more than a window");
  assert.ok(nodes < 30_000, "the page draws no more than a window");
  void longest;
}

/** Scrolls as a person does who pulls as fast as the page follows, and tells how long the pictures took. */
async function scrollBack(page, ms, where) {
  const { frames, from, to } = await page.evaluate(async (time) => {
    const scroller = document.querySelector(".chat-scroll");
    const lowest = () => Number(/message number (\d+)/.exec(document.querySelector(".chat-item")?.textContent ?? "")?.[1] ?? 0);
    const from = lowest();
    const frames = [];
    const until = performance.now() + time;
    let last = await new Promise(requestAnimationFrame);
    while (performance.now() < until && document.querySelector(".chat-edge")?.textContent !== "The beginning of the session") {
      scroller.scrollBy(0, -scroller.clientHeight / 3);
      const now = await new Promise(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
    return { frames, from, to: lowest() };
  }, ms);
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  console.log(
    `load: scrolled back ${where}, message ${from} to ${to}: ${frames.length} frames, median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms, load ${loadavg()[0].toFixed(1)}`,
  );
}

function elements(page) {
  return page.evaluate(() => document.querySelectorAll("*").length);
}

/** The longest task and interaction since the last time. A task may be longer than an interaction feels: both are told. */
async function report(page, devtools, what) {
  await page.waitForTimeout(300);
  const { tasks, events } = await page.evaluate(() => {
    const { measured } = globalThis;
    globalThis.measured = { tasks: [], events: [] };
    return measured;
  });
  const slowest = Math.max(0, ...events.map(([, duration]) => duration));
  const task = Math.max(0, ...tasks);
  console.log(
    `load: ${what}: slowest interaction ${slowest} ms, longest task ${Math.round(task)} ms, ${tasks.length} tasks over 50 ms, heap ${mb(await heap(devtools))} MB, load ${loadavg()[0].toFixed(1)}`,
  );
  // On a computer that is busy with other things a slow one says nothing about the page.
  if (options.judge) assert.ok(slowest <= PROMISE_MS, `${what}: an interaction took ${slowest} ms`);
}

async function heap(devtools) {
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  return usedSize;
}

function mb(bytes) {
  return (bytes / 1e6).toFixed(1);
}

async function newAccount() {
  const secret = new Uint8Array(randomBytes(32));
  const challenge = new Uint8Array(randomBytes(32));
  const base64 = (bytes) => Buffer.from(bytes).toString("base64");
  const { token } = await request("POST", `${relay.url}/v1/auth`, {
    publicKey: base64(ed25519.getPublicKey(secret)),
    challenge: base64(challenge),
    signature: base64(ed25519.sign(challenge, secret)),
  });
  let step = createHmac("sha512", "Happy EnCoder Master Seed").update(secret).digest();
  step = createHmac("sha512", step.subarray(32)).update(Buffer.concat([Buffer.of(0), Buffer.from("content")])).digest();
  const contentSecret = createHash("sha512").update(step.subarray(0, 32)).digest().subarray(0, 32);
  const accountKey = Buffer.from(x25519.getPublicKey(new Uint8Array(contentSecret))).toString("base64url");
  let bits = "";
  for (const byte of secret) bits += byte.toString(2).padStart(8, "0");
  const letters = (bits.padEnd(260, "0").match(/.{5}/g) ?? []).map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five, 2)]).join("");
  return { token, accountKey, recovery: letters };
}

async function fill({ token, accountKey }) {
  const began = Date.now();
  const machines = await each(machineCount, async (at) => {
    const key = randomBytes(32);
    const id = randomUUID();
    const metadata = { host: `host-${at}`, platform: "linux", arch: "x64", happyCliVersion: "1", happyHomeDir: "/h/.happy", homeDir: "/h", displayName: `machine ${at}` };
    await request("POST", `${relay.url}/v1/machines`, { id, metadata: sealRecord(metadata, key), dataEncryptionKey: wrapKey(key, accountKey) }, token);
    return id;
  });
  await each(sessionCount, (at) => newSession(token, accountKey, machines[at % machines.length], `session ${at}`));
  const long = await newSession(token, accountKey, machines[0], "The longest");
  for (let at = 0; at < messageCount; at += 500) {
    const messages = Array.from({ length: Math.min(500, messageCount - at) }, (_, offset) => {
      const n = at + offset;
      const text = `message number ${n} ${"with some words to read ".repeat(1 + (n % 7))}${n % 10 === 0 ? "\n\n```js\nconst x = 1;\n```" : ""}`;
      const content = { id: `e${n}`, time: Date.now(), role: "agent", turn: "t", ev: { t: "text", text } };
      return { localId: `l${n}`, content: sealRecord({ role: "session", content }, long.key) };
    });
    await request("POST", `${relay.url}/v3/sessions/${long.id}/messages`, { messages }, token);
  }
  console.log(`load: ${machineCount} machines, ${sessionCount} sessions, ${messageCount} messages made in ${Math.round((Date.now() - began) / 1_000)} s`);
  return long.id;
}

async function newSession(token, accountKey, machineId, title) {
  const key = randomBytes(32);
  const metadata = { path: `/h/code/${title.length % 3}`, host: "h", homeDir: "/h", machineId, summary: { text: title, updatedAt: 1 } };
  const { session } = await request(
    "POST",
    `${relay.url}/v1/sessions`,
    { tag: randomUUID(), metadata: sealRecord(metadata, key), agentState: sealRecord({}, key), dataEncryptionKey: wrapKey(key, accountKey) },
    token,
  );
  return { id: session.id, key };
}

/** Twenty at once. */
async function each(count, work) {
  const results = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (next < count) {
        const at = next++;
        results[at] = await work(at);
      }
    }),
  );
  return results;
}
