// The topics on this page: reads what the server wrote into the HTML, and writes what is new into the same.
import type { LivePart } from "./elements/part.ts";
import type { Beginning } from "./standings.ts";
import type { Sign, Tally, Version } from "./tally.ts";
import { isHidden } from "./tally.ts";
import { tallyOf, versionOf } from "./wire.ts";
import type { Words } from "./words.ts";

export interface Shown {
  readonly version: Version | null;
  readonly tally: Tally | null;
  readonly own: Sign | null;
  readonly seen: string | null;
  /** Now, by the server's clock, in ms since 1970. */
  readonly at: number;
}

/** Told to the document by whoever puts more topics onto the page. */
export const ARRIVED = "topics-arrived";
/** Told to the document when an evening is over, and with it each of its votes. */
export const EVENING_OVER = "evening-over";

export function articles(topic?: number): HTMLElement[] {
  const which = topic === undefined ? "[data-topic]" : `[data-topic="${topic}"]`;
  return [...document.querySelectorAll<HTMLElement>(`.topic${which}`)];
}

/** The one topic that this page is about; undefined where it shows several. Arguments stand beside theirs. */
export function mainTopic(): number | undefined {
  const [first, ...others] = new Set(articles().filter((one) => !one.matches(".argument")).map(topicOfArticle));
  return others.length ? undefined : first;
}

export function topicOfArticle(article: HTMLElement): number {
  return Number(article.dataset.topic);
}

/** What the page says of a topic; a tally is there where the server embedded it. */
export function readTopic({ dataset }: HTMLElement): Beginning {
  return {
    version: attempt(() => versionOf(JSON.parse(dataset.version ?? ""))),
    tally: attempt(() => tallyOf(JSON.parse(dataset.tally ?? ""))),
    own: dataset.own ? (Math.sign(Number(dataset.own)) as Sign) : null,
    seen: dataset.seen || null,
    gate: dataset.gate ? Number(dataset.gate) : null,
    sealed: dataset.headline === "sealed",
  };
}

export function writeTopic(article: HTMLElement, { version, tally, own, seen, at }: Shown, words: Words): void {
  const { dataset } = article;
  if (version) dataset.version = JSON.stringify(version);
  if (seen) dataset.seen = seen;
  dataset.own = own === null ? "" : String(own);
  writeVote(article, own, words);
  if (!tally) return;
  const hidden = isHidden(tally);
  dataset.view = hidden ? "hidden" : "results";
  for (const results of article.querySelectorAll<HTMLElement>(".results")) results.hidden = hidden;
  for (const note of article.querySelectorAll<HTMLElement>(".hidden-note")) note.hidden = !hidden;
  for (const part of article.querySelectorAll<LivePart>(PARTS)) Object.assign(part, { at, tally });
}

const PARTS = "live-gauge, live-counts, live-weather, live-map, live-splits, live-timeline";

function writeVote(article: HTMLElement, own: Sign | null, words: Words): void {
  for (const button of article.querySelectorAll<HTMLButtonElement>(".vote-plus, .vote-minus")) {
    button.setAttribute("aria-pressed", String(own !== null && Number(button.value) === own));
    button.classList.remove("is-chosen");
  }
  const told = article.querySelector(".vote-own");
  if (told) told.textContent = own === null ? "" : words.say("own", String(own));
  const withdraw = article.querySelector<HTMLButtonElement>(".vote-withdraw");
  if (withdraw && withdraw.hidden !== !own) {
    // What is hidden cannot keep the focus; the next thing to do is to choose again.
    if (withdraw === document.activeElement) article.querySelector<HTMLElement>(".vote-plus")?.focus();
    withdraw.hidden = !own;
  }
}

/** Told to an article when what became of its topic is another; its `data-steps` says which number that has. */
export const STEPPED = "topic-stepped";

export function stepTopic(topic: number, number: number): void {
  for (const article of articles(topic)) {
    article.dataset.steps = String(number);
    article.dispatchEvent(new Event(STEPPED));
  }
}

export function writeNote(article: HTMLElement, text: string): void {
  const note = article.querySelector(".vote-note");
  if (note && note.textContent !== text) note.textContent = text;
}

/** The vote is over: nothing is left to press, and the page offers what is published from now on. */
export function closeTopic(article: HTMLElement, words: Words): void {
  const hadFocus = article.querySelector("form.vote")?.contains(document.activeElement);
  article.dataset.state = "closed";
  for (const news of article.querySelectorAll<HTMLElement>(".closing")) news.hidden = false;
  for (const fog of article.querySelectorAll(".gauge-fog")) fog.textContent = words.say("live", "fog-closed");
  for (const button of article.querySelectorAll<HTMLButtonElement>("form.vote button")) button.disabled = true;
  for (const buttons of article.querySelectorAll<HTMLElement>(".vote-buttons, .vote-withdraw")) buttons.hidden = true;
  // What is hidden cannot keep the focus.
  if (hadFocus) article.querySelector<HTMLElement>(".closing a, .card-title a")?.focus();
}

export function titleOf(article: HTMLElement): string {
  return article.querySelector("h1, h2, h3")?.textContent?.trim() ?? "";
}

/** Whether the browser took this page out of its history, perhaps without asking the server. */
export function cameBack(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "back_forward";
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
