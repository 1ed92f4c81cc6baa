// The list of the queue, in its order; what was decided leaves it, but nothing moves under the hand.
import { by, idOf, nameHolder, stays, subjectOf } from "./row.ts";
import { say } from "./words.ts";

/** Until when the server lets a colleague take a decision back. */
const UNDO_ELSEWHERE = 15_000;
/** A finger that has touched the list may do so again for so long. */
const FINGER = 3_000;

export class Rows {
  #newest = 0;
  #isPointing = false;
  #touched = -FINGER;

  /** `isOpen` says whether a subject is the one that is open; `removed` is called when a row has left. */
  constructor(
    private readonly list: HTMLElement,
    private readonly isOpen: (subject: string) => boolean,
    private readonly removed: () => void,
  ) {
    this.#followTheHand();
  }

  get all(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>(".queue-row")];
  }

  get waiting(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>(".queue-row:not(.is-done, .queue-away)")];
  }

  /** The highest number that ever stood here. */
  get last(): number {
    return Math.max(this.#newest, ...this.all.map(idOf));
  }

  of(subject: string): HTMLElement | null {
    return this.list.querySelector<HTMLElement>(`[data-subject="${CSS.escape(subject)}"]`);
  }

  /** The next free one after `subject`, or before it. */
  beside(subject: string, step: 1 | -1): HTMLElement | null {
    const all = this.all;
    let at = all.findIndex((row) => row.dataset.subject === subject);
    if (at < 0) at = step > 0 ? -1 : all.length;
    for (at += step; at >= 0 && at < all.length; at += step) {
      const row = all[at];
      if (row && !row.matches(".is-done, .queue-away") && !by(row)) return row;
    }
    return null;
  }

  /** Mark the one that is open. */
  show(subject: string): void {
    for (const link of this.list.querySelectorAll("[aria-current]")) link.removeAttribute("aria-current");
    const row = this.of(subject);
    const link = row?.querySelector("a");
    link?.setAttribute("aria-current", "true");
    row?.classList.remove("is-new");
    link?.scrollIntoView({ block: "nearest" });
  }

  /** At the end only: what stands already stays where it is. */
  append(added: readonly HTMLElement[]): void {
    for (const row of added) row.classList.add("is-new");
    this.list.append(...added);
  }

  onChosen(call: (row: HTMLElement) => void): void {
    this.list.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>(".queue-row");
      if (!row || row.matches(".queue-away") || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      call(row);
    });
  }

  // --- what became of them

  done(subject: string, how = say("queue-done")): void {
    const row = this.of(subject);
    if (!row) return;
    row.classList.add("is-done");
    nameHolder(row, how);
  }

  doneElsewhere(subject: string): void {
    const row = this.of(subject);
    this.done(subject, say(row?.matches(".queue-away") ? "answers-gone" : "queue-elsewhere"));
    row?.classList.add("is-elsewhere");
    if (row && !row.dataset.until) stays(row, UNDO_ELSEWHERE);
  }

  undone(row: HTMLElement): void {
    row.classList.remove("is-done", "is-elsewhere", "is-leaving");
    delete row.dataset.until;
    nameHolder(row, "");
  }

  /** What is decided leaves the list when it can be undone no more, unless the hand is there or it is what is open. */
  tidy(): void {
    const now = Date.now();
    if (this.#isPointing || now - this.#touched < FINGER) return;
    for (const row of this.list.querySelectorAll<HTMLElement>(".queue-row.is-done[data-until]")) {
      if (now >= Number(row.dataset.until) && !this.#isInUse(row)) this.#leave(row);
    }
  }

  #isInUse(row: HTMLElement): boolean {
    return this.isOpen(subjectOf(row)) || row.contains(document.activeElement);
  }

  #leave(row: HTMLElement): void {
    this.#newest = this.last;
    row.classList.add("is-leaving");
    void Promise.allSettled(row.getAnimations().map((fading) => fading.finished)).then(() => {
      if (!row.matches(".is-done") || this.#isInUse(row)) return row.classList.remove("is-leaving");
      row.remove();
      this.removed();
    });
  }

  /** A mouse that was left lying over the list while keys are used is no hand. */
  #followTheHand(): void {
    this.list.addEventListener("pointermove", () => (this.#isPointing = true));
    this.list.addEventListener("pointerleave", () => (this.#isPointing = false));
    document.addEventListener("keydown", () => (this.#isPointing = false));
    this.list.addEventListener("pointerdown", () => (this.#touched = Date.now()));
  }
}
