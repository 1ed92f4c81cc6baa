// Which of the live doors to use: the best that works here, remembered for some hours (pure but for its shelf).
import type { Shelf } from "./pending.ts";

/** A websocket, server-sent events, or polls that wait. */
export type Door = "socket" | "events" | "poll";

/** From best to worst; after the last comes the first again. */
const DOORS: readonly Door[] = ["socket", "events", "poll"];
export const BEST: Door = "socket";

/** Attempts in a row without a hello after which the next door is tried; one that opened and stayed silent is enough. */
const TRIES = 2;
/** A door that has opened on this page before is shut for other reasons: the server restarts, the network is away. */
const TRIES_OF_A_GOOD_ONE = 5;
/** For so long a page that comes later begins with the door that worked. */
const REMEMBERED = 4 * 3_600_000;
/** How long until the best door is tried again, and how long where it was open before. */
const BEST_AGAIN = 10 * 60_000;
const GOOD_AGAIN = 60_000;
/** How long where another door was shut as well: it was the network that was away, and now it is there. */
const BACK_AGAIN = 1_000;

const KEY = "imaginest.door";

export class Doors {
  #door: Door;
  #failures = 0;
  readonly #good = new Set<Door>();
  /** Those that failed since one opened. */
  readonly #shut = new Set<Door>();
  #isBack = false;

  /** `wall` gives milliseconds since 1970; the shelf outlives the page. */
  constructor(
    private readonly shelf: Shelf,
    private readonly wall: () => number,
  ) {
    this.#door = this.#remembered() ?? BEST;
  }

  /** The door to try next, or the one that is open. */
  get door(): Door {
    return this.#door;
  }

  /** Milliseconds until the best door is worth another try. */
  get patience(): number {
    if (!this.#good.has(BEST)) return BEST_AGAIN;
    return this.#isBack ? BACK_AGAIN : GOOD_AGAIN;
  }

  /** The best door is tried beside the one that is open. */
  tried(): void {
    this.#isBack = false;
  }

  /** The server said hello through this door. */
  opened(door: Door): void {
    this.#door = door;
    this.#failures = 0;
    this.#isBack = this.#shut.size > 1;
    this.#shut.clear();
    this.#good.add(door);
    this.#remember(door);
  }

  /** An attempt ended without a hello; `silent` where it was not even refused. */
  failed(silent: boolean): void {
    this.#failures += 1;
    this.#shut.add(this.#door);
    const tries = this.#good.has(this.#door) ? TRIES_OF_A_GOOD_ONE : silent ? 1 : TRIES;
    if (this.#failures < tries) return;
    this.#failures = 0;
    this.#door = DOORS[(DOORS.indexOf(this.#door) + 1) % DOORS.length] ?? BEST;
  }

  #remembered(): Door | null {
    try {
      const { door, until } = JSON.parse(this.shelf.getItem(KEY) ?? "{}") as { door?: Door; until?: number };
      const left = Number(until) - this.wall();
      return door && DOORS.includes(door) && left > 0 && left <= REMEMBERED ? door : null;
    } catch {
      return null;
    }
  }

  #remember(door: Door): void {
    if (door === BEST && this.#remembered() === null) return;
    try {
      this.shelf.setItem(KEY, JSON.stringify(door === BEST ? {} : { door, until: this.wall() + REMEMBERED }));
    } catch {
      // A full or forbidden storage only means that the next page tries the best door first.
    }
  }
}
