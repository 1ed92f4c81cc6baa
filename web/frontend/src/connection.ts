// The line that says how it stands with the connection; silent as long as nobody would notice.
import type { Words } from "./words.ts";

const NOTICED_AFTER = 2_000;
const GOOD_NEWS_LASTS = 4_000;
const NEWS_LASTS = 12_000;

export class Connection {
  #cancel = (): void => {};
  #isStale = false;
  #isLost = false;
  #isTold = false;

  constructor(
    private readonly line: HTMLElement | null,
    private readonly words: Words,
    private readonly after: (milliseconds: number, call: () => void) => () => void,
  ) {}

  /** The page is a copy: it stands there, marked, until the connection makes it current. */
  copied(notice: string): void {
    this.#isLost = this.#isTold = true;
    this.#cancel();
    if (this.line) this.line.textContent = notice;
  }

  /** Something that happened through the connection and has no other place on this page. */
  tell(news: string): void {
    this.#cancel();
    if (this.line) this.line.textContent = news;
    this.#cancel = this.after(NEWS_LASTS, () => this.#write(null));
  }

  opened(): void {
    const wasTold = this.#isTold;
    this.#isLost = this.#isTold = this.#isStale = false;
    this.#cancel();
    this.#write(wasTold ? "connection-back" : null);
    if (wasTold) this.#cancel = this.after(GOOD_NEWS_LASTS, () => this.#write(null));
  }

  lost(final: boolean): void {
    if (this.#isLost && !final) return; // one more attempt failed
    this.#isLost = true;
    this.#cancel();
    this.#cancel = this.after(final ? 0 : NOTICED_AFTER, () => {
      this.#isTold = true;
      this.#write(final ? "stale" : "connection-lost");
    });
  }

  stale(isStale: boolean): void {
    if (this.#isStale === isStale) return;
    this.#isStale = isStale;
    this.#cancel();
    this.#write(isStale ? "stale" : null);
  }

  #write(name: string | null): void {
    if (this.line) this.line.textContent = name ? this.words.say("live", name) : "";
  }
}
