// The service worker of the halls' screens, and of nothing else. It keeps nothing: a screen keeps its own page and what
// is needed for it (screen/kept.ts); here that is found by a browser that is started while the network is away.
import { KEPT_AT, cacheOf, hallOf, isDown, isNamedByContent, marked } from "./rules.ts";
import { fromServer, soon } from "./server.ts";

declare const self: ServiceWorkerGlobalScope;

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([self.registration.navigationPreload?.enable(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const hall = hallOf(url);
  if (request.mode === "navigate" && hall !== null) event.respondWith(page(event, hall));
  else if (isNamedByContent(url)) event.respondWith(file(request));
});

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/** The page as the server has it; where it does not answer, the one that was kept, which says so. */
async function page(event: FetchEvent, hall: string): Promise<Response> {
  const fresh = fromServer(event);
  event.waitUntil(fresh);
  const answer = await soon(fresh);
  if (answer?.status === 404) await caches.delete(cacheOf(hall)); // there is no such hall any more
  if (answer && !isDown(answer.status)) return answer;
  const kept = await caches.match(`/ecran/${hall}`, { cacheName: cacheOf(hall), ignoreVary: true });
  if (!kept) return (await fresh) ?? Response.error();
  const html = marked(await kept.text(), kept.headers.get(KEPT_AT) ?? "");
  return new Response(html, { headers: kept.headers });
}
