// A conversation with the Région that stays open: its answer appears by itself, and what is being written stays.
import { Asking } from "./asking.ts";
import { announce } from "./counter.ts";
import type { Words } from "./words.ts";

/** What `/contact/ID/etat` tells. */
interface State {
  readonly state: string;
  readonly last: number;
}

export function followThread(thread: HTMLElement, address: string, words: Words): void {
  if (thread.dataset.state === "closed") return;
  const asking = new Asking({
    address: () => address,
    take: async (told) => {
      const { state, last } = told as State;
      const isKnown = thread.dataset.state === state && thread.dataset.last === String(last);
      const isTaken = isKnown || (await renew(thread, words));
      if (isTaken && state === "closed") asking.end();
      return isTaken;
    },
  });
}

/** Whether the page tells all that the server knows now. */
async function renew(thread: HTMLElement, words: Words): Promise<boolean> {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = page.querySelector<HTMLElement>(".thread");
  if (!told) return false;
  keepingPlace(() => take(thread, told, words));
  return true;
}

function take(thread: HTMLElement, told: HTMLElement, words: Words): void {
  const state = told.querySelector(".thread-told");
  if (state) thread.querySelector(".thread-told")?.replaceWith(document.adoptNode(state));
  const list = thread.querySelector(".messages");
  const known = new Set([...thread.querySelectorAll<HTMLElement>("[data-message]")].map(({ dataset }) => dataset.message));
  const fresh = [...told.querySelectorAll<HTMLElement>("[data-message]")].filter(({ dataset }) => !known.has(dataset.message));
  if (fresh.length) thread.querySelector("#dernier")?.removeAttribute("id");
  list?.append(...fresh.map((message) => document.adoptNode(message)));
  thread.dataset.state = told.dataset.state;
  thread.dataset.last = told.dataset.last;
  const over = thread.querySelector<HTMLElement>(".thread-over");
  const isOver = told.dataset.state === "closed";
  if (over && isOver) over.hidden = false;
  if (isOver) endWriting(thread);
  const text = fresh.findLast((message) => message.matches(".message-region"))?.querySelector(".message-text")?.textContent;
  if (text) announce(words.say("contact-live", "answered", { text }));
  else if (isOver && over) announce(over.textContent ?? "");
}

/** Nothing can be sent any more; what was typed can still be copied. */
function endWriting(thread: HTMLElement): void {
  const form = thread.querySelector<HTMLFormElement>("form.fields");
  if (!form?.querySelector("textarea")?.value) form?.remove();
  form?.querySelector(".thread-send")?.remove();
}

/** What has the focus does not move on the screen, whatever comes above it. */
function keepingPlace(change: () => void): void {
  const held = document.activeElement?.closest<HTMLElement>("form.fields");
  const before = held?.getBoundingClientRect().top;
  change();
  if (held?.isConnected && before !== undefined) scrollBy({ top: held.getBoundingClientRect().top - before, behavior: "instant" });
}
