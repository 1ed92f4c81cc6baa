// The server's time, and how long a vote still lasts: the same rules as web/citizen/time_left.py.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface TimeLeft {
  readonly phrase: string;
  readonly n?: number;
}

/** The largest whole unit, rounded down: nobody should come too late. */
export function timeLeft(closes: number, now: number): TimeLeft {
  const span = closes - now;
  if (span <= 0) return { phrase: "closed" };
  if (span >= DAY) return { phrase: "days", n: Math.floor(span / DAY) };
  if (span >= HOUR) return { phrase: "hours", n: Math.floor(span / HOUR) };
  if (span >= MINUTE) return { phrase: "minutes", n: Math.floor(span / MINUTE) };
  return { phrase: "moments" };
}

export class Clock {
  #offset = 0;

  constructor(private readonly wall: () => number) {}

  /** The server said that it is `time`, in milliseconds since 1970. */
  set(time: number): void {
    this.#offset = time - this.wall();
  }

  now(): number {
    return this.wall() + this.#offset;
  }
}
