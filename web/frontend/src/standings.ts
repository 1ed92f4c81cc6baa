// What this page knows of each topic it shows: the public tally, the own vote, and a guess until it is counted.
import type { Known, Sign, Tally, Version } from "./tally.ts";
import { afterDelta, afterSnap, isHidden, project, shows } from "./tally.ts";
import type { Delta, Snap, Subscription } from "./wire.ts";
import { topicChannel, topicOf } from "./wire.ts";

export interface Beginning {
  readonly version: Version | null;
  readonly tally: Tally | null;
  readonly own: Sign | null;
  readonly seen: string | null;
  /** The topic whose ballot opens the results, null where it is the topic itself; `seen` is the token for that one. */
  readonly gate: number | null;
  /** The headline moves by whole blocks only, so one vote must not be shown at once. */
  readonly sealed: boolean;
}

/** An own vote that the tally does not show yet; `answered` once the server has counted it. */
interface Guess {
  readonly before: Tally;
  readonly from: Sign | null;
  readonly to: Sign;
  readonly answered: boolean;
}

interface Standing extends Known {
  own: Sign | null;
  seen: string | null;
  guess: Guess | null;
  readonly gate: number | null;
  readonly sealed: boolean;
}

export class Standings {
  readonly #topics = new Map<number, Standing>();

  constructor(private readonly changed: (topic: number) => void) {}

  get topics(): readonly number[] {
    return [...this.#topics.keys()];
  }

  begin(topic: number, { version, tally, own, seen, gate, sealed }: Beginning): void {
    if (!this.#topics.has(topic)) this.#topics.set(topic, { version, tally, own, seen, gate, sealed, guess: null });
  }

  knows(topic: number): boolean {
    return this.#topics.has(topic);
  }

  version(topic: number): Version | null {
    return this.#topics.get(topic)?.version ?? null;
  }

  /** The last vote that the server has confirmed, null where there never was one. */
  own(topic: number): Sign | null {
    return this.#topics.get(topic)?.own ?? null;
  }

  seen(topic: number): string | null {
    const standing = this.#topics.get(topic);
    const gate = standing?.gate ?? null;
    return (gate === null ? null : this.#topics.get(gate)?.seen) ?? standing?.seen ?? null;
  }

  /** The tally to draw, the own vote that is on its way included; null where only the page knows it. */
  shown(topic: number): Tally | null {
    const standing = this.#topics.get(topic);
    if (!standing?.tally) return null;
    const { tally, guess } = standing;
    return guess ? project(tally, guess.from, guess.to) : tally;
  }

  /** The whole state of a channel as it is known, as the server would tell it. */
  snap(channel: string): Snap | null {
    const { version = null, tally = null } = this.#topics.get(topicOf(channel) ?? 0) ?? {};
    return version && tally && { t: "snap", channel, version, tally };
  }

  isHidden(topic: number): boolean {
    const tally = this.#topics.get(topic)?.tally;
    return tally ? isHidden(tally) : false;
  }

  /**
   * A topic whose tally is not known is asked for without a version: the answer is the whole state. So is one whose
   * results are hidden: they may be shown by now, and a difference would be to another tally.
   */
  subscriptions(): readonly Subscription[] {
    return [...this.#topics].map(([topic, { tally, version }]) => ({
      channel: topicChannel(topic),
      at: tally && !isHidden(tally) ? version : null,
      seen: this.seen(topic),
      hiddenAt: tally && isHidden(tally) ? version : null,
    }));
  }

  subscriptionsTo(topics: ReadonlySet<number>): readonly Subscription[] {
    return this.subscriptions().filter(({ channel }) => topics.has(topicOf(channel) ?? 0));
  }

  /** Whether the message could be used; if not, the channel needs a resync. */
  take(message: Snap | Delta): boolean {
    const topic = topicOf(message.channel);
    const standing = topic === null ? undefined : this.#topics.get(topic);
    if (topic === null || !standing) return true;
    const after =
      message.t === "snap"
        ? afterSnap(standing, message.version, message.tally)
        : afterDelta(standing, message.base, message.version, message.changed);
    if (after === "gap") return false;
    if (after !== standing) {
      const { guess } = standing;
      const told = guess && after.tally && shows(guess.before, after.tally, guess.from, guess.to);
      this.#set(topic, { ...standing, ...pick(after), guess: guess?.answered || told ? null : guess });
    }
    return true;
  }

  /** Show a vote before it is counted. */
  expect(topic: number, to: Sign): void {
    const standing = this.#topics.get(topic);
    if (!standing?.tally) return;
    const { guess, own, tally, sealed } = standing;
    const from = guess && !guess.answered ? guess.from : own;
    const before = guess?.before ?? tally;
    const moves = !sealed && from !== to;
    this.#set(topic, { ...standing, guess: moves ? { before, from, to, answered: false } : null });
  }

  /** The server counted a vote: from now on this is the own one. */
  confirm(topic: number, own: Sign, seen: string | null): void {
    const standing = this.#topics.get(topic);
    if (!standing) return;
    const guess = standing.guess && { ...standing.guess, answered: true };
    this.#set(topic, { ...standing, own, seen: standing.gate === null ? (seen ?? standing.seen) : standing.seen, guess });
  }

  /** Stop guessing: it was refused, or the tally should have told by now. */
  doubt(topic: number): void {
    const standing = this.#topics.get(topic);
    if (standing?.guess) this.#set(topic, { ...standing, guess: null });
  }

  #set(topic: number, standing: Standing): void {
    this.#topics.set(topic, standing);
    this.changed(topic);
  }
}

function pick({ version, tally }: Known): Known {
  return { version, tally };
}
