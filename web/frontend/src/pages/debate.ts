// A debate: how many signs an argument may still have, and an order that is offered anew and never moves by itself.
import { announce, counter } from "../counter.ts";
import { PLACES, deviceDrafts } from "../drafts.ts";
import { followNew } from "../new_arguments.ts";
import { bestFirst } from "../ranking.ts";
import type { Contender } from "../ranking.ts";
import { pageWords } from "../words.ts";

interface Place extends Contender {
  readonly item: HTMLElement;
  readonly isTold: boolean;
}

const drafts = deviceDrafts();
const place = PLACES.argument(document.getElementById("debat")?.dataset.of ?? "");
if (document.querySelector(".debate-sent")) {
  drafts?.tidy(place, (_, key) => key === place);
  history.replaceState(history.state, "", location.pathname + location.hash); // a page that comes back has sent nothing anew
}

const text = document.querySelector<HTMLTextAreaElement>("textarea#argument-text");
if (text?.form?.matches(".argument-form")) drafts?.begin(text.form, place, ["side", "text"]);
if (text) {
  const counting = counter(document.getElementById("argument-counter"), pageWords());
  text.addEventListener("input", () => counting(text.value));
  if (text.value) counting(text.value);
}

const debate = document.getElementById("debat");
const button = debate?.querySelector<HTMLButtonElement>(".debate-reorder");
if (debate && button) {
  const offer = (): void => {
    const told = debate.querySelector('[data-order="hidden"]:not([hidden])');
    if (told && lists(debate).some((list) => places(list).some(({ isTold }) => isTold))) sayOrder(debate, "newest");
    button.disabled = lists(debate).every((list) => isInOrder(list));
  };
  debate.addEventListener("counts", offer);
  button.addEventListener("click", () => {
    for (const list of lists(debate)) list.append(...bestFirst(places(list)).map(({ item }) => item));
    // What is disabled cannot keep the focus.
    debate.querySelector<HTMLElement>(".debate-title")?.focus({ preventScroll: true });
    button.disabled = true;
    sayOrder(debate, "best");
    announce(pageWords().say("debate", "reorder"));
  });
  offer();
  followNew(debate, pageWords(), () => {
    sayOrder(debate, "fresh");
    offer();
  });
}

function sayOrder(debate: HTMLElement, order: "best" | "newest" | "fresh"): void {
  for (const one of debate.querySelectorAll<HTMLElement>("[data-order]")) one.hidden = one.dataset.order !== order;
}

function lists(debate: HTMLElement): HTMLElement[] {
  return [...debate.querySelectorAll<HTMLElement>(".arguments")];
}

/** Where figures are not told there is nothing to put in order. */
function isInOrder(list: HTMLElement): boolean {
  const now = places(list);
  const best = bestFirst(now);
  return !now.every(({ isTold }) => isTold) || now.every(({ id }, index) => id === best[index]?.id);
}

/** The arguments of a list as they stand. */
function places(list: HTMLElement): Place[] {
  return [...list.querySelectorAll<HTMLElement>(":scope > li")].map((item) => {
    const { dataset } = item.querySelector<HTMLElement>("live-counts") ?? item;
    return {
      item,
      id: Number(item.querySelector<HTMLElement>(".argument")?.dataset.topic),
      counts: { plus: Number(dataset.plus ?? 0), minus: Number(dataset.minus ?? 0) },
      isTold: dataset.plus !== undefined,
    };
  });
}
