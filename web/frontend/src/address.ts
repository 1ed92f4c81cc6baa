// The addresses of the doors for where no websocket passes (pure): channels/PROTOCOL.md, "Without a websocket".
import type { Subscription } from "./wire.ts";

export interface More {
  /** Seconds that a poll may wait. */
  readonly wait?: number;
  /** Whether the page was told that its numbers may be old. */
  readonly stale?: boolean;
  /** The number of the notice that the page has. */
  readonly notice?: number | null;
}

/** Nothing in it needs escaping, so that the address stays short and can be read. */
export function address(door: string, subscriptions: readonly Subscription[], more: More = {}): string {
  const parts = subscriptions.map(({ channel, at, hiddenAt, seen }) => {
    const version = hiddenAt ?? at;
    const known = version ? `@${version[0]}.${version[1]}${hiddenAt ? "h" : ""}` : "";
    return `sub=${channel}${known}${seen ? `~${seen}` : ""}`;
  });
  if (more.wait) parts.push(`wait=${more.wait}`);
  if (more.notice !== undefined && more.notice !== null) parts.push(`notice=${more.notice}`);
  if (more.stale) parts.push("stale=1");
  return `${door}?${parts.join("&")}`;
}
