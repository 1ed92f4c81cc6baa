import { roll } from "../motion.ts";
import { GAUGE_FROM, share } from "../share.ts";
import type { Tally } from "../tally.ts";
import { pageWords, percent } from "../words.ts";
import { LivePart } from "./part.ts";

/** The horizon: two parts that are the ratio, leaning towards the leader. */
export class LiveGauge extends LivePart {
  protected override draw(tally: Tally): void {
    this.toggleAttribute("data-fog", tally.voters < GAUGE_FROM);
    this.#roll("voters", tally.voters, (value) => pageWords().voters(value));
    if (!tally.headline) return;
    const { plus, ratio, lean } = share(tally.headline);
    const bar = this.querySelector<HTMLElement>(".gauge-bar");
    bar?.style.setProperty("--plus", String(ratio));
    bar?.style.setProperty("--lean", `${lean}deg`);
    this.#roll("plus-share", plus, percent);
    this.#roll("minus-share", plus, (value) => percent(100 - value));
  }

  #roll(name: string, value: number, written: (value: number) => string): void {
    const element = this.querySelector<HTMLElement>(`[data-roll="${name}"]`);
    if (element) roll(element, value, written);
  }
}
