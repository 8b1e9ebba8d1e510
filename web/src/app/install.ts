import { signal } from "@preact/signals";

/** What a browser offers that would install the page as an app. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

/** `null` when the browser does not offer it: it cannot, it is installed already, or the person said no. */
export const installOffer = signal<InstallOffer | null>(null);

/** The browser offers it once, early; the page shows it where the person looks for it and never by itself. */
export function keepInstallOffer(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installOffer.value = event as InstallOffer;
  });
  addEventListener("appinstalled", () => {
    installOffer.value = null;
  });
}

/** Called by a click only. An offer can be taken once. */
export async function install(): Promise<void> {
  const offer = installOffer.value;
  installOffer.value = null;
  await offer?.prompt();
}
