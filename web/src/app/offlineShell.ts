import { BASE } from "../relay/base.ts";
import { scriptUrl } from "../workspace/trusted.ts";

/** The service worker keeps the files of the page, so that it opens without the relay, and shows notifications. */
export function keepOfflineShell(): void {
  // Absent over plain http.
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (workers === undefined || !import.meta.env.PROD) return;
  void workers.register(scriptUrl(`${BASE}sw.js`), { scope: BASE }).catch(() => {});
}
