// What was voted on from this device, with the tokens that show the topics' results: the list that no server keeps.
import type { Beginning } from "./standings.ts";
import type { Store } from "./store.ts";
import { read } from "./store.ts";
import type { Sign } from "./tally.ts";

const PREFIX = "imaginest.own.";

export interface OwnVote {
  readonly sign: Sign;
  readonly seen: string;
  /** When it was counted, in ms since 1970; 0 where that is not known. */
  readonly at: number;
}

export class OwnVotes {
  constructor(private readonly store: Store) {}

  get(topic: number): OwnVote | null {
    const vote = read(this.store, PREFIX + topic) as Partial<OwnVote> | null;
    if (!vote || typeof vote.seen !== "string" || ![-1, 0, 1].includes(vote.sign ?? NaN)) return null;
    return { sign: vote.sign as Sign, seen: vote.seen, at: Number(vote.at) || 0 };
  }

  /** What is known already is not written again: other tabs hear of every writing. */
  set(topic: number, vote: OwnVote): void {
    const known = this.get(topic);
    if (known?.sign === vote.sign && known.seen === vote.seen) return;
    this.store.setItem(PREFIX + topic, JSON.stringify(vote));
  }

  remove(topic: number): void {
    this.store.removeItem(PREFIX + topic);
  }

  /** Every topic, the last one voted on first. */
  get topics(): number[] {
    const topics = this.store.keys(PREFIX).map((key) => Number(key.slice(PREFIX.length)));
    const at = new Map(topics.map((topic) => [topic, this.get(topic)?.at ?? 0]));
    const known = topics.filter((topic) => Number.isSafeInteger(topic) && this.get(topic));
    return known.sort((a, b) => (at.get(b) ?? 0) - (at.get(a) ?? 0) || b - a);
  }
}

/** The topic whose entry has this key, null for any other entry. */
export function topicOfOwn(key: string | null): number | null {
  return key?.startsWith(PREFIX) ? Number(key.slice(PREFIX.length)) || null : null;
}

/**
 * What a page says, and what this device knows of the own vote. A page that came out of the browser's history, or is a
 * copy, is older than the vote and is wrong about it, and one that is made for all knows nothing of it; any other page
 * is newer.
 */
export function withVote(page: Beginning, vote: OwnVote | null, isWrong: boolean): Beginning {
  if (!vote) return page;
  return { ...page, seen: page.seen ?? vote.seen, own: isWrong ? vote.sign : page.own };
}
