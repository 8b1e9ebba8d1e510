import { afterEach, describe, expect, it, vi } from "vitest";
import { copyText } from "./clipboard.ts";

const dialog = document.createElement("dialog");
document.body.append(dialog);

afterEach(() => vi.unstubAllGlobals());

describe("copying", () => {
  it("uses the clipboard interface where there is one", async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    expect(await copyText("the command", dialog)).toBe(true);
    expect(writeText).toHaveBeenCalledWith("the command");
  });

  it("selects a text box inside the dialog where there is none, and leaves nothing behind", async () => {
    vi.stubGlobal("navigator", {});
    const selected: (string | undefined)[] = [];
    document.execCommand = () => {
      selected.push(dialog.querySelector("textarea")?.value);
      return true;
    };
    expect(await copyText("the command", dialog)).toBe(true);
    expect(selected).toEqual(["the command"]);
    expect(dialog.childElementCount).toBe(0);
  });

  it("says so when neither way works", async () => {
    vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new Error("denied")) } });
    document.execCommand = () => false;
    expect(await copyText("the command", dialog)).toBe(false);
    expect(dialog.childElementCount).toBe(0);
  });
});
