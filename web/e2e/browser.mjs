import { chromium } from "playwright-core";

/** A name that leads to this computer but is not a loopback name, to see the page as over plain http from afar. */
export const REMOTE_NAME = "relay.example";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--host-resolver-rules=MAP ${REMOTE_NAME} 127.0.0.1`,
];

/** @param {string} executablePath */
export function launch(executablePath) {
  return chromium.launch({ executablePath, args: FLAGS, headless: true });
}

/** What Chromium itself writes about things that the test does on purpose; it says nothing about the page. */
const HARMLESS = [
  /^The Cross-Origin-Opener-Policy header has been ignored/, // over plain http
  /net::ERR_INTERNET_DISCONNECTED/, // network switched off
  /WebSocket is already in CLOSING or CLOSED state/, // something was written while the connection broke off
  /net::ERR_CONNECTION_(REFUSED|RESET|CLOSED)|net::ERR_EMPTY_RESPONSE/, // relay killed
  /status of 404 .*|status of 409/, // a message to a session that was deleted meanwhile
  /^Failed to load resource: .* 401 /, // sign-in revoked
];

/** How many times slower than this computer the pages are to run, to see what a slow one shows: `E2E_SLOWER=6`. */
export const SLOWER = Number(process.env.E2E_SLOWER ?? 1);

/**
 * A new page that collects what must not happen: errors, violations of the content security policy (both arrive on
 * the console) and requests to any other place than the relay.
 *
 * @param {import("playwright-core").BrowserContext} context
 * @param {string[]} faults
 * @returns {Promise<import("playwright-core").Page>}
 */
export async function watchedPage(context, faults) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000 * SLOWER);
  if (SLOWER > 1) {
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  }
  let origin = null;
  page.on("framenavigated", (frame) => {
    if (frame === page.mainFrame() && frame.url().startsWith("http")) origin = new URL(frame.url()).host;
  });
  page.on("pageerror", (error) => faults.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !HARMLESS.some((known) => known.test(message.text()))) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (["data:", "blob:"].includes(url.protocol)) return;
    if (origin !== null && !request.isNavigationRequest() && url.host !== origin) {
      faults.push(`request to another place: ${url.host}`);
    }
  });
  return page;
}
