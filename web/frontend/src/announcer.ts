// Polite announcements: the newest one, at most one in 20 seconds.

const EVERY = 20_000;

export class Announcer {
  #spokenAt = -Infinity;
  #next: string | null = null;

  constructor(
    private readonly speak: (text: string) => void,
    private readonly now: () => number,
    private readonly after: (milliseconds: number, call: () => void) => void,
  ) {}

  say(text: string): void {
    const isWaiting = this.#next !== null;
    this.#next = text;
    if (isWaiting) return;
    const wait = this.#spokenAt + EVERY - this.now();
    if (wait <= 0) this.#utter();
    else this.after(wait, () => this.#utter());
  }

  #utter(): void {
    if (this.#next === null) return;
    this.#spokenAt = this.now();
    this.speak(this.#next);
    this.#next = null;
  }
}
