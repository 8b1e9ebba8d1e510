import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { AccountPage } from "../features/account/AccountPage.tsx";
import { browserStorage, type AccountStore, type StoredAccount } from "../features/account/accountStore.ts";
import { CreatePage } from "../features/account/CreatePage.tsx";
import { SignInPage } from "../features/account/SignInPage.tsx";
import { WelcomePage } from "../features/account/WelcomePage.tsx";
import { MachinesPage } from "../features/machines/MachinesPage.tsx";
import type { OpenedMachines } from "../features/machines/openMachines.ts";
import { isProtected } from "./connection.ts";
import { Link } from "./Link.tsx";
import { Mark } from "./Mark.tsx";
import { navigate, page, type Page } from "./routes.ts";

const TITLES: Readonly<Record<Page, string>> = {
  welcome: "Welcome",
  create: "Create account",
  signIn: "Sign in",
  machines: "Machines",
  account: "Account",
};

export function App({ store }: { readonly store: AccountStore }) {
  const account = store.account.value;
  const signedIn = account !== null && account.token !== null;
  const asked = page.value;
  const shown = allowed(asked, account);
  const opened = useOpenedMachines(store, account);
  useHeadingFocus(shown);

  useEffect(() => {
    if (asked !== shown) navigate(shown, "replace");
  }, [asked, shown]);

  return (
    <div class="app">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <Link to={signedIn ? "machines" : "welcome"} class="brand">
          <Mark />
          Roosthold
        </Link>
        {signedIn && (
          <nav aria-label="Main">
            <Link to="machines" class="nav-link" current={shown === "machines"}>
              Machines
            </Link>
            <Link to="account" class="nav-link" current={shown === "account"}>
              Account
            </Link>
          </nav>
        )}
      </header>
      {!isProtected(location) && (
        <p class="banner banner-warning" role="note" data-testid="insecure">
          This page came over plain http. Whoever can change it on the way can read everything you see here. Use https,
          or a tunnel to localhost.
        </p>
      )}
      {!store.persistent.value && (
        <p class="banner banner-warning" role="note">
          This browser keeps no data for the page. After a reload you need the recovery text again.
        </p>
      )}
      <main id="main">
        {shown === "welcome" && <WelcomePage />}
        {shown === "create" && <CreatePage store={store} />}
        {shown === "signIn" && <SignInPage store={store} />}
        {shown === "machines" && <MachinesPage opened={opened} />}
        {shown === "account" && <AccountPage store={store} />}
      </main>
    </div>
  );
}

/** Which page is shown for the one asked for: without a sign-in only the way to one, with it only the others. */
export function allowed(asked: Page | null, account: StoredAccount | null): Page {
  const outside = asked === "welcome" || asked === "create" || asked === "signIn";
  if (account !== null && account.token !== null) return asked === null || outside ? "machines" : asked;
  if (account !== null) return "signIn";
  return outside ? asked : "welcome";
}

/** The live list belongs to the sign-in, not to a page: it goes on while the person looks at another one. */
function useOpenedMachines(store: AccountStore, account: StoredAccount | null): OpenedMachines | null {
  const [opened, setOpened] = useState<OpenedMachines | null>(null);
  const secret = account?.secret ?? null;
  const token = account?.token ?? null;
  useEffect(() => {
    if (secret === null || token === null) return;
    let mine: OpenedMachines | null = null;
    let left = false;
    void import("../features/machines/openMachines.ts").then(({ openMachines }) => {
      if (left) return;
      mine = openMachines({ secret, token }, browserStorage(), () => store.tokenRefused(token));
      setOpened(mine);
    });
    return () => {
      left = true;
      mine?.model.close();
      setOpened(null);
    };
  }, [secret, token]);
  return opened;
}

/** After a change of page the focus is on its heading, so that a screen reader starts there. */
function useHeadingFocus(shown: Page): void {
  const first = useRef(true);
  useLayoutEffect(() => {
    document.title = `${TITLES[shown]} · Roosthold`;
    if (!first.current) {
      const main = document.getElementById("main");
      (main?.querySelector<HTMLElement>("[data-autofocus]") ?? main?.querySelector<HTMLElement>("h1"))?.focus();
    }
    first.current = false;
  }, [shown]);
}
