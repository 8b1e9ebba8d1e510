/*
 * Keeps the files of the page, so that it opens without the relay, and shows notifications while no page is open.
 * It never keeps an answer of the API, a key or a message.
 */
const BUILD = "__BUILD__";
const CACHE = `roosthold-${BUILD}`;
/** All parts of the page, written here by the build: also those that were never used shall open without the relay. */
const FILES = ["__FILES__"];
const BASE = new URL("./", self.location.href).pathname;

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

/** The start page and all its parts. One that does not come is kept when it is first used. */
async function fill() {
  const cache = await caches.open(CACHE);
  const response = await fetch(BASE, { cache: "no-cache", headers: { Accept: "text/html" } });
  if (!response.ok) return;
  await cache.put(BASE, response);
  await Promise.all(FILES.map((file) => cache.add(BASE + file).catch(() => {})));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(BASE)) return;
  const path = url.pathname.slice(BASE.length);
  if (request.mode === "navigate" && !/^(v1|v2|v3|files|health|metrics)(\/|$)/.test(path)) {
    event.respondWith(page(request, path));
  } else if (path.startsWith("assets/")) {
    // Their names carry a hash of what is in them: one that is kept is right.
    event.respondWith(kept(request));
  }
});

async function page(request, path) {
  try {
    const response = await fetch(request);
    // A relay that is being restarted may answer through its proxy with an error.
    if (response.status < 500) {
      if (response.ok && path === "") void caches.open(CACHE).then((cache) => cache.put(BASE, response.clone()));
      return response;
    }
  } catch {
    // No relay: the kept page.
  }
  const start = await caches.match(BASE);
  if (start === undefined) return Response.error();
  const depth = path.split("/").length;
  if (depth === 1) return start;
  // Names of files are relative to the address, one folder up for each further part of it.
  const text = (await start.text()).replaceAll('"./', `"${"../".repeat(depth - 1)}`);
  return new Response(text, { headers: start.headers });
}

async function kept(request) {
  const known = await caches.match(request);
  if (known !== undefined) return known;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(request, response.clone());
  }
  return response;
}

self.addEventListener("push", (event) => {
  event.waitUntil(notify(event.data));
});

async function notify(data) {
  let told = {};
  try {
    told = data?.json() ?? {};
  } catch {
    // Shown without words of its own.
  }
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // Who looks at a page sees it there.
  if (pages.some((one) => one.visibilityState === "visible" && one.focused)) return;
  const sessionId = typeof told.data?.sessionId === "string" ? told.data.sessionId : "";
  await self.registration.showNotification(String(told.title ?? "An agent needs you"), {
    body: String(told.body ?? ""),
    icon: `${BASE}icon-192.png`,
    badge: `${BASE}icon-192.png`,
    tag: sessionId,
    data: { sessionId },
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const sessionId = event.notification.data?.sessionId ?? "";
  const address = BASE + (/^[\w-]+$/.test(sessionId) ? `sessions/${sessionId}` : "sessions");
  event.waitUntil(open(address));
});

async function open(address) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const one of pages) {
    if (!new URL(one.url).pathname.startsWith(BASE)) continue;
    const shown = await one.focus();
    await shown.navigate(address).catch(() => {});
    return;
  }
  await self.clients.openWindow(address);
}
