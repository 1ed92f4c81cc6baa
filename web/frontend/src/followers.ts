// What a page's own script follows over the connection that all of the page shares.
import type { ClientMessage, Hello, ServerMessage, Subscription } from "./wire.ts";

export type Heard = Exclude<ServerMessage, Hello | { t: "bye" }>;

export interface Follower {
  /** What to follow, asked at each new connection. */
  subscriptions(): readonly Subscription[];
  /** The connection was opened; `send` says whether a message was handed to it. */
  opened(send: (message: ClientMessage) => boolean): void;
  lost(): void;
  heard(message: Heard): void;
}

/** Whoever owns the connection: hears of followers that come later than it. */
type Owner = (follower: Follower) => void;

const all = new Set<Follower>();
let owner: Owner | null = null;

export function follow(follower: Follower): void {
  all.add(follower);
  owner?.(follower);
}

export function followers(): ReadonlySet<Follower> {
  return all;
}

/** Called once, by whoever opens the page's connection. */
export function own(newOwner: Owner): void {
  owner = newOwner;
}
