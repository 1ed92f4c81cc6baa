// What this device showed of a topic the last time, so that a list can say what has changed since.
import type { Store } from "./store.ts";
import { read } from "./store.ts";

/** `plus` in whole per cents, null where no ratio was shown. */
export interface Glimpse {
  readonly plus: number | null;
  readonly voters: number;
  /** ms since 1970 */
  readonly at: number;
}

const PREFIX = "imaginest.last.";
/** What is looked at again within this time is still the same visit. */
export const A_VISIT = 30 * 60_000;

/** Two glimpses a topic: of this visit, and of the one before. */
export class Visits {
  constructor(private readonly store: Store) {}

  note(topic: number, glimpse: Glimpse): void {
    const before = this.before(topic, glimpse.at);
    this.store.setItem(PREFIX + topic, JSON.stringify({ before, last: glimpse }));
  }

  /** What was shown when the visit before the one at `now` ended, null where there was none. */
  before(topic: number, now: number): Glimpse | null {
    const entry = read(this.store, PREFIX + topic);
    const last = glimpseOf(entry?.last);
    return last && now - last.at > A_VISIT ? last : glimpseOf(entry?.before);
  }
}

function glimpseOf(value: unknown): Glimpse | null {
  const { plus, voters, at } = (value ?? {}) as Partial<Glimpse>;
  if (!Number.isSafeInteger(voters) || !Number.isSafeInteger(at)) return null;
  return { plus: Number.isSafeInteger(plus) ? (plus as number) : null, voters: voters as number, at: at as number };
}
