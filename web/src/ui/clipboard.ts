/**
 * Copies `text`; answers whether it worked.
 *
 * Outside https and localhost there is no clipboard interface, then a selected text box is copied. It has to be
 * inside `place`: while a modal dialog is open, nothing outside it can be selected.
 */
export async function copyText(text: string, place: HTMLElement): Promise<boolean> {
  // Typed as always present, but absent outside secure contexts.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // Refused by the browser or its owner; the older way may still be allowed.
    }
  }
  return copyBySelection(text, place);
}

function copyBySelection(text: string, place: HTMLElement): boolean {
  const before = document.activeElement;
  const box = document.createElement("textarea");
  box.value = text;
  box.readOnly = true;
  box.className = "visually-hidden";
  box.setAttribute("aria-hidden", "true");
  place.append(box);
  try {
    box.select();
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    box.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
