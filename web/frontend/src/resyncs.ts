// Asks for the whole state of a channel, at most once a second each.

const RESYNC_EVERY = 1_000;

export class Resyncs {
  readonly #asked = new Map<string, number>();
  readonly #waiting = new Map<string, () => void>();

  /** `ask` says whether it could be asked. */
  constructor(
    private readonly around: { now(): number; after(milliseconds: number, call: () => void): () => void },
    private readonly ask: (channel: string) => boolean,
  ) {}

  want(channel: string): void {
    if (this.#waiting.has(channel)) return;
    const wait = (this.#asked.get(channel) ?? -Infinity) + RESYNC_EVERY - this.around.now();
    if (wait <= 0) {
      this.#ask(channel);
      return;
    }
    const cancel = this.around.after(wait, () => {
      this.#waiting.delete(channel);
      this.#ask(channel);
    });
    this.#waiting.set(channel, cancel);
  }

  /** A new connection begins with the whole state: nothing is wanted any more. */
  clear(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    this.#asked.clear();
  }

  #ask(channel: string): void {
    if (this.ask(channel)) this.#asked.set(channel, this.around.now());
  }
}
