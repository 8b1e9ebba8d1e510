import assert from "node:assert/strict";
import { SLOWER } from "./browser.mjs";

/** Types the groups that are asked for; first a wrong one, which must be refused. */
export async function confirmGroups(page, recovery) {
  const groups = recovery.split("-");
  const boxes = page.getByLabel(/^Group \d+ of the text$/);
  const labels = await page.locator("label").allInnerTexts();
  const asked = labels.map((label) => /^Group (\d+)/.exec(label)?.[1]).filter((one) => one !== undefined);
  assert.equal(asked.length, 2);
  const submit = page.getByRole("button", { name: "Create account" });
  await boxes.nth(0).fill("AAAAA");
  await boxes.nth(1).fill("AAAAA");
  await submit.click();
  await page.getByRole("alert").filter({ hasText: "not this group" }).first().waitFor();
  for (const [at, group] of asked.entries()) await boxes.nth(at).fill(groups[Number(group) - 1].toLowerCase());
  await submit.click();
}

/** From the welcome page to the empty list of a new account. */
export async function createAccount(page) {
  await page.getByRole("link", { name: "Create account" }).click();
  const recovery = tidy(await page.getByTestId("recovery-text").innerText());
  await page.getByRole("button", { name: "I have stored it" }).click();
  await confirmGroups(page, recovery);
  await page.getByRole("heading", { name: "No machines yet" }).waitFor();
  return recovery;
}

/** Opens the dialog, makes a machine and answers the command to paste; the dialog stays open. */
export async function addMachine(page, name) {
  await page.getByRole("button", { name: "Add machine" }).click();
  await page.getByLabel("Machine name").fill(name);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  return page.getByTestId("enrol-command").innerText();
}

/** What comes near is laid out only then, and more is read around it: for some pictures it must stay where it was led to. */
export async function staysInSight(page, words) {
  const places = await page.evaluate(async (text) => {
    const scroller = document.querySelector(".chat-scroll").getBoundingClientRect();
    const seen = [];
    for (let picture = 0; picture < 20; picture++) {
      await new Promise(requestAnimationFrame);
      const found = [...document.querySelectorAll(".chat-item")].find((item) => item.textContent.includes(text));
      const box = found?.getBoundingClientRect();
      seen.push(box !== undefined && box.top >= scroller.top && box.bottom <= scroller.bottom);
    }
    return seen;
  }, words);
  assert.ok(!places.includes(false), `"${words}" is in sight: ${places.join(" ")}`);
}

/** Looks again until it is so. */
export async function until(condition, what, patience = 15_000 * SLOWER) {
  const deadline = Date.now() + patience;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function tidy(text) {
  return text.replace(/\s+/g, "");
}
