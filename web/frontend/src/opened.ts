// What the Région has opened since this page was loaded, told above it: each until it is followed or all are closed.
import { leading, make, putAbove } from "./above.ts";
import { articles } from "./topics.ts";
import type { Fresh } from "./wire.ts";
import type { Words } from "./words.ts";
import { inLanguage, typography } from "./words.ts";

const STAFF_WRITE = "fr";
const FOLDERS = { topic: "sujets", questionnaire: "questionnaires", campaign: "campagnes" } as const;

/** By their addresses: what stands above the page, and what has stood there. */
let told: readonly Fresh[] = [];
const known = new Set<string>();

/** Tell what opened after this page was `loaded` (ms since 1970) and is not on it; what stood already stays beside it. */
export function writeFresh(fresh: readonly Fresh[], loaded: number, words: Words): void {
  const place = document.getElementById("fresh");
  if (!place) return;
  const news = fresh.filter((one) => one.opened >= loaded && !known.has(address(one)) && !isShown(one));
  if (!news.length) return;
  const standing = told.filter((one) => place.querySelector(`a[href="${address(one)}"]`));
  for (const one of news) known.add(address(one));
  told = [...news, ...standing];
  const [only, ...others] = told;
  if (only) putAbove(place, others.length ? several(place, words) : single(place, only, words), words);
}

function single(place: HTMLElement, one: Fresh, words: Words): HTMLElement[] {
  const line = make("p", "");
  line.append(make("strong", "", words.say("notice", `fresh-${one.sort}`)), " ", titled(one));
  const label = words.say("notice", one.sort === "campaign" ? "look" : "answer");
  return [line, leading(place, address(one), label)];
}

/** Each by its title, in few lines. */
function several(place: HTMLElement, words: Words): HTMLElement[] {
  const list = make("ul", "fresh-several");
  for (const one of told) {
    const item = make("li", "");
    const link = leading(place, address(one), "");
    link.className = "";
    link.append(titled(one));
    item.append(link);
    list.append(item);
  }
  return [make("strong", "", words.say("notice", "fresh-several")), list];
}

function titled(one: Fresh): HTMLElement {
  return inLanguage(make("span", "", typography(one.title)), STAFF_WRITE);
}

function address({ sort, id }: Fresh): string {
  return `/${FOLDERS[sort]}/${id}`;
}

/** Whether this page is about it, or has it among others. */
function isShown(one: Fresh): boolean {
  if (location.pathname === address(one)) return true;
  return one.sort === "topic" && articles(one.id).length > 0;
}
