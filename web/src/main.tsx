import { render } from "preact";
import { App } from "./app/App.tsx";
import { openDeviceStore } from "./device/deviceStore.ts";
import { AccountStore } from "./features/account/accountStore.ts";
import { askRelay } from "./features/account/registration.ts";
import { Vault } from "./features/account/vault.ts";
import { keepInstallOffer } from "./app/install.ts";
import { keepOfflineShell } from "./app/offlineShell.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/pages.css";

// Their addresses are relative to where the page was opened; the address of the page changes later.
for (const link of document.querySelectorAll<HTMLLinkElement>("link[rel]")) link.href = link.href;

keepInstallOffer();
void askRelay();
const root = document.getElementById("app");
const store = await AccountStore.open(new Vault(await openDeviceStore()));
if (root !== null) render(<App store={store} />, root);
keepOfflineShell();
