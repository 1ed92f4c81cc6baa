// What stands above the page, between its bar and what is read: it takes its own room, and nothing below it moves.
import type { Words } from "./words.ts";

/** Whatever comes and goes above the page, what is looked at stays where it is; where the page is at its top already,
 * the room of what goes is left empty, but not for who has closed it. */
export function keepingPlace(change: () => void, isClosed = false): void {
  const above = document.getElementById("above");
  const main = document.getElementById("main");
  if (!above || !main) return change();
  const top = (): number => main.getBoundingClientRect().top;
  const before = top();
  above.style.minHeight = "";
  change();
  scrollBy({ top: top() - before, behavior: "instant" });
  const drawnUp = before - top();
  if (drawnUp > 0 && !isClosed) above.style.minHeight = `${above.offsetHeight + drawnUp}px`;
}

/** What closes something; who presses it goes on reading. */
export function closing(words: Words, close: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "above-close";
  button.append(make("span", "visually-hidden", words.say("notice", "close")));
  button.addEventListener("click", () => {
    document.getElementById("main")?.focus({ preventScroll: true });
    close();
  });
  return button;
}

/** Something new further down on this page; whether it is told, which it is where nothing else stands above. */
export function tellBelow(told: string, href: string, words: Words): boolean {
  const place = document.getElementById("fresh");
  if (!place || place.childElementCount) return false;
  const line = make("p", "");
  line.append(make("strong", "", told));
  putAbove(place, [line, leading(place, href, words.say("notice", "look"))], words);
  return true;
}

/** Stands above the page until it is followed or closed. */
export function putAbove(place: HTMLElement, parts: readonly HTMLElement[], words: Words): void {
  const box = make("div", "fresh-box");
  box.append(...parts, closing(words, () => keepingPlace(() => place.replaceChildren(), true)));
  keepingPlace(() => place.replaceChildren(box));
}

/** Leads to what is told, which then stands above no more. */
export function leading(place: HTMLElement, href: string, label: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.className = "button";
  link.href = href;
  link.textContent = label;
  link.addEventListener("click", () => keepingPlace(() => place.replaceChildren()));
  return link;
}

export function make(name: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
