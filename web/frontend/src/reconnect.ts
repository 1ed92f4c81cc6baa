// When to come back after a connection was lost (pure; times in milliseconds).

export const SHORTEST = 500;
export const LONGEST = 20_000;
/** How much longer than the ping interval a silent connection is believed. */
export const PATIENCE = 10_000;
/** A connection that lasted this long was a good one: the next attempt is a first one again. */
export const STEADY = 10_000;

/** Full jitter: anywhere between the shortest wait and a bound that doubles with each attempt from 0, up to `longest`. */
export function waitBefore(attempt: number, random: number, longest = LONGEST): number {
  const bound = Math.min(longest, SHORTEST * 2 ** (attempt + 1));
  return SHORTEST + random * (bound - SHORTEST);
}

/** Closing codes 4500–4999 are final, everything else (4000–4499, 1001, 1006, 1012, …) comes back. */
export function comesBack(code: number): boolean {
  return code < 4500 || code > 4999;
}
