// The votes that were counted in this tab, with the tokens that show their topics' results.
import type { Shelf } from "./pending.ts";
import type { Beginning } from "./standings.ts";
import type { Sign } from "./tally.ts";

const KEY = "imaginest.own";

export interface OwnVote {
  readonly sign: Sign;
  readonly seen: string;
}

export class OwnVotes {
  #votes: Readonly<Record<string, unknown>>;

  constructor(private readonly shelf: Shelf) {
    try {
      this.#votes = { ...(JSON.parse(shelf.getItem(KEY) ?? "{}") as Record<string, unknown>) };
    } catch {
      this.#votes = {};
    }
  }

  get(topic: number): OwnVote | null {
    const vote = this.#votes[topic] as Partial<OwnVote> | null | undefined;
    const isVote = vote && typeof vote.seen === "string" && [-1, 0, 1].includes(vote.sign ?? NaN);
    return isVote ? (vote as OwnVote) : null;
  }

  set(topic: number, vote: OwnVote): void {
    this.#votes = { ...this.#votes, [topic]: { sign: vote.sign, seen: vote.seen } };
    try {
      this.shelf.setItem(KEY, JSON.stringify(this.#votes));
    } catch {
      // A full or forbidden storage: the next page brings the vote itself.
    }
  }
}

/**
 * What a page says, and what this tab knows of the own vote. A page that came out of the browser's history is older
 * than the vote and is wrong about it; any other page is newer.
 */
export function withVote(page: Beginning, vote: OwnVote | null, isFromHistory: boolean): Beginning {
  if (!vote) return page;
  return { ...page, seen: page.seen ?? vote.seen, own: isFromHistory ? vote.sign : page.own };
}
