import { pulse } from "../motion.ts";
import { share } from "../share.ts";
import type { Counts, Tally } from "../tally.ts";
import { pageWords } from "../words.ts";
import { LivePart, differs, fillRow, published } from "./part.ts";

/** At most this many shapes move at once; more of them move as one. */
const MOST_PULSES = 3;

/** The ten départements, filled by ratio, with the same numbers in a table. */
export class LiveMap extends LivePart {
  protected override draw(tally: Tally, before: Tally | undefined): void {
    const released: Element[] = [];
    for (const shape of this.querySelectorAll<SVGElement>("[data-dep]")) {
      const key = `dep:${shape.dataset.dep ?? ""}`;
      const counts = published(tally, key);
      if (before && !differs(published(before, key), counts)) continue;
      fill(shape, counts);
      if (before) released.push(shape);
    }
    const drawing = this.querySelector("svg");
    if (released.length > MOST_PULSES && drawing) pulse(drawing);
    else released.forEach(pulse);
    for (const row of this.querySelectorAll<HTMLElement>("tr[data-series]")) {
      fillRow(row, published(tally, row.dataset.series ?? ""));
    }
  }
}

function fill(shape: SVGElement, counts: Counts | undefined): void {
  const words = pageWords();
  const name = words.say("departement", shape.dataset.dep ?? "");
  shape.toggleAttribute("data-empty", !counts);
  const title = shape.querySelector("title");
  if (!counts) {
    shape.style.removeProperty("--ratio");
    if (title) title.textContent = words.say("live", "place-empty", { name });
    return;
  }
  const { plus, minus, ratio } = share(counts);
  shape.style.setProperty("--ratio", String(ratio));
  const values = { name, plus, minus, voters: counts.plus + counts.minus };
  if (title) title.textContent = words.say("live", "place", values);
}
