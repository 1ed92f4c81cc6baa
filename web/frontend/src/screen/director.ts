// What is to be on a screen, by the moves of the show that were heard of (pure; instants by the server's clock, in ms).
import type { Show } from "../wire.ts";

/** Moves that follow each other within their lead; older ones have taken effect long ago. */
const KEPT = 6;

export interface Cue {
  /** What is on now; null: nothing of a show. */
  readonly step: number | null;
  /** The move of which it comes; null where it was on before anything was heard of. */
  readonly by: Show | null;
  /** What comes next, and when; null where nothing is agreed on yet. */
  readonly next: { readonly step: number | null; readonly at: number } | null;
}

export class Director {
  #moves: Show[] = [];

  /** The newest state that was heard of. */
  get last(): Show | null {
    return this.#moves.at(-1) ?? null;
  }

  /** Take what is on; false where that is older than what is known, as of a node that has not looked yet. */
  hear(show: Show): boolean {
    const last = this.last;
    if (!last || last.event !== show.event) this.#moves = [show];
    else if (show.number < last.number) return false;
    else if (show.number === last.number) this.#moves = [...this.#moves.slice(0, -1), show];
    else this.#moves = [...this.#moves, show].slice(-KEPT);
    return true;
  }

  /** Believe this and nothing before it. */
  begin(show: Show): void {
    this.#moves = [show];
  }

  forget(): void {
    this.#moves = [];
  }

  cue(now: number): Cue {
    const by = this.#moves.findLast((move) => move.at <= now) ?? null;
    const next = this.#moves.find((move) => move.at > now);
    const step = by ? by.step : (this.#moves[0]?.before ?? null);
    return { step, by, next: next ? { step: next.step, at: next.at } : null };
  }
}

/** How far a step's own clock is, in ms; negative before it begins. */
export function elapsed(move: Show, now: number): number {
  return (move.paused === null ? now : Math.min(now, move.paused)) - move.since;
}

export function isPaused(move: Show, now: number): boolean {
  return move.paused !== null && move.paused <= now;
}
