// What counts look like (pure): the same rules as the server's web/citizen/weather.py.
import type { Counts } from "./tally.ts";

/** Voters under which there is no weather yet. */
export const FOG_UNDER = 30;
/** Voters from which the gauge shows a ratio; under it, fog instead of a false precision. */
export const GAUGE_FROM = 10;
const STEEPEST = 4;

export type Weather = "sun" | "bright" | "clouds" | "rain" | "storm" | "fog";

/** Whole per cents that make 100, the ratio of plus, and the horizon's lean in degrees. */
export interface Share {
  readonly plus: number;
  readonly minus: number;
  readonly ratio: number;
  readonly lean: number;
}

/** Nobody yet counts as half and half: the horizon is level. */
export function share({ plus, minus }: Counts): Share {
  const voters = plus + minus;
  const percent = voters ? Math.floor((200 * plus + voters) / (2 * voters)) : 50;
  const ratio = voters ? Math.floor((20_000 * plus + voters) / (2 * voters)) / 1e4 : 0.5;
  return { plus: percent, minus: 100 - percent, ratio, lean: leanOf(ratio) };
}

/** How a horizon of this ratio leans, in degrees. */
export function leanOf(ratio: number): number {
  return Math.round((0.5 - ratio) * 2 * STEEPEST * 100) / 100;
}

export function weather({ plus, minus }: Counts): Weather {
  const voters = plus + minus;
  if (voters < FOG_UNDER) return "fog";
  const reaches = (side: number, least: number): boolean => side * 100 >= least * voters;
  if (reaches(plus, 60)) return reaches(plus, 75) ? "sun" : "bright";
  if (reaches(minus, 60)) return reaches(minus, 75) ? "storm" : "rain";
  return "clouds";
}
