// The custom elements of the pages.
import { LiveCounts } from "./counts.ts";
import { LiveGauge } from "./gauge.ts";
import { LiveMap } from "./map.ts";
import { LiveSplits } from "./splits.ts";
import { LiveTimeline } from "./timeline.ts";
import { LiveWeather } from "./weather.ts";

export function defineElements(): void {
  customElements.define("live-counts", LiveCounts);
  customElements.define("live-gauge", LiveGauge);
  customElements.define("live-weather", LiveWeather);
  customElements.define("live-map", LiveMap);
  customElements.define("live-splits", LiveSplits);
  customElements.define("live-timeline", LiveTimeline);
}
