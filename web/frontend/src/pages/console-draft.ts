// A draft: how many signs its title may still have.
import { MOST_SIGNS, countSigns } from "../signs.ts";
import { pageWords } from "../words.ts";

const NEAR = 20;
const title = document.querySelector<HTMLInputElement>("input[data-counted]");
const place = title?.closest(".field")?.querySelector<HTMLElement>(".post-counter");

function show(): void {
  if (!title || !place) return;
  const left = MOST_SIGNS - countSigns(title.value);
  place.hidden = false;
  place.className = `post-counter ${left < 0 ? "is-over" : left <= NEAR ? "is-near" : "is-far"}`;
  place.textContent = pageWords().say("browser", left < 0 ? "signs-over" : "signs-left", { n: Math.abs(left) });
}

title?.addEventListener("input", show);
show();
