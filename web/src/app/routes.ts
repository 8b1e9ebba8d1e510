import { computed, signal } from "@preact/signals";
import { at, BASE } from "../relay/base.ts";

/**
 * The pages of the application. Addresses carry ids at most, never a key, a token or a recovery text. `:id` stands for
 * one id.
 */
export const PATHS = {
  welcome: "/welcome",
  create: "/create",
  signIn: "/sign-in",
  sessions: "/sessions",
  session: "/sessions/:id",
  machines: "/machines",
  history: "/history",
  machine: "/machines/:id",
  account: "/account",
  usage: "/account/usage",
  activity: "/account/activity",
  link: "/account/link",
  terminalConnect: "/terminal/connect",
  accountConnect: "/account/connect",
  components: "/components",
} as const;

export type Page = keyof typeof PATHS;

export interface Route {
  readonly page: Page;
  readonly id: string;
}

const path = signal(shown());
addEventListener("popstate", () => {
  path.value = shown();
});

/** The address without the folder that the relay is served from. */
function shown(): string {
  return location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length - 1) : location.pathname;
}

const ID = "([A-Za-z0-9_-]{1,128})";
const patterns = Object.entries(PATHS).map(
  ([page, address]) => [page as Page, new RegExp(`^${address.replace(":id", ID)}/?$`)] as const,
);

export function routeOf(address: string): Route | null {
  for (const [page, pattern] of patterns) {
    const match = pattern.exec(address);
    if (match !== null) return { page, id: match[1] ?? "" };
  }
  return null;
}

/** The page asked for; `null` for the root and for addresses that are none of ours. */
export const route = computed<Route | null>(() => routeOf(path.value));

export function addressOf(to: Page, id = ""): string {
  return PATHS[to].replace(":id", id);
}

export function navigate(to: Page, id = "", how: "push" | "replace" = "push"): void {
  const address = addressOf(to, id);
  if (address === shown()) return;
  if (how === "push") history.pushState(null, "", at(address));
  else history.replaceState(null, "", at(address));
  path.value = address;
  scrollTo(0, 0);
}
