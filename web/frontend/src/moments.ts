// A topic's public headline over time, and how it is drawn (pure): the same rules as web/citizen/timeline.py.
import { share } from "./share.ts";

/** [ms since 1970, plus, minus] */
export type Moment = readonly [number, number, number];

const WIDTH = 600;
const HEIGHT = 200;
/** How high the quiet area of voters reaches at most, as a part of the drawing. */
const AREA_PART = 0.4;
/** Live points are no closer than this part of the whole: more could not be seen. */
const FINEST = 1 / 300;
const MINUTE = 60_000;
/** Rows of the table behind the drawing. */
const MOST_ROWS = 12;

/** `past` with one more moment, never before the last one; a last one that is very near gives way to it. */
export function extended(past: readonly Moment[], [time, plus, minus]: Moment): Moment[] {
  const last = past.at(-1)?.[0] ?? time;
  const at = Math.max(time, last);
  const span = at - (past[0]?.[0] ?? at);
  const beforeLast = past.at(-2)?.[0];
  const crowded = beforeLast === undefined ? at === last : at - beforeLast < span * FINEST || at === last;
  return [...(crowded ? past.slice(0, -1) : past), [at, plus, minus]];
}

/** SVG points of the ratio's line and of the voters' area. */
export function drawing(moments: readonly Moment[]): { line: string; area: string } {
  const first = moments[0]?.[0] ?? 0;
  const span = (moments.at(-1)?.[0] ?? 0) - first || 1;
  const most = Math.max(1, ...moments.map(([, plus, minus]) => plus + minus));
  const x = (at: number): number => tenth(((at - first) / span) * WIDTH);
  const line = moments.map(([at, plus, minus]) => `${x(at)},${tenth((1 - share({ plus, minus }).ratio) * HEIGHT)}`);
  const tops = moments.map(([at, plus, minus]) => {
    return `${x(at)},${tenth(HEIGHT - ((plus + minus) / most) * HEIGHT * AREA_PART)}`;
  });
  return { line: line.join(" "), area: [`0,${HEIGHT}`, ...tops, `${WIDTH},${HEIGHT}`].join(" ") };
}

/** Where a step stands in the drawing, as an SVG path. */
export function stepPath(moments: readonly Moment[], at: number): string {
  const first = moments[0]?.[0] ?? 0;
  const span = (moments.at(-1)?.[0] ?? 0) - first || 1;
  return `M${tenth(((at - first) / span) * WIDTH)} 0V${HEIGHT}`;
}

/** The moments of the table, the newest first. */
export function rows(moments: readonly Moment[]): Moment[] {
  const step = Math.ceil(moments.length / MOST_ROWS);
  return moments.toReversed().filter((_, i) => i % step === 0);
}

/** Whether the table's instants need seconds, so that no two of them read alike. */
export function inSeconds(moments: readonly Moment[]): boolean {
  const instants = new Set(rows(moments).map(([at]) => at));
  return new Set([...instants].map((at) => Math.floor(at / MINUTE))).size < instants.size;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
