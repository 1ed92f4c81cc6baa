// What the service worker keeps and for how long (pure).

/** How long a page may take before its last copy is shown instead. */
export const PATIENCE = 3_000;
/** Copies of pages; the oldest give way. */
export const MOST_COPIES = 40;
/** Characters of a page. */
export const LONGEST_COPY = 1_000_000;

export const FILES = "imaginest-files-";
export const PAGES = "imaginest-pages-";
/** What the screen of one hall keeps of itself. */
export const SCREEN = "imaginest-screen-";
/** When the server made what is kept, in ms since 1970. */
export const KEPT_AT = "x-kept-at";

/** Citizens' reading pages, and nothing that anybody wrote in confidence or that belongs to staff. */
const READABLE =
  /^\/(?:sujets\/\d+(?:\/arguments)?|campagnes\/\d+|mes-votes|mes-idees|reponses|statistiques(?:\/representativite)?|comment-ca-marche)?$/;

/** Only such a page is asked for to be kept: between two people a kiosk's own page forgets whoever asks for it. */
export function isReadable(url: URL): boolean {
  return READABLE.test(url.pathname) && /^(?:\?page=\d+)?$/.test(url.search);
}

export function mayKeep(url: URL, answer: { ok: boolean; redirected: boolean; headers: Headers }): boolean {
  return (
    answer.ok &&
    !answer.redirected &&
    isReadable(url) &&
    (answer.headers.get("content-type") ?? "").startsWith("text/html") &&
    !forbids(answer.headers)
  );
}

function forbids(headers: Headers): boolean {
  return /\bno-store\b/.test(headers.get("cache-control") ?? "");
}

/** The server wants no copy of it, or has taken the page away: a copy of another day goes as well. */
export function isOver({ status, headers }: { status: number; headers: Headers }): boolean {
  return forbids(headers) || status === 403 || status === 404 || status === 410;
}

/** A topic is the same page however one was led to it. */
export function plain(url: URL): string {
  return url.pathname.startsWith("/sujets/") ? url.origin + url.pathname : url.href;
}

/** Something between us and the server, or the server's database, is down: what was read last says more. */
export function isDown(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

/** Said by our server, not by something in between that did not reach it: what is down tells so in our words. */
export function isOurs({ status, headers }: { status: number; headers: Headers }): boolean {
  return !isDown(status) || headers.has("content-security-policy");
}

/** The page tells by itself that it is a copy, and of when. */
export function marked(html: string, keptAt: string): string {
  return html.replace("<body ", `<body data-copied="${keptAt.replace(/\D/g, "")}" `);
}

export function cacheOf(hall: string): string {
  return SCREEN + hall;
}

/** The hall whose screen a page is, null where it is none. */
export function hallOf({ pathname }: URL): string | null {
  return /^\/ecran\/([a-z0-9-]{1,20})$/.exec(pathname)?.[1] ?? null;
}

/** What is named by what is in it, so that what is kept needs not be asked for again. */
export function isNamedByContent({ pathname }: URL): boolean {
  return pathname.startsWith("/static/") || pathname.startsWith("/images/");
}

/** Of all caches those that go when `version` begins: all but its own and, for copies that need its files, the last. */
export function outdated(names: readonly string[], version: string): string[] {
  return [FILES, PAGES].flatMap((kind) => {
    const others = names.filter((name) => name.startsWith(kind) && name !== kind + version);
    return others.slice(0, -1);
  });
}
