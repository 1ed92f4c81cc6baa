// The tokens that show the results of topics one has voted on, kept for this tab.
import type { Shelf } from "./pending.ts";

const KEY = "imaginest.seen";

export class SeenTokens {
  #tokens: Record<string, unknown>;

  constructor(private readonly shelf: Shelf) {
    try {
      this.#tokens = { ...(JSON.parse(shelf.getItem(KEY) ?? "{}") as Record<string, unknown>) };
    } catch {
      this.#tokens = {};
    }
  }

  get(topic: number): string | null {
    const token = this.#tokens[topic];
    return typeof token === "string" ? token : null;
  }

  set(topic: number, token: string): void {
    this.#tokens = { ...this.#tokens, [topic]: token };
    try {
      this.shelf.setItem(KEY, JSON.stringify(this.#tokens));
    } catch {
      // A full or forbidden storage: the next page brings the token itself.
    }
  }
}
