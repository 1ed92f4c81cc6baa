// What is open: fetched beforehand where one goes on to it, renewed, and asked about by keys.
import { typography } from "../words.ts";
import { fetchText, part } from "./asking.ts";
import { find } from "./words.ts";

/** From one look for similar texts to the next, while the server still compares what waits. */
const COMPARE_EVERY = 1_000;

export class Item {
  readonly #beforehand = new Map<string, Promise<string>>();
  #asked: HTMLElement | null = null;
  #comparing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly place: HTMLElement,
    private readonly query: string | undefined,
  ) {
    this.#compare();
  }

  get current(): string {
    return this.place.querySelector<HTMLElement>("[data-fiche]")?.dataset.fiche ?? "";
  }

  /** What is open and may be decided, with the address of its parts. */
  get fiche(): HTMLElement | null {
    return this.place.querySelector<HTMLElement>("[data-fiche][data-open]");
  }

  get knowsNothing(): boolean {
    return !this.#beforehand.size;
  }

  // --- beforehand

  fetched(subject: string, address: string): Promise<string> {
    let known = this.#beforehand.get(subject);
    if (!known) {
      known = fetchText(part(address, "fiche"));
      known.catch(() => this.#beforehand.delete(subject));
      this.#beforehand.set(subject, known);
    }
    return known;
  }

  forget(subject: string): void {
    this.#beforehand.delete(subject);
  }

  addressOf(subject: string): string {
    const [sort, id] = subject.split(":");
    const folder = sort === "topic" ? "sujets" : "posts";
    return `/console/file/${folder}/${id}${this.query ? `?${this.query}` : ""}`;
  }

  // --- shown

  put(html: string, address: string): void {
    this.#asked = null;
    this.place.innerHTML = html;
    history.replaceState(null, "", address);
    this.#compare();
  }

  /** The server has just started and compares what waits: its answer is put in as soon as it is whole. */
  #compare(): void {
    clearTimeout(this.#comparing);
    const subject = this.current;
    if (!this.place.querySelector("[data-looking]")) return;
    this.#comparing = setTimeout(() => {
      void fetchText(part(this.addressOf(subject), "fiche"))
        .then((html) => this.#takeAlike(subject, html))
        .catch(() => {})
        .finally(() => subject === this.current && this.#compare());
    }, COMPARE_EVERY);
  }

  #takeAlike(subject: string, html: string): void {
    if (subject !== this.current) return;
    const shown = this.place.querySelector(".queue-waiting-alike");
    const now = new DOMParser().parseFromString(html, "text/html").querySelector(".queue-waiting-alike");
    if (now) shown?.replaceWith(now);
    else shown?.remove();
  }

  /** Nothing is open: `text` says why. */
  empty(text: string): void {
    const line = document.createElement("p");
    line.className = "queue-empty queue-title";
    line.tabIndex = -1;
    line.textContent = text;
    this.place.replaceChildren(line);
    line.focus({ preventScroll: true });
  }

  /** Who else has it, or what became of it. */
  hold(told: string): void {
    const held = this.place.querySelector<HTMLElement>("[data-held]");
    const text = typography(told);
    if (held && held.textContent !== text) held.textContent = text;
  }

  focus(): void {
    this.place.querySelector<HTMLElement>(".queue-title")?.focus({ preventScroll: true });
  }

  contains(element: Element | null): boolean {
    return this.place.contains(element);
  }

  onDecide(call: (event: SubmitEvent) => void): void {
    this.place.addEventListener("submit", call);
  }

  // --- by keys

  press(key: string): void {
    this.place.querySelector<HTMLElement>(`[data-key="${key}"]`)?.[key === "t" ? "focus" : "click"]();
  }

  /** The next digit chooses one of a group, which has the focus meanwhile. */
  ask(key: string): void {
    const group = this.place.querySelector<HTMLElement>(`[data-digits="${key}"]`);
    const first = group?.querySelector<HTMLButtonElement>(".queue-reason") ?? (key === "m" ? find("#item-into") : null);
    this.#asked?.classList.remove("is-asked");
    this.#asked = group && group.querySelector(".queue-reason") ? group : null;
    this.#asked?.classList.add("is-asked");
    first?.focus();
  }

  /** Whether a digit was waited for. */
  choose(digit: number): boolean {
    if (!this.#asked) return false;
    this.#asked.querySelectorAll<HTMLButtonElement>(".queue-reason")[digit - 1]?.click();
    return true;
  }

  askNoMore(): void {
    this.#asked?.classList.remove("is-asked");
    this.#asked = null;
    this.place.querySelector<HTMLElement>(".queue-title")?.focus();
  }
}
