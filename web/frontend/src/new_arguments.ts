// Arguments that others add to an open page: offered by a button that says how many, and brought in by it, never before.
import { Announcer } from "./announcer.ts";
import { Asking } from "./asking.ts";
import { announce } from "./counter.ts";
import { after } from "./socket.ts";
import { ARRIVED } from "./topics.ts";
import type { Words } from "./words.ts";
import { number } from "./words.ts";

/** A page follows at most 128 topics live: from here on more arguments are read on the next pages. */
const MOST = 100;

/** ``brought`` is called when new ones stand in their places. */
export function followNew(debate: HTMLElement, words: Words, brought: () => void): void {
  const button = debate.querySelector<HTMLButtonElement>(".debate-bring");
  if (!button || debate.dataset.moves === undefined) return;
  const here = `/sujets/${debate.dataset.of}/arguments`;
  const since = (): string => `apres=${debate.dataset.newest}`;
  const announcer = new Announcer(announce, () => performance.now(), after);
  let isNear = false;
  let known = 0;
  const asking = new Asking({
    address: () => (isNear ? `${here}/etat?${since()}` : null),
    take: (told) => {
      const count = Number((told as { new?: unknown }).new) || 0;
      const offered = words.say("debate", "fresh", { n: count });
      if (count > known) announcer.say(offered);
      known = count;
      // what has the focus stays, also where the last of the new ones was taken back
      if (button !== document.activeElement) button.hidden = count === 0;
      if (count) button.textContent = offered;
      return true;
    },
  });
  new IntersectionObserver(([entry]) => {
    isNear = entry?.isIntersecting ?? false;
    if (isNear) asking.now();
  }, { rootMargin: "50% 0px" }).observe(debate);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    void fetchNew(`${here}/nouveaux?${since()}`)
      .then((part) => {
        if (!part) return announcer.say(words.say("debate", "failed"));
        known = 0;
        place(debate, part);
        brought();
        button.hidden = true;
        if (debate.querySelectorAll(".argument").length > MOST) asking.end();
      })
      .finally(() => button.removeAttribute("aria-busy"));
  });
}

async function fetchNew(address: string): Promise<HTMLElement | null> {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) return null;
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    return part.content.querySelector<HTMLElement>("[data-newest]");
  } catch {
    return null;
  }
}

/** The new ones go above the others of their side, and the first that can be read has the focus. */
function place(debate: HTMLElement, part: HTMLElement): void {
  for (const one of debate.querySelectorAll<HTMLElement>(".debate-order, .debate-switch, .debate-sides")) one.hidden = false;
  debate.querySelector(".debate-none")?.remove();
  const fresh: HTMLElement[] = [];
  for (const told of part.querySelectorAll<HTMLElement>("[data-side]")) {
    const list = debate.querySelector<HTMLElement>(`.arguments[data-side="${told.dataset.side}"]`);
    if (!list) continue;
    const items = [...told.children].filter((item) => !document.getElementById(item.firstElementChild?.id ?? ""));
    list.prepend(...items);
    fresh.push(...items.flatMap((item) => item.querySelector<HTMLElement>(".argument") ?? []));
    list.hidden = !list.children.length;
    if (!list.hidden) list.parentElement?.querySelector(".empty")?.remove();
    count(debate, list, Number(told.dataset.total));
  }
  debate.dataset.newest = part.dataset.newest;
  document.dispatchEvent(new Event(ARRIVED));
  show(debate, fresh);
}

function count(debate: HTMLElement, list: HTMLElement, total: number): void {
  const tab = debate.querySelector(`.debate-tab:has([value="${list.dataset.side}"]) .debate-total`);
  for (const told of [tab, list.parentElement?.querySelector("h3 .debate-total")]) if (told) told.textContent = number(total);
}

function show(debate: HTMLElement, fresh: readonly HTMLElement[]): void {
  const isSeen = (one: HTMLElement): boolean => one.offsetParent !== null;
  if (fresh.length && !fresh.some(isSeen)) {
    const side = fresh[0]!.closest<HTMLElement>("[data-side]")?.dataset.side;
    debate.querySelector<HTMLInputElement>(`.debate-tab [value="${side}"]`)?.click();
  }
  for (const one of fresh) one.classList.add("argument-new");
  const first = fresh.find(isSeen) ?? debate.querySelector<HTMLElement>(".debate-title");
  first?.setAttribute("tabindex", "-1");
  first?.focus();
}
