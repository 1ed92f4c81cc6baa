// The line that says what was just done, with the button that takes it back.
import { typography } from "../words.ts";
import { say } from "./words.ts";

export const UNDO_FOR = 10_000;

export class ToldLine {
  #offered: { decision: number; cancel: () => void } | null = null;

  constructor(
    private readonly place: HTMLElement,
    undo: () => void,
  ) {
    place.addEventListener("submit", (event) => {
      event.preventDefault();
      undo();
    });
    const served = place.querySelector<HTMLFormElement>(".queue-undo");
    const decision = /decisions\/(\d+)\//.exec(served?.getAttribute("action") ?? "")?.[1];
    if (decision) this.offerUndo(Number(decision), served?.querySelector("span")?.textContent ?? "");
  }

  /** The decision that can still be taken back, which is offered no more; null where there is none. */
  take(): number | null {
    const offered = this.#offered;
    offered?.cancel();
    this.#offered = null;
    return offered?.decision ?? null;
  }

  offerUndo(decision: number, told: string): void {
    this.#offered?.cancel();
    const timer = setTimeout(() => {
      this.#offered = null;
      this.place.querySelector(".queue-undo")?.remove();
    }, UNDO_FOR);
    this.#offered = { decision, cancel: () => clearTimeout(timer) };
    const form = document.createElement("form");
    form.className = "done queue-undo";
    const text = document.createElement("span");
    text.textContent = typography(told);
    const button = document.createElement("button");
    button.className = "link-button";
    button.textContent = say("queue-undo");
    form.append(text, button);
    this.place.replaceChildren(form);
  }

  say(text: string, isFault: boolean): void {
    const line = document.createElement("p");
    line.className = isFault ? "fault" : "done";
    line.textContent = typography(text);
    this.place.replaceChildren(line);
  }
}
