import { computed, signal } from "@preact/signals";

/** The pages of the application. Addresses carry ids at most, never a key, a token or a recovery text. */
export const PATHS = {
  welcome: "/welcome",
  create: "/create",
  signIn: "/sign-in",
  machines: "/machines",
  account: "/account",
} as const;

export type Page = keyof typeof PATHS;

const path = signal(location.pathname);
addEventListener("popstate", () => {
  path.value = location.pathname;
});

const pages = new Map(Object.entries(PATHS).map(([page, address]) => [address as string, page as Page]));

/** The page asked for; `null` for the root and for addresses that are none of ours. */
export const page = computed<Page | null>(() => pages.get(path.value.replace(/\/+$/, "")) ?? null);

export function navigate(to: Page, how: "push" | "replace" = "push"): void {
  const address = PATHS[to];
  if (address === location.pathname) return;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  path.value = address;
  scrollTo(0, 0);
}
