import type { Tally } from "../tally.ts";
import { number, pageWords } from "../words.ts";
import { LivePart, setText } from "./part.ts";

/** The counts of an argument, in figures; says so to whoever keeps them in order. */
export class LiveCounts extends LivePart {
  protected override draw({ headline, voters }: Tally): void {
    setText(this, ".argument-voters", pageWords().voters(voters));
    if (!headline) return;
    setText(this, '[data-count="plus"]', number(headline.plus));
    setText(this, '[data-count="minus"]', number(headline.minus));
    this.dataset.plus = String(headline.plus);
    this.dataset.minus = String(headline.minus);
    this.dispatchEvent(new CustomEvent("counts", { bubbles: true }));
  }
}
