// Votes that have not been answered yet, in the order in which they were cast. They outlive the page and the browser;
// one page at a time answers for each, and a page that is gone leaves its votes to the next.
import type { Store } from "./store.ts";
import { read } from "./store.ts";
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
  /** The page that answers for it. */
  readonly page: string;
  /** When it was cast, in ms since 1970. */
  readonly at: number;
  /** It had to wait, so the citizen was told that it is kept. */
  readonly kept: boolean;
  /** What the topic is called, for a page that does not show it. */
  readonly title: string;
}

/** The two methods of a storage that are needed most. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

type Mark = Partial<Pick<PendingVote, "sent" | "posted" | "tries" | "kept">>;

const PREFIX = "imaginest.vote.";
const LONGEST_TITLE = 200;

export class PendingVotes {
  #votes: PendingVote[] = [];

  constructor(
    private readonly store: Store,
    private readonly page: string,
    private readonly wall: () => number,
  ) {}

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

  /** Keep a vote; an earlier one on the topic that never left is superseded, another page's too. */
  put(topic: number, sign: Sign, op: string, title = ""): void {
    for (const other of this.#others()) {
      if (other.topic === topic && !hasLeft(other)) this.store.removeItem(PREFIX + other.op);
    }
    const vote = { topic, sign, op, sent: false, posted: false, tries: 0, kept: false };
    this.#write({ ...vote, page: this.page, at: this.wall(), title: title.slice(0, LONGEST_TITLE) });
    this.#tidy();
  }

  mark(op: string, change: Mark): void {
    const vote = this.get(op);
    if (vote) this.#write({ ...vote, ...change });
  }

  /** Answered: it and everything before it on its topic is settled. */
  settle(op: string): void {
    const at = this.#votes.findIndex((vote) => vote.op === op);
    const topic = this.#votes[at]?.topic;
    this.#drop((vote, i) => i <= at && vote.topic === topic);
  }

  forget(topic: number): void {
    this.#drop((vote) => vote.topic === topic);
  }

  /** Answer for the votes of pages that are gone; their topics. */
  adopt(isGone: (vote: PendingVote) => boolean): readonly number[] {
    const adopted = this.#others().filter(isGone);
    for (const vote of adopted) this.#write({ ...vote, page: this.page, kept: vote.kept || !hasLeft(vote) });
    this.#tidy();
    return [...new Set(adopted.map(({ topic }) => topic))];
  }

  /** Other pages may have superseded votes that never left, or taken some over: let go of those; their topics. */
  letGo(): readonly number[] {
    const lost = this.#votes.filter(({ op }) => parse(this.store, PREFIX + op)?.page !== this.page);
    this.#votes = this.#votes.filter((vote) => !lost.includes(vote));
    return lost.map(({ topic }) => topic);
  }

  #others(): PendingVote[] {
    const votes = this.store.keys(PREFIX).map((key) => parse(this.store, key));
    return votes.filter((vote) => vote !== null).filter((vote) => !this.get(vote.op));
  }

  #tidy(): void {
    this.#votes = this.#votes.toSorted((a, b) => a.at - b.at);
    this.#drop((vote, i) => !hasLeft(vote) && this.#votes.some(({ topic }, j) => j > i && topic === vote.topic));
  }

  #write(vote: PendingVote): void {
    const known = this.#votes.findIndex(({ op }) => op === vote.op);
    this.#votes = known < 0 ? [...this.#votes, vote] : this.#votes.with(known, vote);
    this.store.setItem(PREFIX + vote.op, JSON.stringify(vote));
  }

  #drop(over: (vote: PendingVote, i: number) => boolean): void {
    for (const { op } of this.#votes.filter(over)) this.store.removeItem(PREFIX + op);
    this.#votes = this.#votes.filter((vote, i) => !over(vote, i));
  }
}

function hasLeft({ sent, posted }: PendingVote): boolean {
  return sent || posted;
}

function parse(store: Store, key: string): PendingVote | null {
  const vote = read(store, key);
  if (!vote || !Number.isSafeInteger(vote.topic) || ![-1, 0, 1].includes(vote.sign as number)) return null;
  return {
    topic: vote.topic as number,
    sign: vote.sign as Sign,
    op: key.slice(PREFIX.length),
    sent: vote.sent === true,
    posted: vote.posted === true,
    tries: Number(vote.tries) || 0,
    page: String(vote.page),
    at: Number(vote.at) || 0,
    kept: vote.kept === true,
    title: typeof vote.title === "string" ? vote.title : "",
  };
}
