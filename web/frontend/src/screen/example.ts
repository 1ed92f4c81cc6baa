// Numbers for a rehearsal: plausible, always the same, marked as an example, and nobody's votes.
import type { Counts, Tally } from "../tally.ts";

const HALLS: readonly Counts[] = [
  { plus: 110, minus: 65 },
  { plus: 60, minus: 55 },
  { plus: 45, minus: 60 },
  { plus: 140, minus: 75 },
];
const DEPARTEMENTS: ReadonlyMap<string, Counts> = new Map([
  ["dep:10", { plus: 20, minus: 15 }],
  ["dep:51", { plus: 25, minus: 30 }],
  ["dep:54", { plus: 35, minus: 20 }],
  ["dep:57", { plus: 50, minus: 25 }],
  ["dep:67", { plus: 70, minus: 30 }],
  ["dep:68", { plus: 40, minus: 35 }],
  ["dep:88", { plus: 15, minus: 15 }],
]);

/** `keys` are those of the halls; the last one has too few voters to be shown. */
export function example(keys: readonly string[], of: "topic" | "before"): Tally {
  const shown = keys.slice(0, Math.max(1, keys.length - 1));
  const halls = shown.map((key, i): [string, Counts] => [key, HALLS[i % HALLS.length]!]);
  const headline = of === "topic" ? { plus: 388, minus: 222 } : { plus: 290, minus: 301 };
  return { voters: headline.plus + headline.minus, headline, series: new Map([...DEPARTEMENTS, ...halls]) };
}
