/**
 * What the page says while the relay and the machine are killed and come back.
 *
 *   node e2e/restart.mjs --roost ../roost --dir EMPTY_FOLDER [--browser /usr/bin/chromium]
 *
 * Starts its own relay and daemon in the folder. Ends with 0 if everything held, else with 1 and the reason on stderr.
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { launch, watchedPage } from "./browser.mjs";
import { startProgram, startRoost } from "./machine.mjs";
import { freePort } from "./relay.mjs";
import { addMachine, createAccount } from "./steps.mjs";

const { values: options } = parseArgs({
  options: {
    roost: { type: "string" },
    dir: { type: "string" },
    shots: { type: "string" },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
if (options.roost === undefined || options.dir === undefined) {
  console.error("usage: node e2e/restart.mjs --roost COMMAND --dir EMPTY_FOLDER [--browser FILE]");
  process.exit(2);
}
const roost = options.roost.split(" ");
const home = { ROOST_HOME: `${options.dir}/machine` };
/** The promise of the page for a machine that died. */
const OFFLINE_MS = 10_000;
const PATIENCE_MS = 60_000;

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const running = new Set();
const faults = [];
const browser = await launch(options.browser);
try {
  await main();
  console.log("restart: all steps passed");
} catch (error) {
  console.error("restart: failed");
  console.error(error);
  if (faults.length > 0) console.error(faults.join("\n"));
  process.exitCode = 1;
} finally {
  for (const program of running) await program.stop();
  await browser.close();
}
process.exit();

async function main() {
  let relay = await startRelay();
  const page = await watchedPage(await browser.newContext(), faults);
  await page.goto(url);
  await createAccount(page);
  const command = await addMachine(page, "studio");

  const started = Date.now();
  let daemon = track(startRoost(command, options.roost, home));
  await page.getByTestId("enrol-status").getByText("Connected", { exact: true }).waitFor({ timeout: PATIENCE_MS });
  console.log(`restart: connected ${Date.now() - started} ms after the command was started`);
  await page.getByRole("button", { name: "Done" }).click();
  const online = page.locator("[data-machine]").getByText("Online", { exact: true });
  const offline = page.locator("[data-machine]").getByText("Offline", { exact: true });
  const lost = page.getByTestId("connection-lost");
  await online.waitFor();

  const killed = Date.now();
  await end(daemon);
  await offline.waitFor({ timeout: OFFLINE_MS });
  console.log(`restart: offline ${Date.now() - killed} ms after the daemon was killed`);

  daemon = track(startProgram([...roost, "daemon", "run"], home));
  await online.waitFor({ timeout: PATIENCE_MS });
  await end(relay);
  await lost.waitFor({ timeout: PATIENCE_MS });
  assert.equal(await online.count(), 1, "a lost relay turns no machine offline");
  relay = await startRelay();
  await lost.waitFor({ state: "detached", timeout: PATIENCE_MS });
  await online.waitFor({ timeout: PATIENCE_MS });
  console.log("restart: the relay was killed and came back, page and machine connected again by themselves");

  await end(daemon);
  await end(relay);
  await lost.waitFor({ timeout: PATIENCE_MS });
  relay = await startRelay();
  await lost.waitFor({ state: "detached", timeout: PATIENCE_MS });
  await offline.waitFor({ timeout: OFFLINE_MS });
  assert.equal(await online.count(), 0, "no dead machine is shown online");
  console.log("restart: after both were killed the machine is shown offline");
}

async function startRelay() {
  const relay = track(startProgram([...roost, "up", "--data", `${options.dir}/relay`, "--port", String(port)]));
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await fetch(`${url}/v1/web/relay`).then(({ ok }) => ok, () => false))) {
    assert.ok(Date.now() < deadline, "the relay starts");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return relay;
}

function track(program) {
  running.add(program);
  return program;
}

async function end(program) {
  running.delete(program);
  await program.stop();
}
