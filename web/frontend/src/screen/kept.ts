// What a screen keeps on its device, so that a browser that is started without a network shows the last step again.
// It is the screen's own: one cache for each hall, gone as soon as it is no screen of that hall any more.
import type { Show, Snap } from "../wire.ts";
import { parse } from "../wire.ts";
import type { Tally } from "../tally.ts";
import { KEPT_AT, cacheOf } from "../worker/rules.ts";
import type { Program } from "./program.ts";

/** What moves is written down at most so often. */
const EVERY = 5_000;
/** Whoever waits for this page must not wait for what only the next start may need. */
const LATER = 3_000;
/** What is older is of another evening. */
const HOLDS = 12 * 3_600_000;
const WORKER = "/ecran/sw.js";

/** What was on, and the numbers that were drawn of it. */
export interface Moment {
  /** The server's clock minus the device's time, in ms. */
  readonly offset: number;
  readonly show: Show;
  readonly snaps: readonly Snap[];
}

export interface Memory extends Moment {
  readonly program: Program | null;
}

export class Kept {
  /** Held open: what is under way when it is forgotten ends in a cache that nobody finds. */
  #cache: Promise<Cache> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly hall: string,
    private readonly moment: () => Moment | null,
  ) {}

  /** It is a screen of the hall: keep its page, and what is written below. */
  begin(): void {
    if (!globalThis.caches) return; // not over https, or a window that keeps nothing
    const cache = (this.#cache = caches.open(cacheOf(this.hall)));
    setTimeout(() => void attempt(() => this.#keepPage(cache)), LATER);
    navigator.serviceWorker?.register(WORKER, { updateViaCache: "none" }).catch(() => {});
  }

  forget(): void {
    this.#cache = null;
    void attempt(async () => void (await globalThis.caches?.delete(cacheOf(this.hall))));
  }

  /** A run of show was laid out: it and its pictures, and no others. */
  program(program: Program): void {
    void attempt(async () => {
      const cache = await this.#cache;
      if (!cache) return;
      const pictures = program.steps.flatMap((step) => step.pictures);
      for (const picture of pictures) await attempt(() => addOnce(cache, picture));
      await cache.put(this.#at("deroule"), new Response(JSON.stringify(program)));
      await prune(cache, "/images/", pictures);
    });
  }

  /** What is on has moved, or is known to be so still. */
  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void attempt(() => this.#write());
    }, EVERY);
  }

  /** What was on when the device was last told; null where nothing was kept, or that is long ago. */
  async recall(): Promise<Memory | null> {
    return attempt(async () => {
      const cache = await this.#cache;
      const [moment, program] = await Promise.all([cache?.match(this.#at("moment")), cache?.match(this.#at("deroule"))]);
      return moment ? readMemory(await moment.text(), program ? await program.text() : null, Date.now()) : null;
    });
  }

  async #write(): Promise<void> {
    const [cache, moment] = [await this.#cache, this.moment()];
    if (cache && moment) await cache.put(this.#at("moment"), new Response(writeMoment(moment, Date.now())));
  }

  async #keepPage(opened: Promise<Cache>): Promise<void> {
    const cache = await opened;
    const answer = await fetch(location.pathname, { cache: "no-store" });
    const html = await answer.text();
    const { state, files = "" } = new DOMParser().parseFromString(html, "text/html").body.dataset;
    if (!answer.ok || answer.redirected || state !== "paired") return;
    const needed = files.split(" ").filter(Boolean);
    for (const file of needed) await addOnce(cache, file);
    const headers = new Headers(answer.headers);
    for (const coded of ["content-encoding", "content-length"]) headers.delete(coded);
    headers.set(KEPT_AT, String(Date.now()));
    await cache.put(location.pathname, new Response(html, { headers }));
    await prune(cache, "/static/", needed);
  }

  #at(what: string): string {
    return `/ecran/${this.hall}/${what}`;
  }
}

async function addOnce(cache: Cache, address: string): Promise<void> {
  if (!(await cache.match(address))) await cache.add(address);
}

/** Of what is kept below `folder` only `wanted` stays. */
async function prune(cache: Cache, folder: string, wanted: readonly string[]): Promise<void> {
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith(folder) && !wanted.includes(pathname)) await cache.delete(request);
  }
}

/** Where nothing can be kept, as on a full disk, the screen goes on without. */
async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch {
    return null;
  }
}

// --- as it is written (pure): the wire's own messages, read as the wire's are

export function writeMoment({ offset, show, snaps }: Moment, at: number): string {
  return JSON.stringify({ at, offset, show, snaps: snaps.map((snap) => ({ ...snap, tally: plain(snap.tally) })) });
}

export function readMemory(moment: string, program: string | null, now: number): Memory | null {
  const { at, offset, show, snaps } = JSON.parse(moment) as Record<string, unknown>;
  const isOf = (age: number): boolean => age >= 0 && age < HOLDS;
  const read = again(show);
  if (typeof at !== "number" || typeof offset !== "number" || !isOf(now - at) || read.t !== "show") return null;
  const known = Array.isArray(snaps) ? snaps.map(again).filter((one) => one.t === "snap") : [];
  const laid = program === null ? null : (JSON.parse(program) as Program);
  return { offset, show: read, snaps: known, program: laid?.event === read.event ? laid : null };
}

function again(message: unknown): ReturnType<typeof parse> {
  return parse(JSON.stringify(message));
}

function plain({ voters, headline, series }: Tally): object {
  return { voters, ...headline, series: Object.fromEntries(series) };
}
