// What has changed on a topic since the last visit, as a sentence's name and values (pure).
import type { Glimpse } from "./visits.ts";

const DAY = 86_400_000;

export type Ago = "time" | "weekday" | "day";

export type Change =
  | { readonly kind: "ratio"; readonly before: number; readonly now: number }
  | { readonly kind: "voters"; readonly n: number };

/** The ratio where it moved, else the voters who came; null where nothing did. */
export function change(before: Glimpse | null, plus: number | null, voters: number): Change | null {
  if (!before) return null;
  if (before.plus !== null && plus !== null && before.plus !== plus) {
    return { kind: "ratio", before: before.plus, now: plus };
  }
  return voters > before.voters ? { kind: "voters", n: voters - before.voters } : null;
}

/** How a moment before `now` is best named: by its time today, by the weekday within six days, else by its day. */
export function ago(at: number, now: number): Ago {
  if (new Date(at).toDateString() === new Date(now).toDateString()) return "time";
  return now - at < 6 * DAY ? "weekday" : "day";
}

export const WRITTEN: Readonly<Record<Ago, Intl.DateTimeFormatOptions>> = {
  time: { hour: "2-digit", minute: "2-digit" },
  weekday: { weekday: "long" },
  day: { day: "numeric", month: "long" },
};
