// How many signs a text may still have, under the field in which it is written.
import { MOST_SIGNS, countSigns } from "./signs.ts";
import type { Words } from "./words.ts";

const NEAR = 20;

/** Shows what is left at every key; says it aloud only where that changes what to do. */
export function counter(element: HTMLElement | null, words: Words): (typed: string) => void {
  let before = "is-far";
  return (typed) => {
    if (!element) return;
    const left = MOST_SIGNS - countSigns(typed);
    const state = left < 0 ? "is-over" : left <= NEAR ? "is-near" : "is-far";
    element.hidden = false;
    element.className = `post-counter ${state}`;
    element.textContent = left < 0 ? words.say("posting", "over", { n: -left }) : words.say("posting", "left", { n: left });
    if (state !== before && state !== "is-far") announce(element.textContent);
    before = state;
  };
}

export function announce(said: string): void {
  document.getElementById("announcer")?.replaceChildren(said);
}
