// What became of a topic, on a page that stays open: a step that the Région tells appears by itself, and nothing moves.
import { announce } from "./counter.ts";
import { tellBelow } from "./noticed.ts";
import { after } from "./socket.ts";
import { STEPPED } from "./topics.ts";
import type { Words } from "./words.ts";

/** Everybody hears of a step in the same moment; each fetches it at one of their own. */
const SPREAD = 2_000;
const AGAIN = 5_000;
const MOST_TRIES = 5;
const VOTERS = ".step-voters";

/** `section` is the part of `article` that tells the steps, its `data-steps` the number of those that it shows. */
export function followSteps(article: HTMLElement, section: HTMLElement, words: Words): void {
  const isKnown = (): boolean => !article.dataset.steps || article.dataset.steps === section.dataset.steps;
  let tries = 0;
  let cancel = (): void => {};

  async function renew(): Promise<void> {
    tries += 1;
    const told = await fetchSteps(`/sujets/${article.dataset.topic}/suivi`);
    if (told && told.dataset.steps !== section.dataset.steps) take(section, told, words);
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

async function fetchSteps(address: string): Promise<HTMLElement | null> {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) return null;
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    return part.content.querySelector<HTMLElement>("[data-steps]");
  } catch {
    return null;
  }
}

function take(section: HTMLElement, told: HTMLElement, words: Words): void {
  const known = new Set(steps(section).map(wordsOf));
  const list = told.querySelector(".steps");
  section.dataset.steps = told.dataset.steps;
  const voters = section.querySelector(VOTERS);
  if (!list) return;
  if (voters) list.querySelector(VOTERS)?.replaceWith(voters); // it tells of when the page was opened
  keepingBelow(section, () => section.querySelector(".steps")?.replaceWith(list));
  const fresh = steps(section).filter((step) => !known.has(wordsOf(step)));
  for (const step of fresh) step.classList.add("step-new");
  const answer = fresh.findLast((step) => step.matches(".step-answer"));
  const news = words.say("notice", answer ? "answered" : "stepped");
  const text = answer?.querySelector(".step-text")?.textContent?.trim() ?? "";
  const isBelow = fresh.length > 0 && !isSeen(fresh.at(-1)!);
  if (!isBelow || !tellBelow(news, "#suivi", words)) announce(text ? `${news} ${text}` : news);
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

/** Whoever reads or writes further down than the section goes on where they were. */
function keepingBelow(section: HTMLElement, change: () => void): void {
  const before = section.getBoundingClientRect();
  const held = document.activeElement;
  const isHeldBelow = held !== null && Boolean(section.compareDocumentPosition(held) & Node.DOCUMENT_POSITION_FOLLOWING);
  change();
  if (!isHeldBelow && before.top + before.height / 2 > 0) return;
  scrollBy({ top: section.getBoundingClientRect().bottom - before.bottom, behavior: "instant" });
}
