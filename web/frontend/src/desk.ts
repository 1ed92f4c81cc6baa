// Where votes are handed in: shown at once, kept until they are answered, sent again after every interruption.
import { waitBefore } from "./reconnect.ts";
import type { PendingVote, PendingVotes } from "./pending.ts";
import type { Standings } from "./standings.ts";
import type { Sign } from "./tally.ts";
import type { Ack, ClientMessage, No } from "./wire.ts";

/** The code of the refusal of a vote that comes after the end. */
export const CLOSED = "closed";

/** What is to be said about the vote on a topic. */
export type Told =
  | { readonly kind: "nothing" | "sending" | "waiting" | "counted" | "withdrawn" }
  | { readonly kind: "refused"; readonly code: string };

export interface Counter {
  readonly isOpen: boolean;
  send(message: ClientMessage): boolean;
  wake(): void;
}

export interface Doors {
  /** `vote` is what it is about where that had to wait, perhaps since another page. */
  tell(topic: number, told: Told, vote?: PendingVote): void;
  /** Whether the server answers at all, though not through the socket. */
  reachable(): Promise<boolean>;
  /** Send the form instead; false where this page has none for the topic. */
  post(topic: number, sign: Sign, op: string): boolean;
  now(): number;
  after(milliseconds: number, call: () => void): () => void;
  random(): number;
}

/** How long a vote waits for the socket before the form is used. */
export const SOCKET_PATIENCE = 2_000;
/** What the socket gets once the server is known to answer. */
const LAST_CHANCE = 1_000;
const ASK_AGAIN = 5_000;
/** After this long without an answer the page says that the vote is on its way. */
const SAY_SENDING = 400;
/** When the tally should have told of a vote that was counted. */
const GUESS_LASTS = 2_000;
/** Staff have paused the votes on a topic, nobody knows for how long: one is told so, and votes again later. */
const PAUSED = "paused";

export class Desk {
  #downSince: number | null;
  #cancelCheck: (() => void) | null = null;

  constructor(
    private readonly standings: Standings,
    private readonly pending: PendingVotes,
    private readonly counter: Counter,
    private readonly doors: Doors,
  ) {
    this.#downSince = doors.now();
  }

  /** The votes on these topics were another page's, which is gone: they are shown again and go on. */
  begin(topics: Iterable<number>): void {
    for (const topic of topics) this.#resume(topic);
    this.#goOn();
  }

  /** Votes are answered for by other pages now. */
  letGo(topics: Iterable<number>): void {
    for (const topic of topics) {
      this.standings.doubt(topic);
      this.doors.tell(topic, { kind: "nothing" });
    }
  }

  #resume(topic: number): void {
    const last = this.pending.last(topic);
    if (!last) return;
    // This page tells that it arrived.
    if ((last.sent || last.posted) && last.sign === this.standings.own(topic)) this.pending.forget(topic);
    else if (!last.posted) {
      this.standings.expect(topic, last.sign);
      if (last.kept && !this.counter.isOpen) this.doors.tell(topic, { kind: "waiting" }, last);
    }
  }

  #goOn(): void {
    if (this.counter.isOpen) for (const vote of this.pending.all) this.#send(vote.op);
    else if (this.#open().length) this.#checkIn(SOCKET_PATIENCE);
  }

  /** The vote to show as one's own: the one on its way, else the one that is counted. */
  chosen(topic: number): Sign | null {
    const last = this.pending.last(topic);
    return last && !last.posted ? last.sign : this.standings.own(topic);
  }

  /** Hand in a vote. The same choice again changes nothing. */
  cast(topic: number, sign: Sign, op: string, title = ""): void {
    if (sign === (this.chosen(topic) ?? 0)) return;
    this.pending.put(topic, sign, op, title);
    this.standings.expect(topic, sign);
    this.doors.tell(topic, { kind: "nothing" });
    if (!this.#send(op)) {
      const down = this.doors.now() - (this.#downSince ?? this.doors.now());
      this.#checkIn(Math.max(0, SOCKET_PATIENCE - down));
    }
    this.doors.after(SAY_SENDING, () => {
      if (!this.pending.get(op)) return;
      if (this.counter.isOpen) this.doors.tell(topic, { kind: "sending" });
      else this.#wait(topic, op);
    });
  }

  onOpened(): void {
    this.#downSince = null;
    this.#cancelCheck?.();
    this.#cancelCheck = null;
    this.#goOn();
  }

  onLost(): void {
    this.#downSince ??= this.doors.now();
    if (this.#open().length) this.#checkIn(SOCKET_PATIENCE);
  }

  onAck({ op, topic, sign, seen }: Ack): void {
    const vote = keptOne(this.pending.get(op));
    this.pending.settle(op);
    this.standings.confirm(topic, sign, seen);
    if (this.pending.last(topic)) return;
    this.doors.tell(topic, { kind: sign === 0 ? "withdrawn" : "counted" }, vote);
    this.doors.after(GUESS_LASTS, () => {
      if (!this.pending.last(topic)) this.standings.doubt(topic);
    });
  }

  onNo({ op, code, retry }: No): void {
    const vote = op === undefined ? undefined : this.pending.get(op);
    if (!vote) return;
    const isLast = this.pending.last(vote.topic) === vote;
    if (retry && isLast && code !== PAUSED) {
      this.pending.mark(vote.op, { tries: vote.tries + 1 });
      this.doors.after(waitBefore(vote.tries + 1, this.doors.random()), () => this.#send(vote.op));
    } else {
      this.pending.settle(vote.op);
      if (isLast) this.standings.doubt(vote.topic);
    }
    if (isLast) this.doors.tell(vote.topic, { kind: "refused", code }, keptOne(vote));
  }

  #wait(topic: number, op: string): void {
    this.pending.mark(op, { kept: true });
    this.doors.tell(topic, { kind: "waiting" }, this.pending.get(op));
  }

  #send(op: string): boolean {
    const vote = this.pending.get(op);
    if (!vote) return true;
    if (!this.counter.send({ t: "vote", topic: vote.topic, sign: vote.sign, op })) return false;
    if (!vote.sent) this.pending.mark(op, { sent: true });
    return true;
  }

  #open(): readonly { topic: number; sign: Sign; op: string }[] {
    return this.pending.all.filter((vote) => !vote.posted);
  }

  #checkIn(wait: number): void {
    if (this.#cancelCheck) return;
    this.#cancelCheck = this.doors.after(wait, () => {
      this.#cancelCheck = null;
      if (!this.counter.isOpen && this.#open().length) void this.#useTheOtherDoor();
    });
  }

  /** The socket stays shut. Where the server answers, the form goes; where nothing does, the vote waits. */
  async #useTheOtherDoor(): Promise<void> {
    const answers = await this.doors.reachable();
    if (this.counter.isOpen) return;
    if (!answers) {
      for (const { topic, op } of this.#open()) this.#wait(topic, op);
      this.#checkIn(ASK_AGAIN);
      return;
    }
    this.counter.wake();
    this.doors.after(LAST_CHANCE, () => {
      if (this.counter.isOpen) return;
      for (const { topic, sign, op } of this.#open().toReversed()) {
        this.pending.mark(op, { posted: true });
        if (this.doors.post(topic, sign, op)) return;
        this.pending.mark(op, { posted: false });
      }
    });
  }
}

function keptOne(vote: PendingVote | undefined): PendingVote | undefined {
  return vote?.kept ? vote : undefined;
}
