// Votes where no websocket passes: one request each, in order.
import type { ClientMessage } from "./wire.ts";
import { encode, parse } from "./wire.ts";

const PATIENCE = 10_000;

export class VotePost {
  #isClosed = false;
  #before: Promise<void> = Promise.resolve();
  readonly #leaving = new AbortController();

  /** `answered` is given what the server said of a vote, `failed` is called where it said nothing that can be read. */
  constructor(
    private readonly url: string,
    private readonly answered: (text: string) => void,
    private readonly failed: () => void,
  ) {}

  send(vote: ClientMessage): void {
    this.#before = this.#before.then(() => this.#post(vote));
  }

  close(): void {
    this.#isClosed = true;
    this.#leaving.abort();
  }

  async #post(vote: ClientMessage): Promise<void> {
    if (this.#isClosed) return;
    const answer = await this.#ask(encode(vote));
    if (this.#isClosed) return;
    if (isAnswer(answer)) this.answered(answer);
    else this.failed();
  }

  async #ask(body: string): Promise<string> {
    const deadline = setTimeout(() => this.#leaving.abort(), PATIENCE);
    try {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(this.url, { method: "POST", body, headers, signal: this.#leaving.signal });
      return await answer.text();
    } catch {
      return "";
    } finally {
      clearTimeout(deadline);
    }
  }
}

/** Other answers come from something in between, or do not say which vote they are about. */
function isAnswer(text: string): boolean {
  const message = parse(text);
  return (message.t === "ack" || message.t === "no") && message.op !== undefined;
}

/** The time without a websocket; where no answer comes, none is told. */
export async function askTime(path: string, sent: number, answered: (text: string) => void): Promise<void> {
  try {
    const answer = await fetch(`${path}/time?sent=${sent}`, { cache: "no-store" });
    if (answer.ok) answered(await answer.text());
  } catch {
    // Whoever asked asks again.
  }
}
