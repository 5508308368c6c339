// Keeps the app's own files for the days without a network. One cache for each build: a page gets all its files from one
// build, and an update waits until no page of the old one is open, so that no form is interrupted.
const BUILD = "MAYDAN_BUILD";
const FILES = ["MAYDAN_FILES"];
const CACHE = `maydan-${BUILD}`;

self.addEventListener("install", (event) => {
  const requests = ["./", ...FILES.filter((file) => file !== "sw.js")].map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

self.addEventListener("activate", (event) => {
  const clean = async () => {
    for (const name of await caches.keys()) if (name.startsWith("maydan-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

// The page asks for this when the person agrees to reload.
self.addEventListener("message", (event) => {
  if (event.data === "update") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const ours = url.origin === self.location.origin && event.request.method === "GET";
  if (!ours || url.pathname.startsWith("/v1/") || url.pathname === "/healthz" || url.pathname === "/readyz") return;
  const answer = async () => {
    const cache = await caches.open(CACHE);
    const path = event.request.mode === "navigate" ? "./" : event.request;
    return (await cache.match(path, { ignoreSearch: true })) ?? fetch(event.request);
  };
  event.respondWith(answer());
});
