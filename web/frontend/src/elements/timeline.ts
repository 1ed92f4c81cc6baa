import { share } from "../share.ts";
import type { Tally } from "../tally.ts";
import { LivePart } from "./part.ts";

/** [ms since 1970, plus, minus] */
export type Moment = readonly [number, number, number];

const WIDTH = 600;
const HEIGHT = 200;
/** How high the quiet area of voters reaches at most, as a part of the drawing. */
const AREA_PART = 0.4;
/** Live points are no closer than this part of the whole: more could not be seen. */
const FINEST = 1 / 300;

/** `past` with one more moment; a last one that is very near gives way to it. */
export function extended(past: readonly Moment[], next: Moment): Moment[] {
  const first = past[0]?.[0] ?? next[0];
  const beforeLast = past.at(-2)?.[0];
  const crowded = beforeLast !== undefined && next[0] - beforeLast < (next[0] - first) * FINEST;
  return [...(crowded ? past.slice(0, -1) : past), next];
}

/** SVG points of the ratio's line and of the voters' area; the same rules as web/citizen/timeline.py. */
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

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The ratio over time; what the server drew goes on with what happens now. */
export class LiveTimeline extends LivePart {
  #moments: Moment[] | null = null;

  protected override draw({ headline }: Tally, before: Tally | undefined): void {
    const { plus, minus } = headline ?? {};
    if (plus === undefined || minus === undefined) return;
    this.#moments ??= this.#written();
    const last = this.#moments.at(-1);
    const isNew = last?.[1] !== plus || last[2] !== minus;
    if (!isNew || (last && !before && last[0] > Date.now())) return;
    this.#moments = extended(this.#moments, [Date.now(), plus, minus]);
    if (this.#moments.length < 2) return;
    const { line, area } = drawing(this.#moments);
    this.querySelector(".line")?.setAttribute("points", line);
    this.querySelector(".area")?.setAttribute("points", area);
    this.removeAttribute("data-empty");
  }

  #written(): Moment[] {
    try {
      return JSON.parse(this.querySelector(".moments")?.textContent || "[]") as Moment[];
    } catch {
      return [];
    }
  }
}
