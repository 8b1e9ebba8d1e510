import assert from "node:assert/strict";

/** Most stops of one round on any page. */
const MAX_STOPS = 120;

/**
 * A person without a pointer: Tab, Enter, Space and letters. Fails where the focus cannot be seen or something cannot be
 * reached.
 */
export class Keyboard {
  /** How often Tab was pressed. */
  stops = 0;

  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
  }

  /** Presses Tab until the focus is on what is called so. */
  async to(name) {
    for (let stop = 0; stop < MAX_STOPS; stop++) {
      const { called, visible, what } = await this.focused();
      assert.ok(visible, `the focus on ${what} can be seen`);
      if (called.includes(name)) return;
      await this.page.keyboard.press("Tab");
      this.stops++;
    }
    assert.fail(`Tab leads to "${name}"`);
  }

  async press(name) {
    await this.to(name);
    await this.page.keyboard.press("Enter");
  }

  async write(name, words) {
    await this.to(name);
    await this.page.keyboard.type(words);
  }

  /** Chooses from a list by its first letters. */
  async choose(name, words) {
    await this.to(name);
    await this.page.keyboard.type(words);
  }

  focused() {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body) return { called: [], visible: true, what: "the page" };
      const labels = [...(element.labels ?? [])].map((label) => label.textContent.trim());
      const called = [element.getAttribute("aria-label"), ...labels, element.textContent.trim()].filter((one) => one !== null && one !== "");
      const seen = (one) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(one);
        return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
      };
      // A heading that has the focus after a change of page is where reading starts, not a stop. The box around the
      // message changes its border instead.
      const visible = element.tabIndex < 0 || seen(element) || element.closest(".composer-box") !== null || element.closest("dialog[open]") === element;
      return { called, visible, what: `${element.tagName} ${called[0] ?? ""}` };
    });
  }
}
