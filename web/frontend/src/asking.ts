// Asks again and again how something stands, while the page is looked at: every 4 s at first, later every 30 s.
const SOON = 4_000;
const LATE = 30_000;
const SLOWER = 1.3;

export interface Question {
  /** Where to ask now; null while nobody would see the answer. */
  readonly address: () => string | null;
  /** Take what is told; whether all of it was taken: what was not is told again. */
  readonly take: (told: unknown) => boolean | Promise<boolean>;
}

export class Asking {
  #wait = SOON;
  #timer = 0;
  #asked = "";
  #tag = "";
  #isOver = false;
  #isAsking = false;

  constructor(private readonly question: Question) {
    document.addEventListener("visibilitychange", () => {
      clearTimeout(this.#timer);
      if (!document.hidden) this.now();
    });
    this.#later();
  }

  /** Somebody looks again: what is new is told at once, and what follows soon. */
  now(): void {
    this.#wait = SOON;
    if (!this.#isOver) void this.#ask();
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    clearTimeout(this.#timer);
    if (this.#isOver || document.hidden) return;
    this.#timer = window.setTimeout(() => void this.#ask(), this.#wait * (0.8 + 0.4 * Math.random()));
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    const address = this.question.address();
    if (address === null || this.#isAsking) return;
    this.#isAsking = true;
    this.#wait = Math.min(LATE, this.#wait * SLOWER);
    if (address !== this.#asked) this.#tag = "";
    this.#asked = address;
    try {
      const answer = await fetch(address, { headers: this.#tag ? { "If-None-Match": this.#tag } : {}, cache: "no-store" });
      if (answer.ok && (await this.question.take(await answer.json()))) this.#tag = answer.headers.get("etag") ?? "";
    } catch {
      // without a connection the page stays as it is, and asks again
    } finally {
      this.#isAsking = false;
      this.#later();
    }
  }
}
