/**
 * Drives the page in a real browser against a real relay.
 *
 *   node e2e/run.mjs --url http://127.0.0.1:3005 [--roost "./roost"] [--shots DIR] [--browser /usr/bin/chromium] [--secrets FILE]
 *
 * --roost   program that runs the command of the dialog in place of `roost`; without it this test is the machine
 * --secrets where to write what the relay must not have or not show, as JSON, for a search afterwards
 * --shots   where to put pictures of every page, light and dark, desktop and phone
 *
 * The relay must take new accounts. Ends with 0 if everything held, else with 1 and the reason on stderr.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { launch, REMOTE_NAME, SLOWER, watchedPage } from "./browser.mjs";
import { inspect, inspected } from "./inspect.mjs";
import { readCommand, startPlainMachine, startRoost } from "./machine.mjs";
import { confirmGroups, tidy, until } from "./steps.mjs";

const { values: options } = parseArgs({
  options: {
    url: { type: "string" },
    roost: { type: "string" },
    shots: { type: "string" },
    secrets: { type: "string" },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
if (options.url === undefined) {
  console.error("usage: node e2e/run.mjs --url http://127.0.0.1:PORT [--roost COMMAND] [--shots DIR] [--browser FILE]");
  process.exit(2);
}
const url = options.url.replace(/\/+$/, "");
/** The path that the relay is served under, with a slash at its end. */
const base = new URL(`${url}/`).pathname;

const DESKTOP = { width: 1180, height: 800 };
const HARD_NAMES = [
  `<img src=x onerror="document.title='broken'">`,
  "محطة العمل في المكتب ⁧الخلفي",
  "👩‍👩‍👧‍👦".repeat(9),
  "W".repeat(100),
];

/** What the relay never has, `recovery`, `accountKey` and `texts`, and what it does not show, `tokens`. */
const secrets = { recovery: "", accountKey: "", texts: [], tokens: [] };
const faults = [];
const machines = [];
const browser = await launch(options.browser);
let step = "start";
try {
  await main();
  assert.deepEqual(faults, [], "nothing on the console, no request elsewhere");
  console.log(`page: ${inspected()}`);
  console.log("page: all steps passed");
} catch (error) {
  console.error(`page: failed at "${step}"`);
  console.error(error);
  if (faults.length > 0) console.error(faults.join("\n"));
  process.exitCode = 1;
} finally {
  for (const machine of machines) await machine.stop().catch(() => {});
  await browser.close();
}
process.exit();

async function main() {
  const context = await browser.newContext({ viewport: DESKTOP, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await watchedPage(context, faults);
  const frames = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => frames.push(payload.toString())));

  begin("first visit");
  await page.addInitScript(noteHeadings);
  await page.goto(`${url}/machines`);
  await page.getByRole("heading", { name: "A home base for your machines." }).waitFor();
  assert.deepEqual(
    await page.evaluate(() => [...globalThis.headings]),
    [`A home base for your machines. at ${base}welcome`],
    "without an account every address leads to the welcome page, and none stands over another page",
  );
  await page.getByTestId("registration").getByText("Anyone who can open this page").waitFor();
  await inspect(page, options.shots, "welcome");

  begin("create account");
  await page.getByRole("link", { name: "Create account" }).click();
  const recovery = await page.getByTestId("recovery-text").innerText().then(tidy);
  assert.match(recovery, /^([A-Z2-7]{5}-){10}[A-Z2-7]{2}$/);
  await inspect(page, options.shots, "recovery");
  await page.getByRole("button", { name: "Copy recovery text" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), recovery);
  await page.getByRole("button", { name: "I have stored it" }).click();
  await inspect(page, options.shots, "confirm");
  await confirmGroups(page, recovery);

  begin("empty state");
  await page.getByRole("heading", { name: "No machines yet" }).waitFor();
  assert.equal(await page.evaluate(() => location.pathname), `${base}machines`);
  await inspect(page, options.shots, "empty");
  await restraint(page, recovery);

  begin("dialog by keyboard");
  const add = page.getByRole("button", { name: "Add machine" });
  await add.focus();
  await page.keyboard.press("Enter");
  const nameBox = page.getByLabel("Machine name");
  await expectFocus(nameBox);
  const create = page.getByRole("button", { name: "Create", exact: true });
  await nameBox.fill("   ");
  assert.equal(await create.isDisabled(), true, "a blank name cannot be created");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expectFocus(add);

  begin("add machine, submitted twice");
  const posts = [];
  const sent = [];
  page.on("request", (request) => {
    sent.push(request.url(), request.postData() ?? "");
    if (request.method() === "POST" && new URL(request.url()).pathname === `${base}v1/web/machines`) posts.push(request);
  });
  await page.keyboard.press("Enter");
  await nameBox.fill("studio");
  await inspect(page, options.shots, "add");
  await nameBox.evaluate((input) => {
    const form = input.closest("form");
    form.requestSubmit();
    form.requestSubmit();
  });
  await page.getByTestId("enrol-command").waitFor();
  assert.equal(posts.length, 1, "a double submit makes one machine");
  const command = await page.getByTestId("enrol-command").innerText();
  const { server, token, accountKey } = readCommand(command);
  assert.equal(server, url);
  const [, secret] = token.split(":");
  await page.getByText("Waiting for the machine to connect").waitFor();
  await page.getByRole("button", { name: "Copy command" }).click();
  await page.getByRole("status").getByText("command copied").waitFor({ state: "attached" });
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
  assert.ok(!page.url().includes(secret), "no secret in the address");
  await inspect(page, options.shots, "connect");

  begin("the machine connects");
  const machine =
    options.roost === undefined
      ? await startPlainMachine(command, {
          host: marked("studio.local"),
          platform: "linux",
          arch: "x64",
          happyCliVersion: "0.1.0",
          happyHomeDir: marked("/home/ada/.happy"),
          homeDir: marked("/home/ada"),
        })
      : startRoost(command, options.roost);
  machines.push(machine);
  await page.getByTestId("enrol-status").getByText("Connected", { exact: true }).waitFor({ timeout: 60_000 * SLOWER });
  await inspect(page, options.shots, "connected");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const accountKeyForms = ["base64url", "base64", "hex"].map((form) => Buffer.from(accountKey, "base64url").toString(form));
  for (const form of accountKeyForms) assert.ok(![...sent, ...frames].join("\n").includes(form), "the account key is not for the relay");
  const left = await page.evaluate(
    () => document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage),
  );
  assert.ok(!left.includes(secret), "closing forgets the token");

  begin("list");
  const row = page.locator("[data-machine]").filter({ hasText: "studio" });
  await row.getByText("Online").waitFor();
  await page.getByText("1 online").waitFor();
  await page.getByText("0 offline").waitFor();
  await row.getByText("Linux").waitFor();
  assert.match((await row.locator("time").getAttribute("title")) ?? "", /\d{4}/, "the exact time is in the title");

  begin("a second page sees a new name");
  const second = await watchedPage(context, faults);
  await second.goto(`${url}/machines`);
  await second.locator("[data-machine]").getByText("studio", { exact: true }).waitFor();
  await openMenu(page, "studio");
  await page.getByRole("button", { name: "Rename" }).click();
  await expectFocus(page.getByLabel("Machine name"));
  await inspect(page, options.shots, "rename-machine");
  await page.getByLabel("Machine name").fill("attic box");
  const renamed = second.getByRole("heading", { name: "attic box" }).waitFor();
  await page.keyboard.press("Enter");
  const pressed = Date.now();
  await renamed;
  console.log(`page: another page showed the new name after ${Date.now() - pressed} ms`);
  await expectFocus(page.getByRole("button", { name: "Actions for attic box" }));

  begin("hard names at phone width");
  for (const name of HARD_NAMES) {
    await page.getByRole("button", { name: "Add machine" }).click();
    await page.getByLabel("Machine name").fill(name);
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByTestId("enrol-command").waitFor();
    await inspect(page, undefined, "token of a machine with a hard name");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const shown = page.getByRole("heading", { level: 2 }).filter({ has: page.getByText(name, { exact: true }) });
    await shown.waitFor();
  }
  assert.equal(await page.locator("main img").count(), 0, "markup in a name is text");
  assert.match(await page.title(), /^Machines/);
  await page.getByText("Never connected").first().waitFor();
  await inspect(page, options.shots, "list");

  await catchUp(context, page);

  begin("the machine dies");
  await machine.stop();
  await second
    .locator("[data-machine]")
    .filter({ hasText: "attic box" })
    .getByText("Offline")
    .waitFor();

  begin("replace token");
  await openMenu(page, "attic box");
  await page.getByRole("button", { name: "Replace token" }).click();
  await page.getByRole("dialog").waitFor();
  await inspect(page, options.shots, "replace-token");
  await page.getByRole("button", { name: "Replace token" }).last().click();
  await page.getByTestId("enrol-command").waitFor();
  await inspect(page, options.shots, "replaced-token");
  const again = readCommand(await page.getByTestId("enrol-command").innerText());
  assert.notEqual(again.token, token);
  assert.equal(again.accountKey, accountKey);
  await page.keyboard.press("Escape");

  begin("remove");
  await openMenu(page, "attic box");
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("heading", { name: "Remove “attic box”?" }).waitFor();
  await inspect(page, options.shots, "remove");
  await page.getByRole("button", { name: "Remove machine" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  for (const one of [page, second]) {
    await one.locator("[data-machine]").filter({ hasText: "attic box" }).waitFor({ state: "detached" });
  }
  await expectFocus(page.getByRole("heading", { name: "Machines" }));

  begin("sign out");
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("heading", { name: "Account" }).waitFor();
  await inspect(page, options.shots, "account");
  await page.getByRole("button", { name: "Sign out" }).click();
  const leave = page.getByRole("dialog").getByRole("button", { name: "Sign out" });
  assert.equal(await leave.isDisabled(), true, "leaving needs the confirmation");
  await inspect(page, options.shots, "sign-out");
  await page.getByLabel("I have stored the recovery text").check();
  await leave.click();
  for (const one of [page, second]) await one.getByRole("heading", { name: "A home base" }).waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0, "signing out erases what was kept");
  assert.equal(await countKept(page), 0, "also in the database");
  await second.close();

  begin("sign in by recovery text");
  await page.getByRole("link", { name: "Sign in" }).click();
  const box = page.getByLabel("Recovery text");
  await box.fill(recovery.slice(0, 30));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("not a whole recovery text").waitFor();
  await inspect(page, options.shots, "sign-in");
  await box.fill(`  ${recovery.toLowerCase().replaceAll("-", " ")} `);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("[data-machine]").filter({ hasText: "W".repeat(100) }).waitFor();
  await page.reload();
  await page.locator("[data-machine]").filter({ hasText: "W".repeat(100) }).waitFor();
  await revoked(page);
  secrets.recovery = recovery;
  secrets.accountKey = accountKey;
  secrets.tokens.push(secret, again.token.split(":")[1]);
  for (const frame of frames) secrets.tokens.push(...(/"token":"([\w-]{43})"/.exec(frame)?.slice(1) ?? []));
  await context.close();

  await overPlainHttp();
  if (options.secrets !== undefined) await writeFile(options.secrets, JSON.stringify(secrets));
}

/** What the page forbids itself, and how the account lies in the browser. */
async function restraint(page, recovery) {
  begin("what the page forbids itself");
  const { headers } = await page.evaluate(async () => {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    return { headers: Object.fromEntries(response.headers) };
  });
  assert.match(headers["content-security-policy"] ?? "", /default-src 'none'|default-src 'self'/);
  const refused = await page.evaluate(async () => {
    const violated = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => violated.push(effectiveDirective));
    const tried = {};
    const attempt = (name, work) => {
      try {
        work();
        tried[name] = "worked";
      } catch {
        tried[name] = "refused";
      }
    };
    attempt("markup from text", () => {
      document.createElement("p").innerHTML = "<b>x</b>";
    });
    attempt("a policy of one's own", () => globalThis.trustedTypes.createPolicy("other", { createHTML: (html) => html }));
    await fetch("https://relay.invalid/").catch(() => {});
    const image = new Image();
    image.src = "https://relay.invalid/x.png";
    attempt("an inline script", () => {
      const script = document.createElement("script");
      script.textContent = "globalThis.inline = true";
      document.head.append(script);
    });
    const deadline = performance.now() + 5_000;
    while (new Set(violated).size < 4 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    return { tried, violated: [...new Set(violated)].sort(), inline: "inline" in globalThis };
  });
  assert.equal(refused.inline, false, "an inline script does not run");
  for (const name of ["markup from text", "an inline script", "a policy of one's own"]) assert.equal(refused.tried[name], "refused", name);
  for (const directive of ["connect-src", "img-src", "require-trusted-types-for", "trusted-types"]) assert.ok(refused.violated.includes(directive), directive);
  // These were on purpose; anything else of the kind fails the run.
  for (let at = faults.length - 1; at >= 0; at--) {
    if (/Content Security Policy|TrustedHTML|TrustedScript|relay\.invalid/i.test(faults[at])) faults.splice(at, 1);
  }
  const kept = await page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open("roosthold");
      request.onsuccess = () => resolve(request.result);
    });
    const all = [];
    for (const name of database.objectStoreNames) {
      const store = database.transaction(name).objectStore(name);
      for (const request of [store.getAll(), store.getAllKeys()]) {
        const found = await new Promise((resolve) => {
          request.onsuccess = () => resolve(request.result);
        });
        all.push(...found);
      }
    }
    database.close();
    const exported = await Promise.all(
      all.filter((one) => one instanceof CryptoKey).map((key) => crypto.subtle.exportKey("raw", key).then(() => "came out", () => "stayed")),
    );
    const text = (value) =>
      value instanceof ArrayBuffer || ArrayBuffer.isView(value)
        ? [...new Uint8Array(value.buffer ?? value)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
        : value !== null && typeof value === "object"
          ? Object.values(value).map(text).join(" ")
          : String(value);
    return { exported, text: all.map(text).join(" "), storage: JSON.stringify(localStorage) + JSON.stringify(sessionStorage) };
  });
  assert.deepEqual(kept.exported, ["stayed"], "the key that wraps the account cannot be exported");
  let bits = "";
  for (const letter of recovery.replaceAll("-", "")) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
  const secret = Buffer.from(bits.slice(0, 256).match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  for (const form of [recovery, recovery.replaceAll("-", ""), secret.toString("hex"), secret.toString("base64"), secret.toString("base64url")]) {
    assert.ok(!kept.text.includes(form) && !kept.storage.includes(form), "the secret does not lie open in the browser");
  }
  const bearer = await ownBearer(page);
  assert.ok(!kept.text.includes(bearer) && !kept.storage.includes(bearer), "nor does the bearer");
}

/** A text that stands nowhere else. */
function marked(text) {
  const mark = `${text}-canary-${randomBytes(12).toString("hex")}`;
  secrets.texts.push(mark);
  return mark;
}

/** A lost network is shown, turns no machine offline, and what happened meanwhile is there afterwards. */
async function catchUp(context, page) {
  begin("network lost and back");
  const row = page.locator("[data-machine]").filter({ hasText: "attic box" });
  const id = await row.getAttribute("data-machine");
  const bearer = await ownBearer(page);
  await row.getByText("Online").waitFor();
  await context.setOffline(true);
  await page.getByTestId("connection-lost").waitFor();
  assert.equal(await row.getByText("Online").count(), 1, "a lost connection turns no machine offline");
  await inspect(page, options.shots, "lost");
  await call("PATCH", `/v1/web/machines/${id}`, bearer, { name: "renamed meanwhile" });
  await context.setOffline(false);
  await page.getByRole("heading", { name: "renamed meanwhile" }).waitFor();
  await page.getByTestId("connection-lost").waitFor({ state: "detached" });
  await call("PATCH", `/v1/web/machines/${id}`, bearer, { name: "attic box" });
  await page.getByRole("heading", { name: "attic box" }).waitFor();
}

/** The owner ends this browser's sign-in from elsewhere: the open page asks to sign in again, and can. */
async function revoked(page) {
  begin("sign-in revoked");
  const bearer = await ownBearer(page);
  const devices = await call("GET", "/v1/devices", bearer);
  await call("DELETE", `/v1/devices/${devices.find(({ current }) => current).id}`, bearer);
  await page.getByText("The relay ended the sign-in of this browser.").waitFor();
  await inspect(page, options.shots, "signed-out-from-elsewhere");
  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByRole("heading", { name: "Machines" }).waitFor();
  await page.locator("[data-machine]").first().waitFor();
}

function countKept(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const request = indexedDB.open("roosthold");
        request.onsuccess = async () => {
          const names = [...request.result.objectStoreNames];
          const counts = names.map(
            (name) =>
              new Promise((counted) => {
                const count = request.result.transaction(name).objectStore(name).count();
                count.onsuccess = () => counted(count.result);
              }),
          );
          resolve((await Promise.all(counts)).reduce((sum, one) => sum + one, 0));
          request.result.close();
        };
      }),
  );
}

function ownBearer(page) {
  return page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open("roosthold");
      request.onsuccess = () => resolve(request.result);
    });
    const get = (key) =>
      new Promise((resolve) => {
        const request = database.transaction("vault").objectStore("vault").get(key);
        request.onsuccess = () => resolve(request.result);
      });
    const [key, { iv, sealed }] = [await get("wrapping-key"), await get("account")];
    database.close();
    if (key.extractable) throw new Error("the key of the account can be taken out");
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed);
    return JSON.parse(new TextDecoder().decode(plain)).token;
  });
}

async function call(method, path, bearer, body) {
  const response = await fetch(url + path, {
    method,
    headers: {
      Authorization: `Bearer ${bearer}`,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.equal(response.status, 200, `${method} ${path}`);
  return response.json();
}

/** From another computer over plain http: a warning, and copying works without the clipboard interface. */
async function overPlainHttp() {
  begin("plain http from afar");
  const context = await browser.newContext({ viewport: DESKTOP });
  const page = await watchedPage(context, faults);
  await page.goto(`http://${REMOTE_NAME}:${new URL(url).port}/`);
  await page.getByTestId("insecure").waitFor();
  await page.getByTestId("insecure").locator("summary").click();
  await inspect(page, options.shots, "plain-http");
  assert.equal(await page.evaluate(() => navigator.clipboard === undefined), true, "the test needs an insecure origin");
  await page.getByRole("link", { name: "Create account" }).click();
  const recovery = await page.getByTestId("recovery-text").innerText().then(tidy);
  await page.getByRole("button", { name: "I have stored it" }).click();
  await confirmGroups(page, recovery);
  await page.getByRole("button", { name: "Add machine" }).click();
  await page.getByLabel("Machine name").fill("far away");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const command = await page.getByTestId("enrol-command").innerText();
  await page.getByRole("button", { name: "Copy command" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Add machine" }).click();
  await page.getByLabel("Machine name").focus();
  await page.keyboard.press("Control+V");
  await until(async () => (await page.getByLabel("Machine name").inputValue()) === command, "the command was really copied");
  await context.close();
}

/** In the page: keeps every heading that was shown with the address above it. */
function noteHeadings() {
  globalThis.headings = new Set();
  new MutationObserver(() => {
    const heading = document.querySelector("main h1");
    if (heading !== null) globalThis.headings.add(`${heading.textContent} at ${location.pathname}`);
  }).observe(document, { childList: true, subtree: true });
}

function begin(name) {
  step = name;
  console.log(`page: ${name}`);
}

async function openMenu(page, name) {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
}

async function expectFocus(locator) {
  await locator.waitFor();
  await until(() => locator.evaluate((element) => element === document.activeElement), `focus on ${locator}`);
}
