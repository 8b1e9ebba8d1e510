import assert from "node:assert/strict";
import { loadavg } from "node:os";

/** Lighthouse's slow 4G, which a phone may get on its way. */
const SLOW_NETWORK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
/** The browser names a larger paint after the fact; this long after the list nothing larger comes. */
const SETTLING_MS = 300;

/**
 * How long a person who is signed in waits for the list of machines, by the browser's own clock: from the start of the
 * navigation to its first and largest contentful paint, and until the list is drawn and the page has time for a click.
 * Each load has a page of its own. Printed are the fastest, the median and the slowest.
 *
 * @param {import("playwright-core").BrowserContext} context signed in, with no other page that does something
 * @param {string} address of the list
 * @param {number} loads of each kind
 */
export async function measureOpening(context, address, loads) {
  if (loads === 0) return;
  const { origin } = new URL(address);
  await keepFiles(context, address);
  // First the kept ones: they also make the browser ready for the page's code.
  const kept = await several(loads, () => load(context, address, async () => {}));
  const empty = (network) => (devtools) => forget(devtools, origin, network);
  const first = await several(loads, () => load(context, address, empty(null)));
  const slow = await several(loads, () => load(context, address, empty(SLOW_NETWORK)));
  for (const one of [...first, ...slow]) assert.ok(one.files > 50_000 && !one.worker, "with an empty cache everything comes from the relay");
  for (const one of kept) assert.ok(one.files === 0 && one.worker, "the service worker has the files of the page");
  print("an empty cache", first);
  print("an empty cache, slow 4G", slow);
  print("the service worker", kept);
}

async function several(times, work) {
  const all = [];
  for (let time = 0; time < times; time++) all.push(await work());
  return all;
}

/** Opens the page until its service worker has put away all files. */
async function keepFiles(context, address) {
  const page = await context.newPage();
  await page.goto(address);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await page.close();
}

/** Only the account stays, which lies in the database. */
async function forget(devtools, origin, network) {
  await devtools.send("Network.enable");
  await devtools.send("Network.clearBrowserCache");
  await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "cache_storage,service_workers" });
  if (network !== null) await devtools.send("Network.emulateNetworkConditions", network);
}

async function load(context, address, prepare) {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await prepare(devtools);
  await page.addInitScript(watch);
  await page.goto(address, { waitUntil: "commit" });
  const usable = page.waitForFunction(() => globalThis.opening.usable !== null, undefined, { timeout: 60_000 });
  await usable.catch(async () => assert.fail(`the list is shown, not: ${await page.locator("body").innerText()}`));
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  await page.waitForTimeout(SETTLING_MS);
  const found = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType("navigation");
    const resources = performance.getEntriesByType("resource");
    const received = (entries) => entries.reduce((sum, { transferSize }) => sum + transferSize, 0);
    return {
      ...globalThis.opening,
      first: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      files: received(resources.filter(({ name }) => name.includes("/assets/"))),
      received: received([navigation, ...resources]),
      worker: navigator.serviceWorker.controller !== null && navigation.workerStart > 0,
    };
  });
  await page.close();
  return found;
}

/** Runs in the page before anything else. */
function watch() {
  const opening = { largest: 0, listed: null, usable: null };
  globalThis.opening = opening;
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) opening.largest = startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  const observer = new MutationObserver(() => {
    if (opening.listed !== null || document.querySelector("[data-machine]") === null) return;
    observer.disconnect();
    opening.listed = performance.now();
    // After the picture with the list in it, when the page is free to do what a click asks for.
    requestAnimationFrame(() => setTimeout(() => (opening.usable = performance.now())));
  });
  observer.observe(document, { childList: true, subtree: true });
}

function print(with_, loads) {
  const spread = (of) => {
    const sorted = loads.map(of).sort((a, b) => a - b);
    return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map(Math.round).join(" / ");
  };
  console.log(
    `load: machines opened with ${with_}, ${loads.length} loads, min / median / max: first contentful paint ${spread(({ first }) => first)} ms, ` +
      `largest ${spread(({ largest }) => largest)} ms, list can be used ${spread(({ usable }) => usable)} ms, ` +
      `files received ${spread(({ files }) => files / 1_000)} kB of ${spread(({ received }) => received / 1_000)} kB in all, load ${loadavg()[0].toFixed(1)}`,
  );
}
