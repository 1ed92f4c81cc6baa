// The server's clock as this device knows it, from several ways there and back: the quickest is believed (Cristian, 1989).
import type { Time } from "./wire.ts";

/** An answer is believed for so long: a device's quartz drifts by less than 10 ms meanwhile. */
const HOLDS = 120_000;
/** The own clock stands still while a device sleeps: the two then tell different times. */
const SLEPT = 1_000;
const BURST = 5;
const BETWEEN = 250;
const AGAIN = 20_000;
const LOST = 5_000;

interface Sample {
  readonly offset: number;
  /** There and back, in ms; the error is half of it at most. */
  readonly way: number;
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
  #samples: Sample[] = [];
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
    return this.#samples.length > 0 || this.#assumed !== null;
  }

  /** What the server's clock was to the device's time when it was last known, as long as nothing is heard of it. */
  assume(offset: number): void {
    this.#assumed = offset;
    this.changed();
  }

  /** By how much it may be wrong, in ms. */
  get error(): number {
    return this.#best ? this.#best.way / 2 : Infinity;
  }

  /** Server time minus own time; null until it is known. */
  get offset(): number | null {
    return this.#best?.offset ?? null;
  }

  /** ms since 1970 by the server's clock; by the device's own as long as nothing better is known. */
  now(): number {
    return this.#best ? this.hands.now() + this.#best.offset : this.hands.wall() + (this.#assumed ?? 0);
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
    const way = now - sent;
    if (way >= 0 && way < LOST) {
      const offset = time - (sent + now) / 2;
      const believed = this.#isDoubted ? [] : this.#samples.filter(({ at }) => now - at < HOLDS);
      this.#samples = [...believed, { offset, way, at: now }];
      this.#isDoubted = false;
      this.changed();
    }
    this.#next(BETWEEN);
  }

  /** The page is looked at again: perhaps the device slept. */
  woke(): void {
    this.#lookForSleep();
    if (this.#isDoubted && this.#ask) this.#begin();
  }

  get #best(): Sample | undefined {
    let best: Sample | undefined;
    for (const sample of this.#samples) if (!best || sample.way < best.way) best = sample;
    return best;
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
    this.#cancel();
    this.#next(0);
  }

  /** Ask again soon while the burst lasts, and then now and then; where no answer comes, too. */
  #next(soon: number): void {
    this.#cancel();
    const wait = this.#left > 0 ? soon : AGAIN;
    this.#cancel = this.hands.after(wait, () => {
      this.#lookForSleep();
      if (this.#left <= 0) this.#left = BURST;
      this.#left -= 1;
      this.#ask?.(Math.round(this.hands.now()));
      this.#cancel = this.hands.after(LOST, () => this.#next(0));
    });
  }
}
