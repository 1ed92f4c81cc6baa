import type { Tally } from "../tally.ts";
import { LivePart, fillRow, published } from "./part.ts";

/** Bars by sex and by age. */
export class LiveSplits extends LivePart {
  protected override draw(tally: Tally): void {
    for (const row of this.querySelectorAll<HTMLElement>("[data-series]")) {
      fillRow(row, published(tally, row.dataset.series ?? ""));
    }
  }
}
