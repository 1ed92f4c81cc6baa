// A live part of a topic: HTML that the server wrote, updated in place when its tally changes.
import { ReactiveElement } from "@lit/reactive-element";
import type { PropertyValues } from "@lit/reactive-element";
import type { Counts, Tally } from "../tally.ts";
import { share } from "../share.ts";
import { number, pageWords, percent } from "../words.ts";

export abstract class LivePart extends ReactiveElement {
  static override properties = { tally: { attribute: false } };

  declare tally: Tally | undefined;

  /** When the tally was told, by the server's clock, in ms since 1970. */
  at = 0;

  /** No shadow: the page's own HTML is what is drawn on. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(changed: PropertyValues): void {
    if (this.tally && changed.has("tally")) this.draw(this.tally, changed.get("tally") as Tally | undefined);
  }

  /** Show `tally`; `before` is what was shown, where a program and not the server drew it. */
  protected abstract draw(tally: Tally, before: Tally | undefined): void;
}

export function setText(root: Element, selector: string, text: string): void {
  const element = root.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}

/** Fill one row of a table with a series, or empty it where nothing is published. */
export function fillRow(row: Element, counts: Counts | undefined): void {
  row.toggleAttribute("data-empty", !counts);
  const { plus, minus, ratio } = share(counts ?? { plus: 0, minus: 0 });
  setText(row, ".t-share", counts ? percent(plus) : "");
  setText(row, ".t-rest", counts ? percent(minus) : "");
  setText(row, ".t-plus", counts ? number(counts.plus) : "");
  setText(row, ".t-minus", counts ? number(counts.minus) : "");
  setText(row, ".t-voters", counts ? number(counts.plus + counts.minus) : "");
  setText(row, ".t-told", counts ? pageWords().voters(counts.plus + counts.minus) : pageWords().say("live", "too-few"));
  row.querySelector<HTMLElement>(".bar")?.style.setProperty("--plus", String(ratio));
}

/** Whether a series is published otherwise than before. */
export function differs(a: Counts | undefined, b: Counts | undefined): boolean {
  return a?.plus !== b?.plus || a?.minus !== b?.minus;
}

/** A series that is published but has nobody left shows nothing, as on the server. */
export function published(tally: Tally, key: string): Counts | undefined {
  const counts = tally.series.get(key);
  return counts && counts.plus + counts.minus > 0 ? counts : undefined;
}
