import { computed, signal } from "@preact/signals";
import { at, BASE } from "../relay/base.ts";

/** The pages of the application. Addresses carry ids at most, never a key, a token or a recovery text. */
export const PATHS = {
  welcome: "/welcome",
  create: "/create",
  signIn: "/sign-in",
  machines: "/machines",
  account: "/account",
} as const;

export type Page = keyof typeof PATHS;

const path = signal(shown());
addEventListener("popstate", () => {
  path.value = shown();
});

/** The address without the folder that the relay is served from. */
function shown(): string {
  return location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length - 1) : location.pathname;
}

const pages = new Map(Object.entries(PATHS).map(([page, address]) => [address as string, page as Page]));

/** The page asked for; `null` for the root and for addresses that are none of ours. */
export const page = computed<Page | null>(() => pages.get(path.value.replace(/\/+$/, "")) ?? null);

export function navigate(to: Page, how: "push" | "replace" = "push"): void {
  const address = PATHS[to];
  if (address === shown()) return;
  if (how === "push") history.pushState(null, "", at(address));
  else history.replaceState(null, "", at(address));
  path.value = address;
  scrollTo(0, 0);
}
