// What editors write: how many signs each title may still have.
import { MOST_SIGNS, countSigns } from "../signs.ts";
import { pageWords } from "../words.ts";

const NEAR = 20;

for (const title of document.querySelectorAll<HTMLInputElement>("input[data-counted]")) {
  const place = title.closest(".field")?.querySelector<HTMLElement>(".post-counter");
  if (place) {
    title.addEventListener("input", () => show(title, place));
    show(title, place);
  }
}

function show(title: HTMLInputElement, place: HTMLElement): void {
  const left = MOST_SIGNS - countSigns(title.value);
  place.hidden = false;
  place.className = `post-counter ${left < 0 ? "is-over" : left <= NEAR ? "is-near" : "is-far"}`;
  place.textContent = pageWords().say("browser", left < 0 ? "signs-over" : "signs-left", { n: Math.abs(left) });
}
