// Which of several texts is liked best (pure): the same rule as the server's realtime/ranking.py, where its source is.
import type { Counts } from "./tally.ts";

/** 95 % confidence. */
const Z = 1.959963984540054;

export interface Contender {
  /** The smaller, the older. */
  readonly id: number;
  readonly counts: Counts;
}

/** The lower bound of Wilson's score interval for the share of plus; 0 where nobody voted plus. */
export function wilson({ plus, minus }: Counts): number {
  const n = plus + minus;
  if (!plus) return 0;
  const p = plus / n;
  const z2 = Z * Z;
  return (p + z2 / (2 * n) - Z * Math.sqrt((p * (1 - p) + z2 / (4 * n)) / n)) / (1 + z2 / n);
}

/** By that bound; of equals those with fewer minus first, then the older. */
export function bestFirst<T extends Contender>(contenders: readonly T[]): T[] {
  return contenders.toSorted(
    (a, b) => wilson(b.counts) - wilson(a.counts) || a.counts.minus - b.counts.minus || a.id - b.id,
  );
}
