// The places of the page where it says what staff have switched for everybody.
import { closing, keepingPlace, make } from "./above.ts";
import { articles } from "./topics.ts";
import type { Banner } from "./wire.ts";
import type { Words } from "./words.ts";
import { inLanguage, typography } from "./words.ts";

const STAFF_WRITE = "fr";

/** What this page was told to close; it does not come again with the same words. */
let closed: string | null = null;

/** A banner that comes makes room above the page, one that goes leaves it, and one that takes another's place fills it:
 * nothing moves, and nothing is blank beside what is said. */
export function writeBanner(banner: Banner | null, words: Words): void {
  const standing = document.getElementById("banner");
  const place = document.getElementById("notice");
  const isStanding = banner !== null && standing?.dataset.text === banner.text;
  if (!place) return;
  const text = isStanding || banner === null || closed === banner.text ? "" : banner.text;
  const stand = (): void => {
    standing?.classList.toggle("is-over", !isStanding);
    if (standing) standing.hidden = text !== "";
  };
  if ((place.dataset.text ?? "") === text) return stand();
  place.dataset.text = text;
  const box = banner && text ? [told(banner, words, () => writeBanner(banner, words))] : [];
  const change = (): void => {
    stand();
    place.replaceChildren(...box);
  };
  keepingPlace(change, banner !== null && closed === banner.text);
}

function told(banner: Banner, words: Words, again: () => void): HTMLElement {
  const box = make("div", `banner banner-${banner.severity}`);
  const kind = make("strong", "", words.say("notice", banner.severity));
  const line = make("p", "");
  line.append(kind, " ", inLanguage(make("span", "", typography(banner.text)), STAFF_WRITE));
  const close = closing(words, () => {
    closed = banner.text;
    again();
  });
  box.append(line, close);
  return box;
}

/** Why nothing can be posted, told beside the button; above the form only where the page came with it. */
export function writePosting(why: string | null): void {
  for (const place of document.querySelectorAll<HTMLElement>(".posting-paused")) write(place, why ?? "");
  document.querySelector(".posting-standing")?.classList.toggle("is-over", !why);
}

/** Whether this topic's votes became paused, or are taken again; null where nothing changed. */
export function writePaused(article: HTMLElement, why: string): "paused" | "resumed" | null {
  const place = article.querySelector<HTMLElement>(".vote-paused");
  if (!place || article.dataset.state !== "open") return null;
  const was = Boolean(place.textContent);
  const hadFocus = article.querySelector("form.vote")?.contains(document.activeElement) ?? false;
  write(place, why);
  for (const button of article.querySelectorAll<HTMLButtonElement>("form.vote button")) button.disabled = Boolean(why);
  // What cannot be pressed cannot keep the focus, and what says nothing neither.
  if (hadFocus && why) place.focus({ preventScroll: true });
  else if (hadFocus && was) article.querySelector<HTMLElement>(".vote-plus")?.focus({ preventScroll: true });
  if (was === Boolean(why)) return null;
  return why ? "paused" : "resumed";
}

/** Every topic of the page; `changed` is told of those for which it became another. */
export function writeAllPaused(
  topics: ReadonlyMap<number, string>,
  changed: (topic: number, how: "paused" | "resumed") => void,
): void {
  for (const article of articles()) {
    const topic = Number(article.dataset.topic);
    const how = writePaused(article, topics.get(topic) ?? "");
    if (how) changed(topic, how);
  }
}

function write(place: HTMLElement, text: string): void {
  const told = typography(text);
  if (place.textContent !== told) place.textContent = told;
}
