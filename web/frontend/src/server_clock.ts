// The server's clock as this device knows it. Every way there and back leaves its time between two bounds (it was told
// after the question was sent, and before the answer came); all of them together leave less (Marzullo, 1984).
import type { Time } from "./wire.ts";

/** An answer is believed for so long: a device's quartz drifts by less than 10 ms meanwhile. */
const HOLDS = 120_000;
/** The own clock stands still while a device sleeps: the two then tell different times. */
const SLEPT = 1_000;
const BURST = 5;
const BETWEEN = 250;
const AGAIN = 20_000;
/** An answer that took longer tells nothing; as long as there is none, it is asked again so often. */
const LOST = 5_000;
/** Two devices that are each wrong by this much act within a tenth of a second. */
const GOOD = 40;
/** So many answers are awaited where the network is so slow that a few of them may be wrong by more. */
const MANY = 16;
/** Instants are told in whole milliseconds. */
const WHOLE = 1;

/** The server's clock minus the own one is not less than `least` and not more than `most`, in ms. */
interface Bounds {
  readonly least: number;
  readonly most: number;
}

interface Sample extends Bounds {
  readonly at: number;
}

export interface Hands {
  /** Monotonic milliseconds, which a change of the device's time does not move. */
  now(): number;
  /** The device's own time, however wrong, to notice that it slept. */
  wall(): number;
  after(milliseconds: number, call: () => void): () => void;
}

export class ServerClock {
  #samples: readonly Sample[] = [];
  #bounds = within([]);
  #drift: number;
  #assumed: number | null = null;
  #isDoubted = false;
  #ask: ((sent: number) => boolean) | null = null;
  #left = 0;
  #cancel = (): void => {};

  constructor(
    private readonly hands: Hands,
    private readonly changed: () => void = () => {},
  ) {
    this.#drift = hands.wall() - hands.now();
  }

  get isKnown(): boolean {
    return this.#isTold || this.#assumed !== null;
  }

  /** What the server's clock was to the device's time when it was last known, as long as nothing is heard of it. */
  assume(offset: number): void {
    this.#assumed = offset;
    this.changed();
  }

  /** By how much it may be wrong, in ms. */
  get error(): number {
    return (this.#bounds.most - this.#bounds.least) / 2;
  }

  /** Server time minus own time; null until it is known. */
  get offset(): number | null {
    return this.#isTold ? (this.#bounds.least + this.#bounds.most) / 2 : null;
  }

  /** ms since 1970 by the server's clock; by the device's own as long as nothing better is known. */
  now(): number {
    const { offset } = this;
    return offset === null ? this.hands.wall() + (this.#assumed ?? 0) : this.hands.now() + offset;
  }

  /** The connection was opened: `ask` sends a `clock` with what the own clock says. */
  opened(ask: (sent: number) => boolean): void {
    this.#ask = ask;
    this.#begin();
  }

  lost(): void {
    this.#ask = null;
    this.#cancel();
  }

  /** The answer of the server; one that took unbelievably long, or answers nothing, is passed over. */
  take({ sent, time }: Time): void {
    this.#lookForSleep();
    const now = this.hands.now();
    if (now < sent || now - sent >= LOST) return;
    const told = { least: time - now - WHOLE, most: time - sent + WHOLE, at: now };
    const believed = this.#isDoubted ? [] : this.#samples.filter(({ at }) => now - at < HOLDS);
    // Where it contradicts them, one of the clocks was set, or drifted by more than the network hides: it is newer.
    this.#samples = agree(within(believed), told) ? [...believed, told] : [told];
    this.#bounds = within(this.#samples);
    this.#isDoubted = false;
    this.changed();
  }

  /** The page is looked at again: perhaps the device slept. */
  woke(): void {
    this.#lookForSleep();
    if (this.#isDoubted && this.#ask) this.#begin();
  }

  /** Perhaps the own clock stood still, perhaps only the device's time was set: believed until the next answer. */
  #lookForSleep(): void {
    const drift = this.hands.wall() - this.hands.now();
    if (Math.abs(drift - this.#drift) > SLEPT) {
      this.#isDoubted = true;
      this.#left = BURST;
    }
    this.#drift = drift;
  }

  #begin(): void {
    this.#left = BURST;
    this.#next(0);
  }

  /** Ask soon while the burst lasts, without waiting for what is on its way, and then now and then. */
  #next(wait: number): void {
    this.#cancel();
    this.#cancel = this.hands.after(wait, () => {
      this.#lookForSleep();
      this.#left = (this.#left > 0 ? this.#left : BURST) - 1;
      this.#ask?.(Math.round(this.hands.now()));
      this.#next(this.#left > 0 || this.#isVague ? BETWEEN : this.#isTold ? AGAIN : LOST);
    });
  }

  get #isTold(): boolean {
    return this.#samples.length > 0;
  }

  get #isVague(): boolean {
    return this.#isTold && this.error > GOOD && this.#samples.length < MANY;
  }
}

function within(samples: readonly Bounds[]): Bounds {
  return {
    least: Math.max(...samples.map(({ least }) => least)),
    most: Math.min(...samples.map(({ most }) => most)),
  };
}

function agree(a: Bounds, b: Bounds): boolean {
  return a.least <= b.most && b.least <= a.most;
}
