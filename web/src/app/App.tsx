import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { AccountPage } from "../features/account/AccountPage.tsx";
import { browserStorage, type AccountStore, type StoredAccount } from "../features/account/accountStore.ts";
import { CreatePage } from "../features/account/CreatePage.tsx";
import { SignInPage } from "../features/account/SignInPage.tsx";
import { WelcomePage } from "../features/account/WelcomePage.tsx";
import { MachinesPage } from "../features/machines/MachinesPage.tsx";
import { lazy } from "../ui/Lazy.tsx";
import type { Workspace } from "../workspace/workspace.ts";
import { isProtected } from "./connection.ts";
import { ConnectionState } from "./ConnectionState.tsx";
import { Link } from "./Link.tsx";
import { Mark } from "./Mark.tsx";
import { pendingLink } from "./pendingLink.ts";
import { pageTitle, subject } from "./title.ts";
import { navigate, route, type Page, type Route } from "./routes.ts";

const SessionsView = lazy(() => import("../features/sessions/SessionsView.tsx").then((file) => file.SessionsView));
const MachinePage = lazy(() => import("../features/machines/MachinePage.tsx").then((file) => file.MachinePage));
const HistoryPage = lazy(() => import("../features/history/HistoryPage.tsx").then((file) => file.HistoryPage));
const UsagePage = lazy(() => import("../features/usage/UsagePage.tsx").then((file) => file.UsagePage));
const ActivityPage = lazy(() => import("../features/account/ActivityPage.tsx").then((file) => file.ActivityPage));
const LinkPage = lazy(() => import("../features/account/LinkPage.tsx").then((file) => file.LinkPage));
const ConnectPage = lazy(() => import("../features/account/ConnectPage.tsx").then((file) => file.ConnectPage));
const ComponentsPage = lazy(() => import("./ComponentsPage.tsx").then((file) => file.ComponentsPage));

const TITLES: Readonly<Record<Page, string>> = {
  welcome: "Welcome",
  create: "Create account",
  signIn: "Sign in",
  sessions: "Sessions",
  session: "Session",
  machines: "Machines",
  machine: "Machine",
  history: "History",
  account: "Account",
  usage: "Usage",
  activity: "Activity",
  link: "Sign in from another device",
  terminalConnect: "Connect a terminal",
  accountConnect: "Let another device in",
  components: "Components",
};

const OUTSIDE: ReadonlySet<Page> = new Set(["welcome", "create", "signIn", "link"]);

export function App({ store }: { readonly store: AccountStore }) {
  const account = store.account.value;
  const signedIn = account !== null && account.token !== null;
  const asked = route.value;
  const shown = allowed(asked, account, pendingLink.value);
  const workspace = useWorkspace(store, account);
  const page = shown.page;
  const waiting = workspace?.sessions.waiting.value ?? 0;
  useHeadingFocus(shown);
  useTitle(page, waiting);

  // Before the page is painted: an effect that waits for the picture leaves the old address above the new page meanwhile.
  useLayoutEffect(() => {
    if (asked?.page !== page) navigate(page, shown.id, "replace");
  }, [asked, page]);

  return (
    <div class={page === "session" ? "app app-wide app-chat" : page === "sessions" ? "app app-wide" : "app"}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <Link to={signedIn ? "sessions" : "welcome"} class="brand">
          <Mark />
          <span class={signedIn ? "brand-word" : ""}>Roosthold</span>
        </Link>
        {signedIn && (
          <nav aria-label="Main">
            <Link to="sessions" class="nav-link" current={page === "sessions" || page === "session"}>
              Sessions
              {waiting > 0 && (
                <span class="count">
                  {waiting}
                  <span class="visually-hidden"> waiting for you</span>
                </span>
              )}
            </Link>
            <Link to="machines" class="nav-link" current={page === "machines" || page === "machine" || page === "history"}>
              Machines
            </Link>
            <Link to="account" class="nav-link" current={page === "account" || page === "usage" || page === "activity"}>
              Account
            </Link>
          </nav>
        )}
      </header>
      {workspace !== null && <ConnectionState state={workspace.link.state.value} />}
      {!isProtected(location) && page !== "session" && (
        <aside aria-label="How this page came">
          <details class="banner banner-warning" data-testid="insecure">
            <summary>This page came over plain http: it is not protected on its way.</summary>
            <p>
              Whoever can change it on the way can read everything you see here. The browser also keeps your keys
              without a lock of its own, and offers no notifications and no installing. Use https, or a tunnel to
              localhost.
            </p>
          </details>
        </aside>
      )}
      {!store.persistent.value && (
        <p class="banner banner-warning" role="note">
          This browser keeps no data for the page. After a reload you need the recovery text again.
        </p>
      )}
      <main id="main">
        {page === "welcome" && <WelcomePage />}
        {page === "create" && <CreatePage store={store} />}
        {page === "signIn" && <SignInPage store={store} />}
        {page === "link" && <LinkPage store={store} />}
        {(page === "sessions" || page === "session") && <SessionsView workspace={workspace} id={shown.id} />}
        {page === "machines" && <MachinesPage opened={workspace} />}
        {page === "machine" && <MachinePage workspace={workspace} id={shown.id} />}
        {page === "history" && <HistoryPage workspace={workspace} />}
        {page === "account" && <AccountPage store={store} workspace={workspace} />}
        {page === "usage" && <UsagePage workspace={workspace} />}
        {page === "activity" && <ActivityPage workspace={workspace} />}
        {(page === "terminalConnect" || page === "accountConnect") && <ConnectPage workspace={workspace} />}
        {page === "components" && <ComponentsPage />}
      </main>
    </div>
  );
}

/** Which page is shown for the one asked for: without a sign-in only the way to one, with it only the others. */
export function allowed(asked: Route | null, account: StoredAccount | null, link: string | null = null): Route {
  const to = (page: Page): Route => ({ page, id: "" });
  if (asked?.page === "components") return asked;
  if (account !== null && account.token !== null) {
    if (link !== null) return to(link.includes("/terminal/") ? "terminalConnect" : "accountConnect");
    if (asked === null || asked.page === "welcome") return to("sessions");
    // Whoever has just come in has machines to add or to look at.
    return OUTSIDE.has(asked.page) ? to("machines") : asked;
  }
  if (account !== null) return to("signIn");
  return asked !== null && OUTSIDE.has(asked.page) ? asked : to("welcome");
}

/** The live state belongs to the sign-in, not to a page: it goes on while the person looks at another one. */
function useWorkspace(store: AccountStore, account: StoredAccount | null): Workspace | null {
  const [opened, setOpened] = useState<Workspace | null>(null);
  const secret = account?.secret ?? null;
  const token = account?.token ?? null;
  useEffect(() => {
    if (secret === null || token === null) return;
    let mine: Workspace | null = null;
    let left = false;
    void import("../workspace/workspace.ts")
      .then(({ openWorkspace }) => openWorkspace({ secret, token }, browserStorage(), () => store.tokenRefused(token)))
      .then((workspace) => {
        if (left) {
          workspace.close();
          return;
        }
        mine = workspace;
        setOpened(workspace);
      });
    return () => {
      left = true;
      mine?.close();
      setOpened(null);
    };
  }, [secret, token]);
  return opened;
}

function useTitle(page: Page, waiting: number): void {
  const about = subject.value;
  useLayoutEffect(() => {
    document.title = pageTitle(page === "session" || page === "machine" ? (about ?? TITLES[page]) : TITLES[page], waiting);
  }, [page, waiting, about]);
}

/** After a change of page the focus is on its heading, so that a screen reader starts there. */
function useHeadingFocus({ page, id }: Route): void {
  const first = useRef(true);
  useLayoutEffect(() => {
    if (!first.current) {
      const main = document.getElementById("main");
      (main?.querySelector<HTMLElement>("[data-autofocus]") ?? main?.querySelector<HTMLElement>("h1"))?.focus();
    }
    first.current = false;
  }, [page, id]);
}
