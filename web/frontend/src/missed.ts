// On the page of an evening a vote may wait for the profile's questions, or for the server, while the show goes on
// without it: whoever cast it is told what became of it.
import { CLOSED } from "./desk.ts";
import type { Told } from "./desk.ts";
import { articles, titleOf } from "./topics.ts";
import type { Words } from "./words.ts";

/** The page of the evening that is over is another: it says what this one was saying. */
const KEY = "imaginest.missed";

export class Missed {
  /** The topic whose vote waits for the questions. */
  #waiting: number | null = null;
  /** The topic of which it was told that the vote was too late. */
  #missed: number | null = null;
  readonly #titles = new Map<number, string>();
  /** Cast, or refused, when its form was gone. */
  readonly #away = new Set<number>();

  /** Without a `place` to tell it at nothing is ever missed. */
  constructor(
    private readonly place: HTMLElement | null,
    private readonly words: Words,
    private readonly stop: () => void,
  ) {
    if (place) this.#say(saidBefore());
  }

  async waits(topic: number, asked: Promise<boolean>): Promise<boolean> {
    this.titleOf(topic);
    this.#waiting = topic;
    const kept = await asked;
    if (this.#waiting === topic) this.#waiting = null;
    return kept;
  }

  /** Another part of the show is on. */
  arrived(): void {
    const before = Number(document.querySelector<HTMLElement>("#scene .act")?.dataset.before);
    const mayVote = document.querySelector("#scene form.vote") !== null;
    const waiting = this.#waiting;
    if (waiting !== null) {
      // As long as a question that is asked again is open, the vote before is not.
      const isAsked = mayVote && waiting === before;
      if (isAsked || articles(waiting).some(({ dataset }) => dataset.state === "closed")) this.#miss(waiting);
    }
    if (!mayVote) return;
    if (this.#missed !== null && this.#missed === before) this.#say(this.words.say("live", "missed-again"), before);
    else this.#say("");
  }

  /** All votes of the evening have ended; the page is about to be another. */
  over(): void {
    if (this.#waiting !== null) this.#miss(this.#waiting);
    else if (this.#missed !== null) this.#say(this.words.say("live", "missed"));
    if (this.place?.textContent) keep(this.place.textContent);
  }

  casts(topic: number): void {
    if (!this.place) return;
    this.#say("");
    if (!hasNote(topic)) this.#away.add(topic);
  }

  titleOf(topic: number): string {
    const title = articles(topic).map(titleOf).find(Boolean) ?? this.#titles.get(topic) ?? "";
    this.#titles.set(topic, title);
    return title;
  }

  /** Whether it was said here, because there is no other place for it any more. */
  told(topic: number, told: Told): boolean {
    if (!this.place || !this.#titles.has(topic) || hasNote(topic)) return false;
    if (told.kind === "refused") {
      const isLate = told.code === CLOSED && this.#away.has(topic);
      if (isLate) this.#miss(topic);
      else this.#say(this.words.refusal(told.code));
      this.#away.add(topic);
    } else if (told.kind === "counted" && this.#away.delete(topic)) {
      this.#say(this.words.say("live", "counted-away", { title: this.titleOf(topic) }));
    }
    return true;
  }

  #miss(topic: number): void {
    if (!this.place) return;
    if (this.#waiting === topic) this.stop();
    this.#say(this.words.say("live", "missed"), topic);
  }

  /** What was pressed is gone, and the focus with it. */
  #say(text: string, missed: number | null = null): void {
    this.#missed = missed;
    if (!this.place || this.place.textContent === text) return;
    this.place.textContent = text;
    const focused = document.activeElement ?? document.body;
    if (text && (focused === document.body || !focused.checkVisibility())) this.place.focus();
  }
}

function saidBefore(): string {
  try {
    const [address, text] = JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as string[];
    sessionStorage.removeItem(KEY);
    return text && address === location.pathname ? text : "";
  } catch {
    return "";
  }
}

function keep(text: string): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([location.pathname, text]));
  } catch {
    // Where nothing may be kept it was told before the page was another.
  }
}

function hasNote(topic: number): boolean {
  return articles(topic).some((article) => article.querySelector(".vote-note") !== null);
}
