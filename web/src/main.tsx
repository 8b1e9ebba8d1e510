import { render } from "preact";
import { App } from "./app/App.tsx";
import { AccountStore, browserStorage } from "./features/account/accountStore.ts";
import { askRelay } from "./features/account/registration.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/pages.css";

const store = new AccountStore(browserStorage());
addEventListener("storage", (event) => store.changedElsewhere(event.key));
void askRelay();

const root = document.getElementById("app");
if (root !== null) render(<App store={store} />, root);
