// The places of the page where it says what staff have switched for everybody.
import { articles } from "./topics.ts";
import type { Banner, Fresh } from "./wire.ts";
import type { Words } from "./words.ts";
import { inLanguage, typography } from "./words.ts";

const STAFF_WRITE = "fr";

/** What this page was told to close; it does not come again with the same words. */
let closed: string | null = null;

/** A banner that comes makes room above the page, one that goes leaves it: nothing moves. */
export function writeBanner(banner: Banner | null, words: Words): void {
  const standing = document.getElementById("banner");
  const place = document.getElementById("notice");
  const isStanding = banner !== null && standing?.dataset.text === banner.text;
  standing?.classList.toggle("is-over", !isStanding);
  if (!place) return;
  const text = isStanding || banner === null || closed === banner.text ? "" : banner.text;
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  const box = banner && text ? [told(banner, words, () => writeBanner(banner, words))] : [];
  keepingPlace(() => place.replaceChildren(...box), banner !== null && closed === banner.text);
}

/** Whatever comes and goes above the page, what is looked at stays where it is; where the page is at its top already,
 * the room of what goes is left empty, but not for who has closed it. */
function keepingPlace(change: () => void, isClosed = false): void {
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

function told(banner: Banner, words: Words, again: () => void): HTMLElement {
  const box = make("div", `banner banner-${banner.severity}`);
  const kind = make("strong", "", words.say("notice", banner.severity));
  const close = make("button", "link-button", words.say("notice", "close"));
  close.setAttribute("type", "button");
  close.addEventListener("click", () => {
    closed = banner.text;
    document.getElementById("main")?.focus({ preventScroll: true });
    again();
  });
  const line = make("p", "");
  line.append(kind, " ", inLanguage(make("span", "", typography(banner.text)), STAFF_WRITE));
  box.append(line, close);
  return box;
}

/** What the Région has begun to ask since this page was `loaded` (ms since 1970); it stands above the page. */
export function writeFresh(fresh: Fresh, loaded: number, words: Words): void {
  const place = document.getElementById("fresh");
  if (!place || fresh.opened < loaded || place.dataset.topic === String(fresh.topic)) return;
  if (articles().some((article) => Number(article.dataset.topic) === fresh.topic)) return;
  place.dataset.topic = String(fresh.topic);
  const line = make("p", "");
  line.append(make("strong", "", words.say("notice", "fresh")), " ", inLanguage(make("span", "", typography(fresh.title)), STAFF_WRITE));
  putAbove(place, line, { href: `/sujets/${fresh.topic}`, label: words.say("notice", "answer") }, words);
}

/** Something new further down on this page; whether it is told, which it is where nothing else stands above. */
export function tellBelow(told: string, href: string, words: Words): boolean {
  const place = document.getElementById("fresh");
  if (!place || place.childElementCount) return false;
  const line = make("p", "");
  line.append(make("strong", "", told));
  putAbove(place, line, { href, label: words.say("notice", "look") }, words);
  return true;
}

/** Stands above the page until it is followed or closed. */
function putAbove(place: HTMLElement, line: HTMLElement, { href, label }: { href: string; label: string }, words: Words): void {
  const link = make("a", "button", label);
  link.setAttribute("href", href);
  link.addEventListener("click", () => keepingPlace(() => place.replaceChildren()));
  const close = make("button", "link-button", words.say("notice", "close"));
  close.setAttribute("type", "button");
  close.addEventListener("click", () => {
    document.getElementById("main")?.focus({ preventScroll: true });
    keepingPlace(() => place.replaceChildren(), true);
  });
  const box = make("div", "fresh-box");
  box.append(line, link, close);
  keepingPlace(() => place.replaceChildren(box));
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

function make(name: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
