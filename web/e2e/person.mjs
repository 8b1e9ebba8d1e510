import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { SLOWER } from "./browser.mjs";
import { Keyboard } from "./keyboard.mjs";
import { startRoost } from "./machine.mjs";
import { addMachine, createAccount, tidy } from "./steps.mjs";

/** Bounds a wait for a process that starts; what is promised about time is asserted apart. */
export const PATIENCE_MS = 60_000 * SLOWER;

/**
 * A person with a browser and a machine of their own, whose daemon runs the agents of `agents`.
 *
 * @typedef {{ name: string, page: import("playwright-core").Page, context: import("playwright-core").BrowserContext,
 *   recovery: string, work: string, daemon: { stop: () => Promise<void> }, machineId: string, heard: string[] }} Person
 */

/** Everything that a page of this context is told by the relay from now on. */
export function listen(page, heard) {
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => heard.push(payload.toString())));
  page.on("response", (response) => {
    if (!new URL(response.url()).pathname.startsWith("/v1/")) return;
    void response.text().then((text) => heard.push(text), () => {});
  });
}

/** Folder of a machine with its settings for agents. */
export async function machineHome(folder, agents) {
  await mkdir(`${folder}/work`, { recursive: true });
  await mkdir(`${folder}/roost`, { recursive: true });
  await writeFile(`${folder}/roost/agents.json`, JSON.stringify(agents));
  return { work: `${folder}/work`, environment: { ROOST_HOME: `${folder}/roost` } };
}

/** From the welcome page to a connected machine, with a pointer. */
export async function arrive(page, url, machine, { work, environment }, roost) {
  await page.goto(url);
  const recovery = await createAccount(page);
  const command = `${await addMachine(page, machine)} --root ${work}`;
  const daemon = startRoost(command, roost, environment);
  await page.getByTestId("enrol-status").getByText("Connected", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  return { recovery, command, daemon, machineId: await machineIdOf(page) };
}

/** The same with the keyboard alone. */
export async function arriveByKeyboard(page, url, machine, { work, environment }, roost) {
  const keys = new Keyboard(page);
  await page.goto(url);
  await page.getByRole("link", { name: "Create account" }).waitFor();
  await keys.press("Create account");
  const recovery = tidy(await page.getByTestId("recovery-text").innerText());
  await keys.press("I have stored it");
  await page.getByLabel(/^Group \d+ of the text$/).first().waitFor();
  for (const label of await page.locator("label").allInnerTexts()) {
    const group = /^Group (\d+)/.exec(label)?.[1];
    if (group !== undefined) await keys.write(label, recovery.split("-")[Number(group) - 1]);
  }
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No machines yet" }).waitFor();
  await keys.press("Add machine");
  await keys.write("Machine name", machine);
  await page.keyboard.press("Enter");
  const command = await page.getByTestId("enrol-command").innerText();
  const daemon = startRoost(`${command} --root ${work}`, roost, environment);
  await page.getByTestId("enrol-status").getByText("Connected", { exact: true }).waitFor();
  await keys.press("Done");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  return { recovery, daemon, machineId: await machineIdOf(page), keys };
}

async function machineIdOf(page) {
  const id = await page.locator("[data-machine]").first().getAttribute("data-machine");
  assert.ok(id !== null);
  return id;
}

/** Opens a session with the agent of this name. */
export async function startSession(page, agent) {
  await page.getByRole("link", { name: "Sessions" }).click();
  await page.getByRole("button", { name: "Start a session" }).click();
  await page.getByRole("dialog").getByLabel("Agent").selectOption(agent);
  await page.getByRole("button", { name: "Start session" }).click();
  await page.getByLabel("Message to the agent").waitFor();
  return page.url().split("/").at(-1);
}

export async function say(page, text) {
  await page.getByLabel("Message to the agent").fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

export function answer(page, text) {
  return page.locator(".chat .answer").getByText(text).last();
}
