// Pages that the service worker brought out of what it keeps: older than they look, and they say so.
import type { Words } from "./words.ts";
import { region } from "./words.ts";

/** When the server made this page, in ms since 1970; null for a page that has just come from it. */
export function copiedAt(): number | null {
  return Number(document.body.dataset.copied) || null;
}

export function copyNotice(at: number, now: number, words: Words): string {
  const write = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(region(), options).format(at);
  const time = write({ hour: "2-digit", minute: "2-digit" });
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  if (isToday) return words.say("live", "copy", { time });
  return words.say("live", "copy-day", { day: write({ day: "numeric", month: "long" }), time });
}
