// What other pages of this browser vote on the same topics. Each page hears only the answers to its own votes, and these
// need not arrive in the order in which they were counted: where pages differ, the server is asked how the vote stands.
import type { Sign } from "./tally.ts";

export interface Truth {
  /** How this voter's vote on the topic stands at the server, null where that cannot be learnt now. */
  ask(topic: number): Promise<Sign | null>;
  /** The vote this page holds for the counted one. */
  own(topic: number): Sign | null;
  isPending(topic: number): boolean;
  settle(topic: number, sign: Sign): void;
}

export class Rivals {
  readonly #contested = new Map<number, Sign>();

  constructor(private readonly truth: Truth) {}

  /** Another page was told that `sign` is counted. */
  heard(topic: number, sign: Sign): void {
    if (this.truth.isPending(topic)) this.#contested.set(topic, sign);
    else if (this.truth.own(topic) !== sign) void this.#ask(topic, sign);
  }

  /** A vote of this page was answered: whatever another one was told meanwhile may be the later one. */
  answered(topic: number): void {
    const sign = this.#contested.get(topic);
    if (sign === undefined || this.truth.isPending(topic)) return;
    this.#contested.delete(topic);
    void this.#ask(topic, sign);
  }

  async #ask(topic: number, other: Sign): Promise<void> {
    const sign = (await this.truth.ask(topic)) ?? other;
    if (!this.truth.isPending(topic)) this.truth.settle(topic, sign);
  }
}

/** `POST /mes-votes/signes`; a vote's topic does not stand in an address, which may be written down somewhere. */
export async function askSign(topic: number): Promise<Sign | null> {
  try {
    const body = new URLSearchParams({ sujets: String(topic) });
    const answer = await fetch("/mes-votes/signes", { method: "POST", body, signal: AbortSignal.timeout(5_000) });
    const { signs } = (await answer.json()) as { signs?: Record<string, number> };
    const sign = signs?.[topic];
    return sign === 1 || sign === -1 || sign === 0 ? sign : null;
  } catch {
    return null;
  }
}
