// How much waits, and how long the oldest has.
import type { DeskLoad } from "../wire.ts";
import { number } from "../words.ts";
import { find, say } from "./words.ts";

export function showLoad(load: DeskLoad): void {
  const counts: Record<string, number> = {
    waiting: load.waiting,
    arguments: load.themes.get("arguments") ?? 0,
    reports: load.reports,
    contact: load.contact,
  };
  for (const [name, count] of Object.entries(counts)) {
    const shown = find(`[data-load="${name}"]`);
    if (shown) shown.textContent = number(count);
  }
  const oldest = find("[data-load=oldest]");
  if (oldest) oldest.textContent = load.oldest === null ? "" : waited((Date.now() - load.oldest) / 60_000);
}

/** How long the oldest has waited, in minutes. */
function waited(minutes: number): string {
  if (minutes >= 2880) return say("queue-oldest-days", { n: Math.floor(minutes / 1440) });
  if (minutes >= 120) return say("queue-oldest-hours", { n: Math.floor(minutes / 60) });
  return minutes < 1 ? "" : say("queue-oldest-minutes", { n: Math.floor(minutes) });
}
