import { weather } from "../share.ts";
import type { Tally } from "../tally.ts";
import { pageWords } from "../words.ts";
import { LivePart, setText } from "./part.ts";

/** The weather of opinion, always with its word. */
export class LiveWeather extends LivePart {
  protected override draw(tally: Tally): void {
    const sky = tally.headline ? weather(tally.headline) : "fog";
    this.dataset.weather = sky;
    this.querySelector("use")?.setAttribute("href", `#weather-${sky}`);
    setText(this, ".weather-word", tally.headline ? pageWords().say("weather", sky) : "");
  }
}
