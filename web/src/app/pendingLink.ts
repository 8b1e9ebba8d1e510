import { signal } from "@preact/signals";

/**
 * What another device asks for with the address that opened this page. The key is taken out of the address at once, so
 * that it stays neither in the bar nor in the history.
 */
export const pendingLink = signal<string | null>(take());

function take(): string | null {
  if (!/\/(terminal|account)\/connect\/?$/.test(location.pathname) || !location.hash.startsWith("#key=")) return null;
  const text = location.href;
  history.replaceState(null, "", location.pathname);
  return text;
}
