/**
 * The whole way with everything real: relay, daemon, and an agent that speaks the Agent Client Protocol.
 *
 *   node e2e/daemon.mjs --roost ../roost --dir EMPTY_FOLDER --agent "COMMAND" [--shots DIR] [--browser FILE]
 *
 * --agent  a program that does what a prompt says, one command per line: `say TEXT`, `stream N`, `wait MS`,
 *          `tool COMMAND` (asks for permission first), `plan`
 *
 * Three people come from an empty relay to an approved call of a tool: at a desk, on a phone, and with the keyboard
 * alone. One has two browsers. None sees anything of another. The relay is killed in the middle of an answer and of a
 * question. Ends with 0 if everything held, else with 1 and the reason on stderr.
 */
import assert from "node:assert/strict";
import { stat, rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { launch, SLOWER, watchedPage } from "./browser.mjs";
import { DESKTOP, PHONE, inspect, inspected } from "./inspect.mjs";
import { startRoost } from "./machine.mjs";
import { answer, arrive, arriveByKeyboard, listen, machineHome, PATIENCE_MS, say, startSession } from "./person.mjs";
import { OwnRelay } from "./relay.mjs";
import { until } from "./steps.mjs";

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
const TOUCH = { viewport: PHONE, hasTouch: true, isMobile: true };
/** As many as these, and on until somebody was too late, which is a matter of milliseconds. */
const RACES = 6;
const MOST_RACES = 60;

const faults = [];
const people = [];
const relay = await OwnRelay.start(options.roost, options.dir);
const browser = await launch(options.browser);
let step = "start";
try {
  await main();
  assert.deepEqual(faults, [], "nothing on the console, no request elsewhere");
  console.log(`daemon: ${inspected()}`);
  console.log("daemon: all steps passed");
} catch (error) {
  console.error(`daemon: failed at "${step}"`);
  console.error(error);
  if (faults.length > 0) console.error(faults.join("\n"));
  for (const [at, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    if (options.shots !== undefined) await page.screenshot({ path: `${options.shots}/failed-daemon-${at}.png` }).catch(() => {});
  }
  process.exitCode = 1;
} finally {
  for (const { daemon } of people) await daemon?.stop().catch(() => {});
  await browser.close();
  await relay.kill();
}
process.exit();

async function main() {
  const ada = await atADesk();
  const phone = await secondBrowser(ada);
  await agreement(ada, phone);
  await races(ada, phone);
  await withAReason(ada, phone);
  await choices(ada);
  await everythingReal(ada);
  const job = await assistantsAndJobs(ada);
  await killedInTheMiddle(ada, phone);
  await phone.context().close();
  const ben = await onAPhone();
  await strangers(ada, ben);
  await byKeyboard();
  await jobFired(ada, job);
  begin("a machine that was stopped");
  await ada.page.goto(`${relay.url}/sessions/${ada.session}`);
  await ada.daemon.stop();
  await ada.page.locator(".chat-facts").getByText("Machine offline").waitFor();
  await setUpAgain(ada);
}

/** A machine that has lost its files comes back with new keys: the person is asked before anything is sent to it. */
async function setUpAgain(ada) {
  begin("a machine that lost its files");
  const { page, command, machineId, session } = ada;
  await rm(`${options.dir}/desk/roost`, { recursive: true });
  const { environment } = await machineHome(`${options.dir}/desk`, agents());
  ada.daemon = startRoost(command, options.roost, environment);
  await page.goto(`${relay.url}/machines`);
  const row = page.locator(`[data-machine="${machineId}"]`);
  await row.getByText("Keys changed.").waitFor();
  await inspect(page, options.shots, "keys-changed");
  await row.getByRole("button", { name: "Review" }).click();
  await inspect(page, options.shots, "review-keys");
  await page.getByRole("button", { name: "Accept the new key" }).click();
  await row.getByText("Keys changed.").waitFor({ state: "detached" });
  await row.getByText("Online", { exact: true }).waitFor();
  // What was said before stays readable for the person, and the machine works with its new key.
  await page.goto(`${relay.url}/sessions/${session}`);
  await answer(page, "only for me").waitFor();
  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("button", { name: "New session here" }).click();
  await page.getByRole("dialog").getByLabel("Agent").selectOption("test");
  await page.getByRole("button", { name: "Start session" }).click();
  await page.getByRole("heading", { name: "New Chat" }).waitFor();
  await say(page, "say as good as new");
  await answer(page, "as good as new").waitFor();
}

async function atADesk() {
  begin("from an empty relay to an approved call, at a desk");
  return person("desk", { viewport: DESKTOP });
}

async function onAPhone() {
  begin("from an empty relay to an approved call, on a phone");
  const ben = await person("phone", TOUCH);
  await sendStays(ben.page);
  return ben;
}

/** A tap must not land on something else because the agent has just finished. */
async function sendStays(page) {
  begin("where to send from does not move when the agent is done");
  const box = page.getByLabel("Message to the agent");
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  const send = page.getByRole("button", { name: "Send", exact: true });
  await say(page, "stream 60\nwait 6000");
  await stop.waitFor();
  await box.fill("next");
  const before = await send.boundingBox();
  assert.equal(await stop.isVisible(), true, "the agent still works");
  await stop.waitFor({ state: "detached" });
  assert.deepEqual(await send.boundingBox(), before);
  await box.fill("");
}

async function person(name, settings) {
  const began = Date.now();
  const home = await machineHome(`${options.dir}/${name}`, agents());
  const { context, page, heard } = await open(settings);
  const person = { name, context, page, heard, ...home };
  people.push(person);
  Object.assign(person, await arrive(page, relay.url, `${name} machine`, home, options.roost));
  person.session = await startSession(page, "test");
  await say(page, "say good morning");
  await answer(page, "good morning").waitFor();
  await say(page, "stream 30");
  await answer(page, /\b29\b/).waitFor();
  await say(page, "tool echo done");
  await page.locator("[data-request]").waitFor();
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await page.locator("[data-request]").waitFor({ state: "detached" });
  await page.locator(".chat").getByText(/allowed, done/).waitFor();
  console.log(`daemon: ${name}: from nothing to an approved call in ${Date.now() - began} ms`);
  await say(page, "plan");
  await page.getByRole("region", { name: "Plan" }).waitFor();
  await inspect(page, options.shots, `real-session-of-the-${name}`);
  return person;
}

function agents() {
  return { defaultAgent: "test", agents: { test: options.agent.split(" ") } };
}

async function open(settings) {
  const context = await browser.newContext(settings);
  const page = await watchedPage(context, faults);
  page.setDefaultTimeout(PATIENCE_MS);
  const heard = [];
  listen(page, heard);
  return { context, page, heard };
}

/** A phone of the same person, signed in by the recovery text. */
async function secondBrowser({ recovery, session }) {
  begin("a second browser of the same person");
  const { page } = await open(TOUCH);
  await page.goto(`${relay.url}/sign-in`);
  await page.getByLabel("Recovery text").fill(recovery);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Machines" }).waitFor();
  await page.goto(`${relay.url}/sessions/${session}`);
  await answer(page, "good morning").waitFor();
  return page;
}

/** What one browser shows the other shows, too; how much later is printed. */
async function agreement({ page }, phone) {
  begin("two browsers agree");
  const both = async (what, show) => {
    const [here, there] = await Promise.all([page, phone].map((one) => show(one).then(() => Date.now())));
    console.log(`daemon: the two browsers showed ${what} ${Math.abs(here - there)} ms apart`);
  };
  await say(page, "say said at the desk");
  await both("what was said and answered", (one) => answer(one, "said at the desk").waitFor());
  await say(phone, "say said on the phone");
  await both("what was said on the phone", (one) => answer(one, "said on the phone").waitFor());
  await say(page, "tool echo agree");
  await both("a question", (one) => one.locator("[data-request]").waitFor());
  await phone.getByRole("button", { name: "Allow", exact: true }).click();
  await both("its outcome", (one) => one.locator("details.tool").filter({ hasText: "echo agree" }).getByText(/allowed, done/).waitFor());
  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("button", { name: "Rename", exact: true }).click();
  await page.getByLabel("Title").fill("A name for both");
  await page.keyboard.press("Enter");
  await both("a new name", (one) => one.getByRole("heading", { name: "A name for both" }).waitFor());
}

/** Both press at the same moment, one to allow and one to deny: one answer counts, and both say which. */
async function races({ page }, phone) {
  begin("two answers at the same moment");
  const outcomes = page.locator(".chat .answer").filter({ hasText: /outcome: / });
  const before = await outcomes.count();
  let late = 0;
  let race = 0;
  for (; race < RACES || (late === 0 && race < MOST_RACES); race++) {
    const command = `echo race ${race}`;
    await say(page, `tool ${command}`);
    await Promise.all([page, phone].map((one) => one.locator("[data-request]").waitFor()));
    const at = Date.now() + 150;
    await Promise.all([pressAt(page, "Allow", at), pressAt(phone, "Deny", at)]);
    await Promise.all([page, phone].map((one) => one.locator("[data-request]").waitFor({ state: "detached" })));
    const rows = [page, phone].map((one) => one.locator("details.tool").filter({ hasText: command }));
    const ended = /(allowed, done|denied)$/;
    const words = await Promise.all(rows.map(async (row) => ended.exec(await row.getByText(ended).innerText())?.[1]));
    assert.equal(words[0], words[1], "both browsers show the same outcome");
    const allowed = words[0] === "allowed, done";
    await until(async () => (await outcomes.count()) === before + race + 1, "the agent was answered once");
    assert.match(await outcomes.last().innerText(), new RegExp(`outcome: "${allowed ? "yes" : "no"}"`));
    for (const row of rows) assert.equal(await row.count(), 1, "the call is there once");
    // Who was too late is told, in the browser where it happened.
    const loser = allowed ? phone : page;
    if ((await loser.getByText("Another device answered first").count()) > 0) late++;
  }
  assert.equal(await outcomes.count(), before + race, "nobody's second answer counted");
  console.log(`daemon: ${race} questions answered from two browsers at once: one answer each, the same on both; ${late} times the other was told that it came too late`);
  assert.ok(late > 0, "at least one answer really was too late");
}

function pressAt(page, name, at) {
  const button = page.locator("[data-request]").getByRole("button", { name, exact: true });
  return button.evaluate(async (element, moment) => {
    while (Date.now() < moment) await new Promise((resolve) => setTimeout(resolve, 1));
    element.click();
  }, at);
}

async function withAReason({ page }, phone) {
  begin("denied with a reason");
  await say(page, "tool rm -rf build");
  await phone.getByRole("button", { name: "Say why not" }).click();
  await phone.getByLabel("Reason, goes along when you deny").fill("the build is still needed");
  await inspect(phone, options.shots, "question-with-reason");
  await phone.getByRole("button", { name: "Deny", exact: true }).click();
  for (const one of [page, phone]) {
    const row = one.locator("details.tool").filter({ hasText: "rm -rf build" });
    await row.getByText("denied", { exact: true }).waitFor();
    await row.locator("summary").click();
    await row.getByText("Reason: the build is still needed").waitFor();
  }
}

/** What the dialog offers comes from the machine, and what is chosen there counts and is shown. */
async function choices({ page, work }) {
  begin("a session with a folder, a model and permissions of its own");
  await sessionAction(page, "New session here");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Browse folders" }).click();
  await dialog.getByRole("button", { name: "Clone a repository" }).click();
  await dialog.getByLabel("Address of the repository").fill("https://127.0.0.1:1/nothing.git");
  await dialog.getByRole("button", { name: "Clone", exact: true }).click();
  await dialog.getByText(/127\.0\.0\.1/).waitFor();
  await inspect(page, options.shots, "clone-failed");
  await dialog.locator(".inset").getByRole("button", { name: "Cancel" }).click();
  await dialog.getByRole("button", { name: "New folder" }).click();
  await dialog.getByLabel("Name of the new folder").fill("fresh");
  await page.keyboard.press("Enter");
  await until(async () => (await dialog.getByLabel("Folder", { exact: true }).inputValue()) === `${work}/fresh`, "the new folder is chosen");
  assert.ok((await stat(`${work}/fresh`)).isDirectory());
  await dialog.getByLabel("Agent").selectOption("test");
  await dialog.getByLabel("Model").selectOption("large");
  await dialog.getByLabel("Permissions").selectOption("plan");
  await dialog.getByRole("button", { name: "Start session" }).click();
  await page.getByRole("heading", { name: "New Chat" }).waitFor();
  const message = page.getByRole("form", { name: "Message" });
  const shows = (label, value) => until(async () => (await message.getByLabel(label).inputValue()) === value, `${label}: ${value}`);
  await shows("Permissions", "plan");
  await shows("Model", "large");
  await say(page, "model");
  await answer(page, "large plan").waitFor();
  await message.getByLabel("Permissions").selectOption("default");
  await message.getByLabel("Model").selectOption("small");
  await shows("Permissions", "default");
  await shows("Model", "small");
  await say(page, "model");
  await answer(page, "small build").waitFor();
}

/** Thoughts, a change of a file, figures and a file of the person's, as a real agent and daemon send them; then the end. */
async function everythingReal({ page }) {
  begin("thoughts, changes, figures and files of a real agent");
  await say(page, "think about the notes\nedit notes.txt\nusage\nsay all shown");
  await answer(page, "all shown").waitFor();
  const thinking = page.locator("details.thinking").last();
  assert.equal(await thinking.getByText("about the notes").isVisible(), false, "thinking is folded");
  await thinking.locator("summary").click();
  await thinking.getByText("about the notes").waitFor();
  const edit = page.locator("details.tool").filter({ hasText: "notes.txt" });
  await edit.locator("summary").click();
  await edit.locator(".diff-removed").getByText("before").waitFor();
  await edit.locator(".diff-added").getByText("after").waitFor();
  await page.locator(".chat-facts").getByText("40 in, 10 out").waitFor();
  await page.locator('input[type="file"]').setInputFiles([{ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("attached words") }]);
  await say(page, "attached");
  await answer(page, /^1 resource.*attached words/).waitFor();
  await page.locator("figure.attachment").filter({ hasText: "note.txt" }).waitFor();

  begin("stopped, archived, and woken up by writing");
  await say(page, "wait 60000\nsay never");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.locator(".chat").getByText("Stopped.").waitFor();
  await sessionAction(page, "End and archive");
  await page.locator(".chat-facts").getByText("Archived", { exact: true }).waitFor();
  await say(page, "recall");
  await answer(page, /^memory: .*all shown/).waitFor();
  await page.locator(".chat-facts").getByText("Idle", { exact: true }).waitFor();
  assert.equal(await page.locator(".chat .answer").getByText("never", { exact: true }).count(), 0);
  // The last answers came with the filling of the context alone.
  await page.locator(".chat-facts").getByText(/^context \d+ %$/).waitFor();
  assert.doesNotMatch(await page.locator(".chat-facts").innerText(), /\b0 out/);
  await inspect(page, options.shots, "real-conversation");
}

async function sessionAction(page, name) {
  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("button", { name, exact: true }).click();
}

/** Kept and carried out by the machine: the page only writes them down. */
async function assistantsAndJobs({ page, work, machineId }) {
  begin("assistants of a real machine");
  await page.goto(`${relay.url}/machines/${machineId}`);
  await page.getByRole("button", { name: "Add assistant" }).click();
  await page.getByLabel("Directory", { exact: true }).fill(`${work}/nowhere`);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("dialog").locator(".error:not([hidden])").waitFor();
  await inspect(page, options.shots, "add-assistant-refused");
  await page.getByLabel("Directory", { exact: true }).fill(work);
  await page.getByLabel("Name (optional)").fill("keeper");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator('[data-assistant="approved"]').getByText("keeper").waitFor();

  begin("a job of a real machine");
  await page.getByRole("button", { name: "Add job" }).click();
  await page.getByLabel("What the agent is told").fill("say the job has run");
  await page.getByLabel("Schedule", { exact: true }).fill("0 5 1 1 *");
  await page.getByRole("button", { name: "Save" }).click();
  const job = page.locator("[data-job]").filter({ hasText: "the job has run" });
  await job.getByRole("button", { name: "Run now" }).click();
  await page.getByText("The machine runs it now.").waitFor();
  await job.getByText(/^Ran /).waitFor();
  await job.getByRole("link").click();
  await answer(page, "the job has run").waitFor();
  await page.goBack();
  await job.getByRole("button", { name: "Pause" }).click();
  await page.locator('[data-job="paused"]').waitFor();

  begin("a job that fires by its schedule");
  await page.getByRole("button", { name: "Add job" }).click();
  await page.getByLabel("What the agent is told").fill("say the minute has come");
  await page.getByLabel("Schedule", { exact: true }).fill("* * * * *");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator('[data-job="on"]').waitFor();
  await inspect(page, options.shots, "real-machine");
  return { text: "the minute has come", since: Date.now() };
}

/** It ran while nobody looked at it. */
async function jobFired({ page, machineId }, { text, since }) {
  begin("the job fired by its schedule");
  await page.goto(`${relay.url}/machines/${machineId}`);
  const job = page.locator("[data-job]").filter({ hasText: text });
  await job.getByText(/^Ran /).first().waitFor({ timeout: 75_000 * SLOWER });
  console.log(`daemon: the job of every minute had run ${Math.round((Date.now() - since) / 1_000)} s after it was made`);
  await job.getByRole("button", { name: "Pause" }).click();
  await job.getByRole("link").last().click();
  await answer(page, text).waitFor();
}

/** The relay dies while the agent writes, and while it asks: everything is there afterwards, once. */
async function killedInTheMiddle({ page, session }, phone) {
  begin("the relay is killed in the middle of an answer");
  await page.goto(`${relay.url}/sessions/${session}`);
  const chat = page.locator(".chat");
  const lost = page.getByTestId("connection-lost");
  await say(page, "stream 20\nwait 4000\nsay the end of it");
  await page.locator(".chat-live, .answer").getByText(/\b19\b/).last().waitFor();
  await relay.kill();
  await lost.waitFor();
  await page.getByText("Offline since").first().waitFor();
  await say(page, "say after the break");
  await page.locator('[data-outgoing="pending"]').waitFor();
  await relay.up();
  await lost.waitFor({ state: "detached" });
  for (const one of [page, phone]) {
    await answer(one, "the end of it").waitFor();
    await answer(one, "after the break").waitFor();
    assert.equal(await one.locator(".chat .answer").getByText("the end of it").count(), 1);
    assert.equal(await one.locator(".chat .answer").getByText("after the break").count(), 1);
    assert.equal(await one.locator(".chat .said").getByText("say after the break").count(), 1);
  }
  await page.locator("[data-outgoing]").waitFor({ state: "detached" });

  begin("the relay is killed in the middle of a question");
  await say(page, "tool echo twice");
  await Promise.all([page, phone].map((one) => one.locator("[data-request]").waitFor()));
  await relay.kill();
  await lost.waitFor();
  const allow = page.getByRole("button", { name: "Allow", exact: true });
  await until(() => allow.isDisabled(), "an answer that cannot arrive is not offered");
  await relay.up();
  await lost.waitFor({ state: "detached" });
  await until(async () => !(await allow.isDisabled()), "the question can be answered again", PATIENCE_MS);
  await allow.click();
  for (const one of [page, phone]) {
    await one.locator("[data-request]").waitFor({ state: "detached" });
    const row = one.locator("details.tool").filter({ hasText: "echo twice" });
    await row.getByText(/allowed, done/).waitFor();
    assert.equal(await row.count(), 1);
  }
  assert.equal(await chat.locator("details.tool").filter({ hasText: "echo twice" }).count(), 1);
  console.log("daemon: the relay was killed twice, nothing was lost or doubled, in either browser");
}

/** Neither by an address nor by anything the relay ever told the page. */
async function strangers(ada, ben) {
  begin("another person sees nothing of it");
  await ben.page.goto(`${relay.url}/sessions/${ada.session}`);
  await ben.page.getByRole("heading", { name: "No such session" }).waitFor();
  await inspect(ben.page, options.shots, "no-such-session");
  await ben.page.goto(`${relay.url}/machines/${ada.machineId}`);
  await ben.page.getByRole("heading", { name: "No such machine" }).waitFor();
  await inspect(ben.page, options.shots, "no-such-machine");
  await ben.page.goto(`${relay.url}/machines`);
  await ben.page.locator("[data-machine]").first().waitFor();
  assert.equal(await ben.page.locator("[data-machine]").count(), 1);
  // What Ada does now, Ben's open page must not hear of.
  await ada.page.goto(`${relay.url}/sessions/${ada.session}`);
  await say(ada.page, "say only for me");
  await answer(ada.page, "only for me").waitFor();
  for (const [who, whom] of [[ben, ada], [ada, ben]]) {
    assert.ok(who.heard.length > 20, "what the page is told was recorded");
    const all = who.heard.join("\n");
    assert.ok(all.includes(who.session) && all.includes(who.machineId), "the record has what is one's own");
    for (const foreign of [whom.session, whom.machineId, `${whom.name} machine`]) assert.ok(!all.includes(foreign), `${who.name} was told of ${foreign}`);
  }
  console.log(`daemon: ${ada.heard.length} and ${ben.heard.length} answers and events recorded, none of the other person`);
}

async function byKeyboard() {
  begin("from an empty relay to an approved call, with the keyboard alone");
  const home = await machineHome(`${options.dir}/keyboard`, agents());
  const { context, page } = await open({ viewport: DESKTOP });
  const person = { name: "keyboard", context, page };
  people.push(person);
  const { daemon, keys } = await arriveByKeyboard(page, relay.url, "keyboard machine", home, options.roost);
  person.daemon = daemon;
  await keys.press("Sessions");
  await page.getByRole("button", { name: "Start a session" }).waitFor();
  await keys.press("Start a session");
  await page.getByRole("dialog").getByLabel("Agent").waitFor();
  await keys.choose("Agent", "te");
  assert.equal(await page.getByRole("dialog").getByLabel("Agent").inputValue(), "test");
  await keys.press("Start session");
  await page.getByLabel("Message to the agent").waitFor();
  await keys.write("Message to the agent", "tool echo keys");
  await page.keyboard.press("Enter");
  await page.locator("[data-request]").waitFor();
  await keys.press("Allow");
  await page.locator(".chat").getByText(/allowed, done/).waitFor();
  // After the answer the focus is where writing goes on.
  await page.keyboard.type("tool echo no");
  await page.keyboard.press("Enter");
  await page.locator("[data-request]").waitFor();
  await keys.press("Say why not");
  await page.keyboard.type("not now");
  await page.keyboard.press("Enter");
  await page.locator(".chat").getByText("denied", { exact: true }).waitFor();
  await keys.press("Session actions");
  await page.keyboard.press("Escape");
  console.log(`daemon: keyboard: all of it with ${keys.stops} stops of the Tab key, each with a focus to be seen`);
  await context.close();
}

function begin(name) {
  step = name;
  console.log(`daemon: ${name}`);
}
