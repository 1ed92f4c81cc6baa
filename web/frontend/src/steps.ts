// What became of a topic, on a page that stays open: a step that the Région tells appears by itself, and nothing moves.
// So do votes that are set aside by rule, or come back, and the reason.
import { announce } from "./counter.ts";
import { tellBelow } from "./above.ts";
import { after } from "./socket.ts";
import { STEPPED } from "./topics.ts";
import type { Words } from "./words.ts";

/** Everybody hears of a step in the same moment; each fetches it at one of their own. */
const SPREAD = 2_000;
const AGAIN = 5_000;
const MOST_TRIES = 5;
const VOTERS = ".step-voters";
const ASIDE = ".set-aside";

/** `section` is the part of `article` that tells the steps, its `data-steps` the number of those that it shows. */
export function followSteps(article: HTMLElement, section: HTMLElement, words: Words): void {
  const isKnown = (): boolean => !article.dataset.steps || article.dataset.steps === section.dataset.steps;
  let tries = 0;
  let cancel = (): void => {};

  async function renew(): Promise<void> {
    tries += 1;
    const part = await fetchPart(`/sujets/${article.dataset.topic}/suivi`);
    const told = part?.querySelector<HTMLElement>("[data-steps]");
    if (part && told && told.dataset.steps !== section.dataset.steps) {
      takeSetAside(article.querySelector(ASIDE), part.querySelector(ASIDE), words);
      take(section, told, words);
    }
    if (tries < MOST_TRIES) renewWithin(AGAIN);
  }

  function renewWithin(milliseconds: number): void {
    cancel();
    if (!isKnown()) cancel = after(milliseconds * Math.random(), () => void renew());
  }

  function begin(): void {
    tries = 0;
    renewWithin(SPREAD);
  }

  article.addEventListener(STEPPED, begin);
  begin();
}

async function fetchPart(address: string): Promise<DocumentFragment | null> {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) return null;
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    return part.content;
  } catch {
    return null;
  }
}

function take(section: HTMLElement, told: HTMLElement, words: Words): void {
  const list = told.querySelector<HTMLElement>(".steps");
  section.dataset.steps = told.dataset.steps;
  if (!list) return;
  const voters = section.querySelector(VOTERS);
  if (voters) list.querySelector(VOTERS)?.replaceWith(voters); // it tells of when the page was opened
  const fresh = replaced(section, ".steps", list);
  const answer = fresh.findLast((step) => step.matches(".step-answer"));
  const text = answer?.querySelector(".step-text")?.textContent?.trim() ?? "";
  say(fresh.at(-1), words.say("notice", answer ? "answered" : "stepped"), text, "#suivi", words);
}

/** The reason is shown to everybody, whatever they may see of the numbers. */
function takeSetAside(section: HTMLElement | null, told: HTMLElement | null, words: Words): void {
  const list = told?.querySelector<HTMLElement>(".set-aside-steps");
  if (!section || !list?.childElementCount) return;
  const last = replaced(section, ".set-aside-steps", list).at(-1);
  say(last, words.say("notice", last?.dataset.step === "back" ? "back" : "aside"), "", "#mis-de-cote", words);
}

/** The new list stands in the place of the one that was shown, and nothing below it moves; what is fresh of it is marked. */
function replaced(section: HTMLElement, which: string, list: HTMLElement): HTMLElement[] {
  const known = new Set(steps(section).map(wordsOf));
  keepingBelow(section, () => {
    section.querySelector(which)?.replaceWith(list);
    section.hidden = false;
  });
  const fresh = steps(section).filter((step) => !known.has(wordsOf(step)));
  for (const step of fresh) step.classList.add("step-new");
  return fresh;
}

/** Whoever does not see `step` is told `news` above, everybody else hears it, and `text`. */
function say(step: HTMLElement | undefined, news: string, text: string, href: string, words: Words): void {
  if (step && (isSeen(step) || !tellBelow(news, href, words))) announce(text ? `${news} ${text}` : news);
}

/** Those that the Région has told; the number of voters and the days that are left are no news. */
function steps(section: HTMLElement): HTMLElement[] {
  return [...section.querySelectorAll<HTMLElement>("[data-step]")];
}

function wordsOf(step: HTMLElement): string {
  return step.textContent?.replace(/\s+/g, " ") ?? "";
}

function isSeen(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** Whoever reads or writes further down than the section goes on where they were; one that was hidden had no height. */
function keepingBelow(section: HTMLElement, change: () => void): void {
  const below = section.nextElementSibling ?? section;
  const before = below.getBoundingClientRect().top;
  const { top, height } = section.getBoundingClientRect();
  const isPassed = section.hidden ? before < innerHeight / 2 : top + height / 2 <= 0;
  const held = document.activeElement;
  const isHeldBelow = held !== null && Boolean(section.compareDocumentPosition(held) & Node.DOCUMENT_POSITION_FOLLOWING);
  change();
  if (isPassed || isHeldBelow) scrollBy({ top: below.getBoundingClientRect().top - before, behavior: "instant" });
}
