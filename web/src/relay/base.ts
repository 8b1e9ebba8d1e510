/**
 * The folder that the relay is served from, with a slash at its end: `/`, or `/roost/` behind a proxy. The page says
 * in its head where that is from the address it was opened at, so no setting is needed.
 */
export const BASE = folder();

/** An address of the relay, given as it is without a folder: `/v1/machines`. */
export function at(address: string): string {
  return BASE + address.slice(1);
}

function folder(): string {
  if (typeof document === "undefined") return "/";
  const told = document.querySelector<HTMLMetaElement>('meta[name="base"]')?.content;
  return told === undefined ? "/" : new URL(told, document.baseURI).pathname;
}
