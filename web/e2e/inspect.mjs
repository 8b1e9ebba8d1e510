import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { checkAccessible } from "./axe.mjs";

export const DESKTOP = { width: 1280, height: 820 };
export const PHONE = { width: 390, height: 844 };
/** The narrowest that everything must fit into. */
const NARROW = { width: 320, height: 640 };

const LOOKS = [
  { colorScheme: "light", device: "desktop", viewport: DESKTOP, axe: true },
  { colorScheme: "light", device: "phone", viewport: PHONE, axe: false },
  { colorScheme: "dark", device: "phone", viewport: PHONE, axe: true },
  { colorScheme: "dark", device: "desktop", viewport: DESKTOP, axe: false },
];

const looked = new Set();

/**
 * Looks at a page, or at the dialog that is open on it, as it is now: no violation of WCAG 2.2 AA in either colour scheme
 * and either layout, nothing that sticks out at 320 px, nothing that moves when less motion is wanted; and a picture of
 * each look when there is a folder for them.
 *
 * @param {import("playwright-core").Page} page
 * @param {string | undefined} folder
 * @param {string} name
 */
export async function inspect(page, folder, name) {
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  for (const { colorScheme, device, viewport, axe } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(viewport);
    await settled(page);
    assert.deepEqual(await moving(page), [], `${name} moves although less motion is wanted`);
    if (folder !== undefined) {
      // A dialog stands in the middle of what is seen, not of the whole page.
      const fullPage = (await page.locator("dialog[open]").count()) === 0;
      await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${device}.png`, fullPage });
    }
    if (axe) await checkAccessible(page, `${name}, ${colorScheme}, ${device}`);
  }
  await page.setViewportSize(NARROW);
  await settled(page);
  assert.deepEqual(await sticksOut(page), [], `${name} fits into ${NARROW.width} px`);
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
  await settled(page);
  looked.add(name);
}

/** What was looked at, for the last line of a run. */
export function inspected() {
  return `${looked.size} pages and dialogs: no violation of WCAG 2.2 AA, light and dark, desktop and phone; nothing sticks out at ${NARROW.width} px: ${[...looked].join(", ")}`;
}

/** Content that measures itself is drawn again after a change of size. */
async function settled(page) {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

function moving(page) {
  return page.evaluate(() =>
    document
      .getAnimations()
      .filter((animation) => animation.playState === "running")
      .filter((animation) => Number(animation.effect?.getComputedTiming().activeDuration) > 1)
      .map((animation) => `${animation.animationName ?? animation.transitionProperty} of ${animation.effect?.target?.className}`),
  );
}

function sticksOut(page) {
  return page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    // What may be wider than the page is code and tables, in a box that scrolls sideways. The other boxes scroll only down.
    const down = ".chat-scroll, .chat-foot, .split-side, .hits, .folders, dialog";
    const scrollers = (element) => {
      for (let at = element.parentElement; at !== null; at = at.parentElement) {
        if (["auto", "scroll", "hidden"].includes(getComputedStyle(at).overflowX)) return !at.matches(down);
      }
      return false;
    };
    const out = [...document.querySelectorAll("dialog[open], body *")].filter((element) => {
      if (element.closest(".visually-hidden, svg, .skip") !== null || scrollers(element)) return false;
      const { right, left, width } = element.getBoundingClientRect();
      return width > 0 && (right > limit + 1 || left < -1);
    });
    const names = out.map((element) => `${element.tagName}.${element.className}`);
    // A conversation scrolls inside the page, and the page not at all.
    if (document.querySelector(".app-chat") !== null && document.documentElement.scrollHeight > innerHeight + 1) {
      names.push(`a page under the conversation, ${document.documentElement.scrollHeight} px`);
    }
    return document.documentElement.scrollWidth > limit ? [`the page scrolls to ${document.documentElement.scrollWidth} px`, ...names] : names;
  });
}
