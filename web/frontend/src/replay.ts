// The course of a vote as it was published, and how it stood at any instant of it (pure).
import type { Counts, Tally } from "./tally.ts";

/** When (ms since 1970), plus, minus: the published headline, oldest first. */
export type Moment = readonly [number, number, number];
/** When, which hall, plus, minus: one publication of a hall; null: it publishes nothing any more. */
export type Release = readonly [number, string, number | null, number | null];

export interface Course {
  readonly topic: number;
  readonly from: number;
  readonly until: number;
  readonly moments: readonly Moment[];
  readonly halls: readonly Release[];
}

/** What was published of the vote at `at`; `last` is how it ended, which the course tells in rounded numbers only. */
export function standingAt(course: Course, at: number, last: Tally): Tally {
  if (at >= course.until) return last;
  const told = newest(course.moments, at);
  const headline: Counts = told ? { plus: told[1], minus: told[2] } : { plus: 0, minus: 0 };
  const series = new Map<string, Counts>();
  for (const [when, hall, plus, minus] of course.halls) {
    if (when > at) break;
    if (plus === null || minus === null) series.delete(`hall:${hall}`);
    else series.set(`hall:${hall}`, { plus, minus });
  }
  return { voters: headline.plus + headline.minus, headline, series };
}

/** The instant at a part (0 to 1) of the course. */
export function instantAt(course: Course, part: number): number {
  return course.from + (course.until - course.from) * Math.min(1, Math.max(0, part));
}

/** The part of the course at an instant. */
export function partAt(course: Course, at: number): number {
  const whole = course.until - course.from;
  return whole > 0 ? Math.min(1, Math.max(0, (at - course.from) / whole)) : 1;
}

function newest(moments: readonly Moment[], at: number): Moment | undefined {
  let found: Moment | undefined;
  for (const moment of moments) {
    if (moment[0] > at) break;
    found = moment;
  }
  return found;
}

/** How long a vote that is watched again takes as it is offered, in ms. */
const LASTS = 20_000;

/** Of these speeds the one at which a vote is over in about so long. */
export function fittingSpeed({ from, until }: Course, speeds: readonly number[]): number {
  const off = (speed: number): number => Math.abs(Math.log(Math.max(1, until - from) / speed / LASTS));
  return speeds.reduce((best, speed) => (off(speed) < off(best) ? speed : best));
}
