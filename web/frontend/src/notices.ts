// What staff have switched for everybody: told where it matters, and nothing that a thumb is about to press moves.
import type { Banner, Fresh, Notice } from "./wire.ts";

/** Where nothing was told so long after a greeting, nothing is switched on. */
const SILENCE = 1_000;
const LONGEST_TIMER = 2 ** 31 - 1;

export interface NoticePlaces {
  banner(banner: Banner | null): void;
  posting(why: string | null): void;
  paused(topics: ReadonlyMap<number, string>): void;
  /** What has opened lately; what was told stays until it is closed. */
  fresh(fresh: readonly Fresh[]): void;
}

export interface NoticeTime {
  /** By the server's clock, in ms since 1970. */
  now(): number;
  after(milliseconds: number, call: () => void): () => void;
}

type Switched = Omit<Notice, "t" | "number">;

const QUIET: Switched = { posting: null, banner: null, paused: new Map() };

export class Notices {
  #switched: Switched | null = null;
  #cancelSilence = (): void => {};
  #cancelEnd = (): void => {};

  constructor(
    private readonly places: NoticePlaces,
    private readonly time: NoticeTime,
  ) {}

  /** The server greeted: what is switched on follows at once. */
  opened(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.time.after(SILENCE, () => this.#show(QUIET));
  }

  lost(): void {
    this.#cancelSilence();
  }

  take(notice: Notice): void {
    this.#cancelSilence();
    this.#show(notice);
  }

  /** More topics came onto the page. */
  again(): void {
    if (this.#switched) this.#show(this.#switched);
  }

  #show(switched: Switched): void {
    this.#switched = switched;
    this.places.posting(switched.posting);
    this.places.paused(switched.paused);
    if (switched.fresh) this.places.fresh(switched.fresh);
    this.#showBanner(switched.banner);
  }

  #showBanner(banner: Banner | null): void {
    this.#cancelEnd();
    const left = banner?.until ? banner.until - this.time.now() : Infinity;
    if (left <= 0) return this.places.banner(null);
    this.places.banner(banner);
    if (left === Infinity) return;
    this.#cancelEnd = this.time.after(Math.min(left, LONGEST_TIMER), () => this.#showBanner(banner));
  }
}
