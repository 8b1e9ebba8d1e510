/**
 * Sessions in a real browser: a real relay, and a machine with an agent that speaks the same protocol.
 *
 *   node e2e/chat.mjs --roost ../roost --dir EMPTY_FOLDER [--shots DIR] [--browser /usr/bin/chromium]
 *
 * Two browsers of one person and one of another; the relay is killed in the middle of an answer and of a question.
 * Ends with 0 if everything held, else with 1 and the reason on stderr.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { AgentMachine, askAsTerminal, askForKeys } from "./agent.mjs";
import { launch, SLOWER, watchedPage } from "./browser.mjs";
import { DESKTOP, PHONE, inspect, inspected } from "./inspect.mjs";
import { OwnRelay } from "./relay.mjs";
import { addMachine, createAccount, staysInSight, until } from "./steps.mjs";

const { values: options } = parseArgs({
  options: {
    roost: { type: "string" },
    dir: { type: "string" },
    shots: { type: "string" },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
if (options.roost === undefined || options.dir === undefined) {
  console.error("usage: node e2e/chat.mjs --roost COMMAND --dir EMPTY_FOLDER [--shots DIR] [--browser FILE]");
  process.exit(2);
}

/** A small square. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFklEQVR4nGNkYPjPgA0wYRUdtBIAMi0BD9L0SA0AAAAASUVORK5CYII=";
const faults = [];
const machines = [];
const relay = await OwnRelay.start(options.roost, options.dir);
const browser = await launch(options.browser);
let step = "start";
try {
  await main();
  assert.deepEqual(faults, [], "nothing on the console, no request elsewhere");
  console.log(`chat: ${inspected()}`);
  console.log("chat: all steps passed");
} catch (error) {
  console.error(`chat: failed at "${step}"`);
  console.error(error);
  if (faults.length > 0) console.error(faults.join("\n"));
  for (const [at, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    if (options.shots !== undefined) await page.screenshot({ path: `${options.shots}/failed-${at}.png` }).catch(() => {});
  }
  process.exitCode = 1;
} finally {
  for (const machine of machines) await machine.stop().catch(() => {});
  await browser.close();
  await relay.kill();
}
process.exit();

async function main() {
  begin("a machine with an agent");
  const context = await browser.newContext({ viewport: DESKTOP, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await watchedPage(context, faults);
  await page.goto(relay.url);
  const recovery = await createAccount(page);
  const command = await addMachine(page, "studio");
  const machine = await AgentMachine.start(command);
  machines.push(machine);
  await page.getByTestId("enrol-status").getByText("Connected", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Done" }).click();

  begin("nothing yet");
  await page.getByRole("link", { name: "Sessions" }).click();
  await page.getByRole("heading", { name: "No sessions yet" }).waitFor();
  await inspect(page, options.shots, "sessions-empty");

  await newSession(page, machine);
  const id = page.url().split("/").at(-1);
  const session = machine.sessions.get(id);
  await conversation(page, machine, session);

  begin("a second browser of the same person, a phone");
  const phoneContext = await browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true });
  const phone = await watchedPage(phoneContext, faults);
  await phone.goto(`${relay.url}/sign-in`);
  await phone.getByLabel("Recovery text").fill(recovery);
  await phone.getByRole("button", { name: "Sign in" }).click();
  await phone.getByRole("heading", { name: "Machines" }).waitFor();
  await phone.getByRole("link", { name: "Sessions" }).click();
  await phone.getByRole("link", { name: /say Hello/ }).click();
  await phone.locator(".chat .answer").getByText("Hello from the agent.").waitFor();

  await agreement(page, phone, machine, session);
  await strangers(context);
  await killedWhileWriting(page, phone, machine, session);
  await killedWhileAsking(page, phone, machine, session);
  await kept(page, session);
  await search(page, session);
  await keyboard(page, machine);
  await management(page, phone, machine, session);
  await otherPages(page, machine);
  await history(page);
  await approvals(page, machine);
  await installing(context, page);
  await notifications(context, page, session);
  await linkedBrowser(page);
  await offlineShell(page, machine);
  await phoneContext.close();
  await context.close();
}

/** Folder, new folder, clone, and a folder that has to be agreed to. */
async function newSession(page, machine) {
  begin("new session: folders of the machine");
  await page.getByRole("button", { name: "Start a session" }).click();
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.getByLabel("Folder", { exact: true }).inputValue(), "/home/ada");
  await dialog.getByRole("button", { name: "Browse folders" }).click();
  await dialog.getByRole("button", { name: "code", exact: true }).click();
  await dialog.getByRole("button", { name: "roost", exact: true }).waitFor();
  await inspect(page, options.shots, "folders");
  await dialog.getByRole("button", { name: "New folder" }).click();
  await dialog.getByLabel("Name of the new folder").fill("fresh");
  await page.keyboard.press("Enter");
  await waitForValue(dialog.getByLabel("Folder", { exact: true }), "/home/ada/code/fresh");
  await dialog.getByRole("button", { name: "Up to /home/ada/code" }).click();
  await dialog.getByRole("button", { name: "fresh", exact: true }).waitFor();

  begin("new session: clone with progress");
  await dialog.getByRole("button", { name: "Clone a repository" }).click();
  await dialog.getByLabel("Address of the repository").fill("--upload-pack=x");
  await dialog.getByRole("button", { name: "Clone", exact: true }).click();
  await dialog.getByText("An address that starts with https://").waitFor();
  await dialog.getByLabel("Address of the repository").fill("https://git.example/team/tools.git");
  await dialog.getByRole("button", { name: "Clone", exact: true }).click();
  await dialog.getByText(/Receiving objects: \d+ %/).waitFor();
  await waitForValue(dialog.getByLabel("Folder", { exact: true }), "/home/ada/code/tools");
  assert.equal(machine.cloned, "https://git.example/team/tools.git");
  await inspect(page, options.shots, "new-session");

  begin("new session: a folder that is not there");
  await dialog.getByLabel("Folder", { exact: true }).fill("/home/ada/code/plans");
  await dialog.getByLabel("Agent").selectOption("opencode");
  await dialog.getByLabel("Model").selectOption("large");
  await dialog.getByLabel("Permissions").selectOption("acceptEdits");
  await dialog.getByRole("button", { name: "Start session" }).click();
  await dialog.getByText("does not exist on").waitFor();
  await inspect(page, options.shots, "make-folder");
  await dialog.getByRole("button", { name: "Make it and start" }).click();
  await page.getByRole("heading", { name: "New Chat" }).waitFor();
  assert.ok(machine.folders.has("/home/ada/code/plans"));
  const message = page.getByRole("form", { name: "Message" });
  await waitForValue(message.getByLabel("Permissions"), "acceptEdits");
  await waitForValue(message.getByLabel("Model"), "large");
}

async function conversation(page, machine, session) {
  begin("the first message gives the name");
  await say(page, "say Hello from the agent.");
  await page.locator(".chat .answer").getByText("Hello from the agent.").waitFor();
  await page.getByRole("heading", { name: "say Hello from the agent." }).waitFor();
  await page.locator(".chat-facts").getByText("Idle", { exact: true }).waitFor();

  begin("an answer while it is written");
  await say(page, "stream 40");
  await page.locator(".chat-live").getByText(/word3/).waitFor();
  await page.locator(".chat-live").getByText(/word20/).waitFor();
  await page.getByText(/word39 whole\./).waitFor();
  assert.equal(await page.locator(".chat-live").count(), 0, "the stored message takes the place of the live text");
  assert.equal(await page.getByText(/word39 whole\./).count(), 1);

  begin("everything that can be shown");
  await say(page, "show");
  await page.locator(".chat").getByText("The last line is kept now.").waitFor();
  const thinking = page.locator("details.thinking");
  assert.equal(await thinking.getByText("drops the last line").isVisible(), false, "thinking is folded");
  await thinking.locator("summary").click();
  await thinking.getByText("drops the last line").waitFor();
  await page.getByRole("region", { name: "Plan" }).getByText("Add a test").waitFor();
  const tool = page.locator("details.tool").filter({ hasText: "Edit" });
  await tool.locator("summary").click();
  await tool.getByText("return all.at(-1)").first().waitFor();
  await page.locator(".hljs-keyword").first().waitFor();
  const code = page.locator(".answer figure.code").last();
  await code.getByRole("button", { name: "Copy code" }).click();
  await code.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await code.locator("code").innerText());
  assert.equal(await page.locator(".chat script").count(), 0);
  await page.locator(".chat").getByText("<script>alert(1)</script>").waitFor();
  await page.getByText("24.2k in, 412 out").waitFor();
  await page.getByText("$0.42").waitFor();
  const link = page.getByRole("link", { name: "the documentation" });
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
  await inspect(page, options.shots, "conversation");

  begin("what subagents do stands inside the tool that started them");
  await say(page, "delegate");
  await page.locator(".chat").getByText("Both have reported.").waitFor();
  const delegated = page.locator("details.tool").filter({ hasText: "Read the parser" });
  await delegated.getByText("3 steps, done").waitFor();
  assert.equal(await page.locator(".chat").getByText("It splits before the last line end.").count(), 0, "closed, it takes one line");
  await delegated.locator("summary").click();
  await delegated.getByText("It splits before the last line end.").waitFor();
  const hidden = page.locator("details.tool").filter({ hasText: "Explorer" });
  await hidden.locator("summary").click();
  await hidden.getByText("There are four callers.").waitFor();
  assert.equal(await page.locator(".chat > .chat-item > .answer").getByText("There are four callers.").count(), 0);
  await inspect(page, options.shots, "subagents");

  begin("files");
  await page.locator('input[type="file"]').setInputFiles([
    { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("attached words") },
    { name: "dot.png", mimeType: "image/png", buffer: Buffer.from(PNG, "base64") },
  ]);
  await say(page, "say seen");
  const note = page.locator("figure.attachment").filter({ hasText: "note.txt" });
  const downloading = page.waitForEvent("download");
  await note.getByRole("button", { name: /Download/ }).click();
  assert.equal(await readFile(await (await downloading).path(), "utf8"), "attached words");
  await page.locator("figure.attachment img").waitFor();
  await inspect(page, options.shots, "attachments");

  begin("stop");
  await say(page, "hang");
  await page.locator(".chat-facts").getByText("Working", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.locator(".chat").getByText("Stopped.").waitFor();

  begin("mode and model follow the session");
  await page.getByLabel("Model", { exact: true }).selectOption("small");
  await page.getByRole("form", { name: "Message" }).getByLabel("Permissions").selectOption("plan");
  await say(page, "say picked");
  await page.locator(".chat").getByText("picked", { exact: true }).waitFor();
  const { permissionMode, model } = machine.chosen.at(-1);
  assert.deepEqual({ permissionMode, model }, { permissionMode: "plan", model: "small" }, "the agent is told with the message");
  void session;

  begin("a message that the relay refuses");
  const posting = (url) => url.pathname.endsWith(`/${session.id}/messages`);
  await page.route(posting, (route) => (route.request().method() === "POST" ? route.fulfill({ status: 400, json: { error: "too long" } }) : route.continue()));
  await say(page, "say at the second try");
  const failed = page.locator('[data-outgoing="failed"]');
  await failed.getByText(/Not sent\./).waitFor();
  await inspect(page, options.shots, "not-sent");
  await page.unroute(posting);
  const refusal = faults.findIndex((fault) => /status of 400/.test(fault));
  assert.ok(refusal >= 0, "the browser reports the refusal, which was on purpose");
  faults.splice(refusal, 1);
  await failed.getByRole("button", { name: "Try again" }).click();
  await page.locator(".chat").getByText("at the second try", { exact: true }).waitFor();
  await page.locator("[data-outgoing]").waitFor({ state: "detached" });
  assert.equal(await page.locator(".chat .said").getByText("say at the second try").count(), 1);
}

/** Both browsers see a question, an answer from one of them counts once, and both see what came of it. */
async function agreement(page, phone, machine, session) {
  begin("a question on two devices, answered once");
  await say(page, "ask rm -rf build");
  const here = page.locator("[data-request]");
  const there = phone.locator("[data-request]");
  await Promise.all([here.waitFor(), there.waitFor()]);
  await page.getByText("Waiting for you", { exact: true }).first().waitFor();
  assert.match(await phone.title(), /^\(1\) /);
  assert.equal(await page.getByTestId("announcements").innerText(), "The agent asks a question.");
  await page.locator("details.tool").filter({ hasText: "rm -rf build" }).getByText("waits for you").waitFor();
  await inspect(page, options.shots, "question");
  await inspect(phone, options.shots, "question-touch");
  await phone.getByRole("button", { name: "Allow", exact: true }).dblclick();
  const pressed = Date.now();
  await Promise.all([here.waitFor({ state: "detached" }), there.waitFor({ state: "detached" })]);
  await Promise.all([page, phone].map((one) => one.getByText(/allowed, (running|done)/).last().waitFor()));
  console.log(`chat: both browsers showed the outcome after ${Date.now() - pressed} ms`);
  await Promise.all([page, phone].map((one) => one.locator(".chat").getByText("I ran rm -rf build.").waitFor()));
  for (const one of [page, phone]) assert.doesNotMatch(await one.title(), /^\(/, "the counter is gone with the question");
  assert.deepEqual([...machine.answers.values()].map((given) => given.length), [1], "one answer arrived");

  begin("a question refused");
  await say(phone, "ask curl example.org");
  await page.locator("[data-request]").waitFor();
  await page.getByRole("button", { name: "Say why not" }).click();
  await page.getByLabel("Reason, goes along when you deny").fill("not from this network");
  await page.getByRole("button", { name: "Deny", exact: true }).click();
  await phone.locator(".chat").getByText("I did not run curl example.org.").waitFor();
  await phone.getByText("denied", { exact: true }).waitFor();
  assert.equal([...machine.answers.values()].at(-1)[0].reason, "not from this network", "the agent is told why not");
  const refused = phone.locator("details.tool").filter({ hasText: "curl example.org" });
  await refused.locator("summary").click();
  await refused.getByText("Reason: not from this network").waitFor();

  begin("what one browser says is on the other");
  await say(page, "say across");
  const said = Date.now();
  await phone.locator(".chat").getByText("across", { exact: true }).waitFor();
  console.log(`chat: the other browser showed the answer after ${Date.now() - said} ms`);
  void session;
}

/** Another person of the same relay sees nothing of it. */
async function strangers(context) {
  begin("another person");
  const other = await browser.newContext({ viewport: DESKTOP });
  const page = await watchedPage(other, faults);
  await page.goto(relay.url);
  await createAccount(page);
  const [own] = context.pages();
  await page.goto(own.url());
  await page.getByRole("heading", { name: "No such session" }).waitFor({ timeout: 15_000 * SLOWER });
  await page.getByRole("link", { name: "All sessions" }).click();
  await page.getByRole("heading", { name: "No sessions yet" }).waitFor();
  await page.getByRole("link", { name: "Machines" }).click();
  await page.getByRole("heading", { name: "No machines yet" }).waitFor();
  await other.close();
}

async function killedWhileWriting(page, phone, machine, session) {
  begin("the relay is killed in the middle of an answer");
  const heard = machine.heard.length;
  await say(page, "stream 60");
  await page.locator(".chat-live").getByText(/word5/).waitFor();
  await relay.kill();
  await page.getByTestId("connection-lost").waitFor();
  await page.getByText("Offline since").first().waitFor();
  // Written meanwhile: kept, shown as on its way, sent when there is a relay again.
  await say(page, "say written while away");
  await page.locator('[data-outgoing="pending"]').waitFor();
  await inspect(page, options.shots, "offline");
  const asked = [];
  const hear = (request) => asked.push(new URL(request.url()).pathname);
  page.on("request", hear);
  await relay.up();
  await page.getByTestId("connection-lost").waitFor({ state: "detached", timeout: 30_000 * SLOWER });
  page.off("request", hear);
  assert.ok(asked.includes("/v1/changes") && !asked.includes("/v1/sessions"), `what was missed is read, and not everything again: ${asked.join(" ")}`);
  await Promise.all([page, phone].map((one) => one.locator(".chat").getByText(/word59 whole\./).waitFor({ timeout: 30_000 * SLOWER })));
  await Promise.all([page, phone].map((one) => one.locator(".chat").getByText("written while away", { exact: true }).waitFor({ timeout: 30_000 * SLOWER })));
  await page.locator("[data-outgoing]").waitFor({ state: "detached" });
  for (const one of [page, phone]) {
    assert.equal(await one.locator(".chat").getByText(/word59 whole\./).count(), 1, "the answer is there once");
    assert.equal(await one.locator(".chat").getByText("say written while away").count(), 1, "what was said is there once");
  }
  assert.deepEqual(machine.heard.slice(heard), ["stream 60", "say written while away"], "the agent heard both, once, in order");
  await page.locator(".chat-facts").getByText("Idle", { exact: true }).waitFor({ timeout: 30_000 * SLOWER });
  void session;
}

async function killedWhileAsking(page, phone, machine, session) {
  begin("the relay is killed in the middle of a question");
  await say(page, "ask make deploy");
  await page.locator("[data-request]").waitFor();
  const question = await page.locator("[data-request]").getAttribute("data-request");
  await relay.kill();
  await page.getByTestId("connection-lost").waitFor();
  await until(() => page.getByRole("button", { name: "Allow", exact: true }).isDisabled(), "an answer that cannot arrive is not offered");
  await relay.up();
  await page.getByTestId("connection-lost").waitFor({ state: "detached", timeout: 30_000 * SLOWER });
  const allow = page.getByRole("button", { name: "Allow", exact: true });
  await enabled(allow);
  await allow.click();
  await Promise.all([page, phone].map((one) => one.locator(".chat").getByText("I ran make deploy.").waitFor({ timeout: 30_000 * SLOWER })));
  assert.equal(machine.answers.get(question).length, 1);
  assert.equal(await page.locator("[data-request]").count(), 0);
  void session;
}

/** A draft and the place in the conversation outlive a reload; unsent words outlive it too. */
async function kept(page, session) {
  begin("drafts are kept");
  await page.getByLabel("Message to the agent").fill("half a thought");
  const count = () =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          const open = indexedDB.open("roosthold");
          open.onsuccess = () => {
            const request = open.result.transaction("drafts").objectStore("drafts").count();
            request.onsuccess = () => {
              open.result.close();
              resolve(request.result);
            };
          };
        }),
    );
  await until(async () => (await count()) > 0, "the draft is kept");
  await page.reload();
  await waitForValue(page.getByLabel("Message to the agent"), "half a thought");
  await page.getByLabel("Message to the agent").fill("");
  // The draft is there before the session is; without its key nothing can be sent.
  await page.locator(".chat .answer").first().waitFor();

  begin("unsent words outlive a reload");
  await relay.kill();
  await page.getByTestId("connection-lost").waitFor();
  await say(page, "say after the reload");
  await page.locator('[data-outgoing="pending"]').waitFor();
  await page.reload();
  await relay.up();
  await page.locator(".chat").getByText("after the reload", { exact: true }).waitFor({ timeout: 30_000 * SLOWER });
  assert.equal(await page.locator(".chat").getByText("say after the reload").count(), 1);
  void session;
}

async function search(page, session) {
  begin("search, far back, export");
  await say(page, "big 700");
  await page.locator(".chat").getByText("message 699", { exact: true }).waitFor({ timeout: 60_000 * SLOWER });
  const loaded = async () => Number(await page.locator(".chat").getAttribute("data-loaded"));
  const scroll = page.locator(".chat-scroll");
  for (let round = 0; round < 400 && (await page.getByText("The beginning of the session").count()) === 0; round++) {
    await scroll.evaluate((element) => element.scrollBy(0, -element.clientHeight * 3));
    await page.waitForTimeout(20);
  }
  await page.getByText("The beginning of the session").waitFor();
  assert.ok((await loaded()) <= 500, "the page keeps a window, not the whole session");
  await page.getByRole("button", { name: /newer messages/ }).click();
  await page.locator(".chat").getByText("message 699", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByLabel("Words to find").fill("message 123");
  await page.keyboard.press("Enter");
  await page.getByText(/^1 found/).waitFor();
  await page.locator(".hit").click();
  await page.locator(".chat-sought").getByText("message 123", { exact: true }).waitFor();
  await staysInSight(page, "message 123");
  await inspect(page, options.shots, "search");
  await page.getByRole("button", { name: "Close", exact: true }).click();

  await page.getByRole("button", { name: "Session actions" }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export as Markdown" }).click();
  const text = await readFile(await (await downloading).path(), "utf8");
  assert.match(text, /^# say Hello from the agent\./);
  assert.match(text, /message 0\n[\s\S]*message 699/);
  assert.match(text, /\*\*Run\*\* rm -rf build \(done\)/);
  void session;
}

/** From the list to an approved call with the keyboard alone. */
async function keyboard(page, machine) {
  begin("the whole way by keyboard");
  await page.goto(`${relay.url}/sessions`);
  await page.getByRole("button", { name: "New session" }).waitFor();
  await tabTo(page, "New session");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByLabel("Machine").waitFor();
  await tabTo(page, "Start session");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "New Chat" }).waitFor();
  await tabTo(page, "Message to the agent");
  await page.keyboard.type("ask ls");
  await page.keyboard.press("Enter");
  await page.locator("[data-request]").waitFor();
  await tabTo(page, "Allow");
  await page.keyboard.press("Enter");
  await page.locator(".chat").getByText("I ran ls.").waitFor();
  assert.equal(machine.sessions.size, 2);
}

async function management(page, phone, machine, session) {
  begin("rename, archive, resume by writing, delete");
  await page.goto(`${relay.url}/sessions/${session.id}`);
  await action(page, "Rename");
  await inspect(page, options.shots, "rename-session");
  await page.getByLabel("Title").fill("The long one");
  await page.keyboard.press("Enter");
  await Promise.all([page, phone].map((one) => one.getByRole("heading", { name: "The long one" }).waitFor()));
  await action(page, "End and archive");
  await Promise.all([page, phone].map((one) => one.getByText("Archived", { exact: true }).last().waitFor()));
  await say(page, "say awake again");
  await page.locator(".chat").getByText("awake again", { exact: true }).waitFor({ timeout: 20_000 * SLOWER });
  await page.locator(".chat-facts").getByText("Idle", { exact: true }).waitFor();

  await action(page, "End and archive");
  await page.getByText("Archived", { exact: true }).last().waitFor();
  await action(page, "Resume");
  await page.locator(".chat-facts").getByText("Idle", { exact: true }).waitFor();

  begin("the list, by machine and folder, with what each does");
  await page.goto(`${relay.url}/sessions`);
  const group = page.getByRole("region", { name: "studio", exact: true });
  const folder = group.locator(".folder").filter({ has: page.getByRole("heading", { name: "~/code/plans" }) });
  const row = folder.getByRole("link", { name: /The long one/ });
  const other = group.locator(".folder").filter({ has: page.getByRole("heading", { name: "~", exact: true }) });
  await other.getByRole("link", { name: /ask ls/ }).getByText("Idle", { exact: true }).waitFor();
  const does = (words) => row.getByText(words, { exact: true }).waitFor();
  await does("Idle");
  session.setThinking(true);
  await does("Working");
  const question = session.question("listed", "Bash", { command: "ls" });
  await does("Waiting for you");
  await inspect(page, options.shots, "sessions");
  session.answered({ id: "listed", approved: true, decision: "approved" });
  await question;
  session.sleep();
  await does("Ended");
  machine.leave();
  await does("Machine offline");
  await group.getByText("Offline", { exact: true }).first().waitFor();
  await machine.comeBack();
  await does("Ended");
  await session.wake();
  await does("Idle");
  await page.getByLabel("Find a session").fill("plans long");
  await page.getByRole("link", { name: /ask ls/ }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: /The long one/ }).click();
  await page.getByRole("button", { name: "Session actions" }).click();
  await inspect(page, options.shots, "session-actions");
  await page.keyboard.press("Escape");
  await action(page, "Delete");
  await inspect(page, options.shots, "delete-session");
  await page.getByRole("button", { name: "Delete session" }).click();
  await page.getByRole("heading", { name: "Sessions" }).waitFor();
  await page.getByRole("link", { name: /The long one/ }).waitFor({ state: "detached" });
  await phone.getByRole("heading", { name: "No such session" }).waitFor();
  machine.sessions.get(session.id).break();
}

async function otherPages(page, machine) {
  begin("a machine, its assistants and jobs");
  await page.getByRole("link", { name: "Machines" }).click();
  await page.locator("[data-machine]").getByRole("link", { name: "studio" }).click();
  await page.getByRole("heading", { name: "About" }).waitFor();
  await page.getByText("roostbox").first().waitFor();
  await page.getByText("/home/ada", { exact: true }).first().waitFor();
  const about = page.getByRole("region", { name: "About" });
  for (const fact of ["Linux x64", "0.1.0", "opencode, Claude", "Everything, inside its directories"]) await about.getByText(fact, { exact: true }).waitFor();
  await page.getByRole("region", { name: "Recent sessions" }).getByRole("link", { name: /ask ls/ }).waitFor();
  await machine.announce("/home/ada/code/atlas", "stranger");
  await page.getByRole("button", { name: "Reject stranger" }).click();
  await page.getByRole("button", { name: "Reject stranger" }).waitFor({ state: "detached" });
  await machine.announce("/home/ada/notes", "notes helper");
  await page.getByRole("button", { name: "Approve notes helper" }).click();
  await page.getByRole("button", { name: "Revoke notes helper" }).waitFor();
  await page.getByRole("button", { name: "Add assistant" }).click();
  await page.getByLabel("Directory", { exact: true }).fill("/nowhere");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("There is no such directory on this machine").waitFor();
  await inspect(page, options.shots, "add-assistant");
  await page.getByLabel("Directory", { exact: true }).fill("/home/ada/code/roost");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator('[data-assistant="approved"]').nth(1).waitFor();
  await page.getByRole("button", { name: "Revoke notes helper" }).click();
  await page.getByRole("button", { name: "Remove notes helper" }).click();
  await page.getByText("notes helper").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Add job" }).click();
  await page.getByLabel("What the agent is told").fill("Look through the open issues and sort them.");
  await page.getByLabel("Schedule", { exact: true }).fill("61 * * * *");
  await page.getByText("outside 0 to 59").waitFor();
  await page.getByLabel("Schedule", { exact: true }).fill("30 7 * * 1-5");
  await page.getByText("Monday to Friday at 07:30").waitFor();
  await inspect(page, options.shots, "job");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator('[data-job="on"]').waitFor();
  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByText("The machine runs it now.").waitFor();
  assert.equal(machine.jobsRun.length, 1);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator('[data-job="paused"]').waitFor();
  await page.getByRole("button", { name: "Go on" }).click();
  await page.locator('[data-job="on"]').waitFor();
  await inspect(page, options.shots, "machine");

  begin("usage, activity, devices, settings");
  for (const session of machine.sessions.values()) session.report();
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("heading", { name: "Devices" }).waitFor();
  await page.locator('[data-device="web"]').nth(1).waitFor();
  const own = page.locator("[data-device]").filter({ hasText: "This browser" });
  await own.getByRole("button", { name: /Rename/ }).click();
  await page.getByLabel("Name", { exact: true }).fill("The desk");
  await inspect(page, options.shots, "rename-device");
  await page.keyboard.press("Enter");
  await own.getByText("The desk", { exact: true }).waitFor();
  await page.getByLabel("Permissions of a new session").selectOption("plan");
  await page.getByText("Stored for all your devices.").waitFor();
  await page.getByRole("button", { name: "Show recovery text" }).click();
  await inspect(page, options.shots, "show-recovery-text");
  await page.getByRole("button", { name: "Show it now" }).click();
  await page.getByTestId("recovery-text").waitFor();
  await inspect(page, options.shots, "account-recovery-text");
  await page.getByRole("button", { name: "Hide" }).click();
  await inspect(page, options.shots, "account");
  await page.getByRole("link", { name: "Activity" }).click();
  for (const words of ["Added a machine", "Started a session"]) await page.getByRole("listitem").filter({ hasText: words }).first().waitFor();
  await inspect(page, options.shots, "activity");
  await page.goBack();
  await page.getByRole("link", { name: "Usage" }).click();
  await page.getByRole("heading", { name: "By day" }).waitFor();
  await page.locator(".chart canvas").waitFor();
  const shares = (by) => page.getByRole("region", { name: by }).getByRole("row");
  await shares("By machine").filter({ hasText: "studio" }).waitFor();
  await shares("By agent").filter({ hasText: "opencode" }).waitFor();
  await page.getByText(/^\d+(\.\d)?k tokens$/i).waitFor();
  await inspect(page, options.shots, "usage");
  await page.getByRole("button", { name: "Cost", exact: true }).click();
  await page.getByRole("button", { name: "7 days" }).click();
  await page.getByText("in 7 days").waitFor();
  await shares("By machine").filter({ hasText: "studio" }).getByText(/^\$[1-9]?\d\.\d\d$/).waitFor();
  await page.goto(`${relay.url}/components`);
  await page.getByRole("heading", { name: "Components" }).waitFor();
  await inspect(page, options.shots, "components");
  await page.getByRole("button", { name: "Open a dialog" }).click();
  await inspect(page, options.shots, "components-dialog");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await inspect(page, options.shots, "components-menu");
  await page.keyboard.press("Escape");
  await page.goto(`${relay.url}/sessions`);
}

/** A machine that is online searches what ran, and by whom, with its own keys. */
async function history(page) {
  begin("what ran on the machines");
  await page.goto(`${relay.url}/machines`);
  await page.getByRole("link", { name: "History" }).click();
  const commands = page.getByRole("list", { name: "Commands, newest first" });
  await commands.getByText("npm test -- lines").waitFor();
  await commands.getByText("exit 1").waitFor();
  await page.getByRole("button", { name: "Older commands" }).click();
  await commands.getByText("git clone", { exact: false }).waitFor();
  await inspect(page, options.shots, "history");
  await page.getByLabel("Command", { exact: true }).fill("no such thing");
  await page.getByRole("heading", { name: "Nothing was found" }).waitFor();
  await inspect(page, options.shots, "history-empty");
  await page.getByRole("button", { name: "Show everything" }).click();
  await commands.getByText("npm test -- lines").waitFor();
}

/** A machine with its token only and a terminal get the account's public key, each after its owner has agreed. */
async function approvals(page, machine) {
  begin("a machine that asks for keys");
  await page.goto(`${relay.url}/machines`);
  await addMachine(page, "attic");
  const token = await page.getByTestId("enrol-token").innerText();
  const asking = await askForKeys(relay.url, token);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Compare and approve" }).click();
  assert.equal(await page.getByTestId("enrolment-code").innerText(), asking.code);
  await inspect(page, options.shots, "approval");
  await page.getByRole("button", { name: "Same code: approve" }).click();
  await page.getByText("Approved. The machine sets up its keys now.").waitFor();
  assert.equal(await asking.accountKey(), machine.accountKey);
  await page.keyboard.press("Escape");

  begin("a machine that is refused");
  await addMachine(page, "cellar");
  const second = await askForKeys(relay.url, await page.getByTestId("enrol-token").innerText());
  await page.keyboard.press("Escape");
  const row = page.locator(`[data-machine="${second.machineId}"]`);
  await row.getByRole("button", { name: "Compare and approve" }).click();
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByText("Its old token no longer works").waitFor();
  await page.keyboard.press("Escape");

  begin("a terminal is let in");
  const terminal = askAsTerminal(relay.url);
  await terminal.ask();
  await page.goto(terminal.address);
  await page.getByText("A terminal asks to be connected").waitFor();
  await inspect(page, options.shots, "terminal");
  assert.ok(!page.url().includes("key="));
  assert.equal(await terminal.given(), null);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Approved. The terminal goes on by itself.").waitFor();
  const given = await terminal.given();
  assert.equal(given.length, 33, "the public key, not the master secret");
  assert.equal(given.accountKey, machine.accountKey);
}

/** The browser finds nothing that keeps it from installing the page, and its offer is where the person looks for it. */
async function installing(context, page) {
  begin("installing");
  await page.goto(`${relay.url}/account`);
  await page.getByRole("heading", { name: "Devices" }).waitFor();
  const devtools = await context.newCDPSession(page);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
  const { errors } = await devtools.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  const button = page.getByRole("button", { name: "Install as an app" });
  assert.equal(await button.count(), 0, "nothing is offered that the browser does not offer");
  await page.evaluate(() => {
    const offer = new Event("beforeinstallprompt", { cancelable: true });
    offer.prompt = () => {
      globalThis.prompted = true;
      return Promise.resolve();
    };
    globalThis.ownOffer = dispatchEvent(offer);
  });
  assert.equal(await page.evaluate(() => globalThis.ownOffer), false, "the browser's own banner is held back");
  await inspect(page, options.shots, "install");
  await button.click();
  assert.equal(await page.evaluate(() => globalThis.prompted), true);
  await button.waitFor({ state: "detached" });
}

/** What the worker does with a push message while no page looks. */
async function notifications(context, page, session) {
  begin("a notification");
  await context.grantPermissions(["notifications"]);
  await page.goto(`${relay.url}/account`);
  const turnOn = page.getByRole("button", { name: "Turn on in this browser" });
  await turnOn.waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await page.evaluate(pretendPushService);
  await turnOn.click();
  const turnOff = page.getByRole("button", { name: "Turn off in this browser" });
  await turnOff.waitFor();
  const { asked, key } = await page.evaluate(() => globalThis.pretended);
  assert.deepEqual(asked, ["with a click"], "the browser asks the person after their click, and only then");
  assert.equal(key, 65, "messages come from this relay only");
  await turnOff.click();
  await turnOn.waitFor();
  const devtools = await context.newCDPSession(page);
  const registered = new Promise((resolve) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      if (registrations.length > 0) resolve(registrations[0].registrationId);
    });
  });
  await devtools.send("ServiceWorker.enable");
  const registrationId = await registered;
  const deliver = (title) =>
    devtools.send("ServiceWorker.deliverPushMessage", {
      origin: relay.url,
      registrationId,
      data: JSON.stringify({ title, body: "rm -rf build", data: { sessionId: session.id, kind: "permission" } }),
    });
  const shown = () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title }) => title));
  await deliver("Seen on the page");
  await page.goto("about:blank");
  await deliver("An agent asks");
  await new Promise((resolve) => setTimeout(resolve, 300));
  await page.goto(`${relay.url}/account`);
  await until(async () => (await shown()).length > 0, "a notification is shown");
  assert.deepEqual(await shown(), ["An agent asks"], "who looks at a page is not told twice");
}

/**
 * Runs in the page. A browser of a test has no push service: this one takes every subscription, and the relay is given it
 * as any other. Nothing is sent to its address, because it is turned off again before anything happens.
 */
async function pretendPushService() {
  const pretended = { asked: [], key: 0, subscription: null };
  globalThis.pretended = pretended;
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => {
    pretended.asked.push(navigator.userActivation.isActive ? "with a click" : "unasked");
    return ask();
  };
  const { publicKey } = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const keys = { p256dh: await crypto.subtle.exportKey("raw", publicKey), auth: crypto.getRandomValues(new Uint8Array(16)).buffer };
  PushManager.prototype.getSubscription = () => Promise.resolve(pretended.subscription);
  PushManager.prototype.subscribe = ({ applicationServerKey }) => {
    pretended.key = applicationServerKey.byteLength;
    pretended.subscription = {
      endpoint: "https://updates.push.services.mozilla.com/wpush/v2/of-a-test",
      getKey: (name) => keys[name],
      unsubscribe: () => {
        pretended.subscription = null;
        return Promise.resolve(true);
      },
    };
    return Promise.resolve(pretended.subscription);
  };
}

/** A browser without an account asks; the one that is signed in opens its address and lets it in. */
async function linkedBrowser(page) {
  begin("another browser is let in, and revoked");
  const context = await browser.newContext({ viewport: DESKTOP });
  const asking = await watchedPage(context, faults);
  await asking.goto(`${relay.url}/sign-in`);
  await asking.getByRole("link", { name: "sign in from another device" }).click();
  await asking.locator(".qr").waitFor();
  const address = /(http:\S+)$/.exec(await asking.locator(".qr").getAttribute("aria-label"))[1];
  const code = await asking.getByTestId("link-code").innerText();
  await inspect(asking, options.shots, "link");
  await page.goto(address);
  await page.getByRole("heading", { name: "Let another device in" }).waitFor();
  assert.ok(!page.url().includes("key="), "the key leaves the address at once");
  assert.equal(await page.getByTestId("link-code").innerText(), code);
  await inspect(page, options.shots, "let-in");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Approved.").waitFor();
  await asking.getByRole("heading", { name: "Machines" }).waitFor();
  await asking.locator("[data-machine]").getByText("studio").waitFor();

  await page.getByRole("link", { name: "Devices of this account" }).click();
  const devices = page.locator('[data-device="web"]').filter({ hasNotText: "This browser" });
  await devices.first().getByRole("button", { name: /Revoke/ }).waitFor();
  for (let left = await devices.count(); left > 0; left--) {
    await devices.first().getByRole("button", { name: /Revoke/ }).click();
    if (left === 1) await inspect(page, options.shots, "revoke-device");
    await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await devices.nth(left - 1).waitFor({ state: "detached" });
  }
  await asking.getByText("The relay ended the sign-in of this browser.").waitFor();
  await context.close();
}

/** The page opens without its relay, says so, and machines stay what they were told to be. */
async function offlineShell(page, machine) {
  begin("without the relay");
  await page.goto(`${relay.url}/sessions`);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await page.reload();
  await page.getByRole("link", { name: /ask ls/ }).click();
  await page.locator(".chat").getByText("I ran ls.").waitFor();
  await relay.kill();
  await page.reload();
  await page.getByTestId("connection-lost").waitFor({ timeout: 20_000 * SLOWER });
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("link", { name: "Connect a terminal or device" }).click();
  await page.getByLabel("What the other device shows").waitFor();
  await page.goBack();
  await page.goBack();
  await relay.up();
  await page.locator(".chat").getByText("I ran ls.").waitFor({ timeout: 30_000 * SLOWER });
  void machine;
}

function begin(name) {
  step = name;
  console.log(`chat: ${name}`);
}

async function say(page, text) {
  const box = page.getByLabel("Message to the agent");
  await box.fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await waitForValue(box, "");
}

async function action(page, name) {
  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("button", { name, exact: true }).click();
}

async function waitForValue(box, value) {
  await until(async () => (await box.inputValue()) === value, `the box holds "${value}"`);
}

async function enabled(button) {
  await until(async () => !(await button.isDisabled()), "the button can be pressed");
}

/** Presses Tab until the focus is on what is called so. */
async function tabTo(page, name) {
  for (let press = 0; press < 80; press++) {
    const found = await page.evaluate(() => {
      const { activeElement } = document;
      return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent?.trim() ?? "";
    });
    if (found === name) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab leads to "${name}"`);
}
