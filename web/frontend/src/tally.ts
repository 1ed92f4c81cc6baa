// Public tallies and their versions (pure): the same rules as the server's realtime/delta.py.

/** [epoch, number]; a database that is restored begins a higher epoch. */
export type Version = readonly [number, number];

export type Sign = -1 | 0 | 1;

export interface Counts {
  readonly plus: number;
  readonly minus: number;
}

/** `headline` is null for whoever may not see results yet; a series that publishes nothing is absent. */
export interface Tally {
  readonly voters: number;
  readonly headline: Counts | null;
  readonly series: ReadonlyMap<string, Counts>;
}

/** New values of what changed; a series of null publishes nothing any more. */
export interface Changes {
  readonly plus?: number;
  readonly minus?: number;
  readonly voters?: number;
  readonly series?: ReadonlyMap<string, Counts | null>;
}

/** What is known of a topic; the tally is null until a snapshot came. */
export interface Known {
  readonly version: Version | null;
  readonly tally: Tally | null;
}

/** Negative where `a` is older than `b`, 0 where they are the same. */
export function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1];
}

export function isHidden(tally: Tally): boolean {
  return tally.headline === null;
}

/** `old` with the counters of `changes`. */
export function apply(old: Tally, changes: Changes): Tally {
  const series = new Map(old.series);
  for (const [key, counts] of changes.series ?? []) {
    if (counts === null) series.delete(key);
    else series.set(key, counts);
  }
  return {
    voters: changes.voters ?? old.voters,
    headline: old.headline && {
      plus: changes.plus ?? old.headline.plus,
      minus: changes.minus ?? old.headline.minus,
    },
    series,
  };
}

/** What is known after a delta: the same value where it is older, "gap" where something is missing between. */
export function afterDelta(known: Known, base: Version, version: Version, changes: Changes): Known | "gap" {
  if (known.version === null || known.tally === null) return "gap";
  if (compare(version, known.version) <= 0) return known;
  if (compare(base, known.version) !== 0) return "gap";
  return { version, tally: apply(known.tally, changes) };
}

/**
 * What is known after a snapshot: the same value where it is older.
 *
 * One exception: results that were hidden until now are taken even from an older version. The page may have been
 * drawn from a newer one than the node had sent, and without them nothing could be shown until the next change.
 */
export function afterSnap(known: Known, version: Version, tally: Tally): Known {
  if (known.version === null || known.tally === null) return { version, tally };
  const order = compare(version, known.version);
  const reveals = isHidden(known.tally) && !isHidden(tally) && version[0] === known.version[0];
  return order >= 0 || reveals ? { version, tally } : known;
}

/** `tally` as it will be once a voter has gone from `from` (null: no ballot yet) to `to`. */
export function project(tally: Tally, from: Sign | null, to: Sign): Tally {
  const count = (sign: Sign | null, of: Sign): number => (sign === of ? 1 : 0);
  const voters = tally.voters + (to === 0 ? 0 : 1) - (from === null || from === 0 ? 0 : 1);
  const headline = tally.headline && {
    plus: Math.max(0, tally.headline.plus + count(to, 1) - count(from, 1)),
    minus: Math.max(0, tally.headline.minus + count(to, -1) - count(from, -1)),
  };
  return { voters: Math.max(0, voters), headline, series: tally.series };
}

/** Whether `now` shows the move of one voter that was expected of `before`. */
export function shows(before: Tally, now: Tally, from: Sign | null, to: Sign): boolean {
  const expected = project(before, from, to);
  if (before.headline === null || now.headline === null || expected.headline === null) {
    return Math.sign(now.voters - before.voters) === Math.sign(expected.voters - before.voters);
  }
  const moved = (key: "plus" | "minus"): boolean => {
    const step = expected.headline![key] - before.headline![key];
    return step === 0 || Math.sign(now.headline![key] - before.headline![key]) === step;
  };
  return moved("plus") && moved("minus");
}
