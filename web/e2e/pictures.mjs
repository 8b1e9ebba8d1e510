import { mkdir } from "node:fs/promises";

export const DESKTOP = { width: 1280, height: 820 };
export const PHONE = { width: 390, height: 844 };

/** Pictures of a page in both colour schemes and both sizes; nothing without a folder. */
export async function shoot(page, folder, name) {
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
      await page.setViewportSize(viewport);
      // Content that measures itself is drawn again after the change of size.
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${device}.png` });
    }
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
}
