// The service worker. Files of the build come from the device, pages from the server; where it does not answer soon,
// the last copy of the page, which says that it is one. Whatever is posted, and everything live, passes by it.
import { FILES, KEPT_AT, LONGEST_COPY, MOST_COPIES, PAGES, isDown, isOurs, isOver, isReadable, marked, mayKeep, outdated, plain } from "./rules.ts";
import { fromServer, soon } from "./server.ts";

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: the addresses of its files, and a name that changes with them. */
declare const BUILT: readonly string[];
declare const VERSION: string;

const OFFLINE = "/hors-connexion";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(FILES + VERSION)
      .then((files) => files.addAll([...BUILT, new Request(OFFLINE, { cache: "reload" })]))
      // A waiting worker would leave the old one in charge for as long as any tab stays open.
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(outdated(names, VERSION).map((name) => caches.delete(name))))
      .then(() => self.registration.navigationPreload?.enable())
      .then(() => self.clients.claim()),
  );
});

/** A page that was open before there was a worker asks to be kept, and the two that everybody comes back to. */
self.addEventListener("message", (event) => {
  const opened = new URL(String(event.data), location.origin);
  if (opened.origin !== location.origin) return;
  opened.hash = "";
  const pages = [opened, new URL("/", location.origin), new URL("/mes-votes", location.origin)];
  event.waitUntil(Promise.all(pages.filter(isReadable).map((url) => keepFresh(url))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function page(event: FetchEvent, url: URL): Promise<Response> {
  const fresh = fromServer(event);
  event.waitUntil(fresh.then((answer) => answer && keep(url, answer.clone())).catch(() => undefined));
  const answer = await soon(fresh);
  if (answer && !isDown(answer.status)) return answer;
  const kept = await copy(url);
  if (kept) return kept;
  const late = await fresh;
  if (late && isOurs(late)) return late;
  return (await caches.match(OFFLINE)) ?? late ?? Response.error();
}

async function keepFresh(url: URL): Promise<void> {
  try {
    await keep(url, await fetch(url));
  } catch {
    // without a network there is nothing to keep yet
  }
}

async function keep(url: URL, answer: Response): Promise<void> {
  if (!mayKeep(url, answer)) {
    if (isOver(answer)) await forget(url);
    return;
  }
  const headers = new Headers(answer.headers);
  for (const coded of ["content-encoding", "content-length"]) headers.delete(coded);
  headers.set(KEPT_AT, String(Date.now()));
  const html = await answer.text();
  if (html.length > LONGEST_COPY) return forget(url);
  const pages = await caches.open(PAGES + VERSION);
  await pages.delete(url); // so that it stands last
  await pages.put(url, new Response(html, { headers }));
  const oldest = (await pages.keys()).slice(0, -MOST_COPIES);
  await Promise.all(oldest.map((request) => pages.delete(request)));
}

async function forget(url: URL): Promise<void> {
  for (const name of await copies()) await (await caches.open(name)).delete(url);
}

async function copy(url: URL): Promise<Response | null> {
  for (const name of await copies()) {
    const pages = await caches.open(name);
    const kept = (await pages.match(url)) ?? (await pages.match(plain(url)));
    if (kept) {
      const html = marked(await kept.text(), kept.headers.get(KEPT_AT) ?? "");
      return new Response(html, { headers: kept.headers });
    }
  }
  return null;
}

/** The caches of pages, the newest first. */
async function copies(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(PAGES)).toReversed();
}
