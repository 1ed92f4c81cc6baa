// Votes that have not been answered yet, in the order in which they were cast. They survive a reload.
import type { Sign } from "./tally.ts";

export interface PendingVote {
  readonly topic: number;
  readonly sign: Sign;
  readonly op: string;
  /** Handed to a connection; the server may have counted it. */
  readonly sent: boolean;
  /** Handed to a form: the next page knows more. */
  readonly posted: boolean;
  /** Refusals so far that said "try again". */
  readonly tries: number;
}

/** The two methods of `sessionStorage` that are needed. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = "imaginest.votes";

export class PendingVotes {
  #votes: PendingVote[];

  constructor(private readonly shelf: Shelf) {
    this.#votes = read(shelf);
  }

  get all(): readonly PendingVote[] {
    return this.#votes;
  }

  /** The vote that will stand on `topic` once all are answered. */
  last(topic: number): PendingVote | undefined {
    return this.#votes.findLast((vote) => vote.topic === topic);
  }

  get(op: string): PendingVote | undefined {
    return this.#votes.find((vote) => vote.op === op);
  }

  /** Keep a vote; an earlier one on the topic that never left is superseded. */
  put(topic: number, sign: Sign, op: string): void {
    const kept = this.#votes.filter((vote) => vote.topic !== topic || vote.sent || vote.posted);
    this.#keep([...kept, { topic, sign, op, sent: false, posted: false, tries: 0 }]);
  }

  mark(op: string, change: Partial<Pick<PendingVote, "sent" | "posted" | "tries">>): void {
    this.#keep(this.#votes.map((vote) => (vote.op === op ? { ...vote, ...change } : vote)));
  }

  /** Answered: it and everything before it on its topic is settled. */
  settle(op: string): void {
    const at = this.#votes.findIndex((vote) => vote.op === op);
    const topic = this.#votes[at]?.topic;
    this.#keep(this.#votes.filter((vote, i) => i > at || vote.topic !== topic));
  }

  forget(topic: number): void {
    this.#keep(this.#votes.filter((vote) => vote.topic !== topic));
  }

  #keep(votes: PendingVote[]): void {
    this.#votes = votes;
    try {
      this.shelf.setItem(KEY, JSON.stringify(votes));
    } catch {
      // A full or forbidden storage only means that a reload forgets them.
    }
  }
}

function read(shelf: Shelf): PendingVote[] {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isPending) : [];
  } catch {
    return [];
  }
}

function isPending(value: unknown): value is PendingVote {
  const vote = value as PendingVote;
  return (
    typeof value === "object" &&
    value !== null &&
    Number.isSafeInteger(vote.topic) &&
    [-1, 0, 1].includes(vote.sign) &&
    typeof vote.op === "string"
  );
}
