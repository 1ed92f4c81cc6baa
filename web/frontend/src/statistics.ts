// Takes over the figures that an open page of statistics shows: numbers, bars, weather, map and lists.
import { share, weather } from "./share.ts";
import { inLanguage, number, percent, typography, type Words } from "./words.ts";

type Item = Readonly<{ id: number; title: string; language: string; voters: number; plus: number | null; caveats: string[]; questionnaire: string; region: boolean; won?: number }>;

/** As `/statistiques/direct` tells them; a number or a place that is null publishes nothing. */
export type Figures = Readonly<{
  numbers: Readonly<Record<string, number | null>>;
  lengths: Readonly<Record<string, number>>;
  themes: Readonly<Record<string, readonly [weather: string, plus: number | null]>>;
  maps: Readonly<Record<string, Readonly<Record<string, readonly [plus: number, minus: number] | null>>>>;
  lists: Readonly<Record<string, readonly Item[]>>;
}>;

export function writeFigures(page: HTMLElement, figures: Figures, words: Words): void {
  for (const element of page.querySelectorAll<HTMLElement>("[data-number]")) {
    const value = figures.numbers[element.dataset.number ?? ""];
    if (value !== undefined) write(element, value === null ? words.say("statistics", "few") : number(value));
  }
  for (const element of page.querySelectorAll<HTMLElement>("[data-length]")) {
    const length = figures.lengths[element.dataset.length ?? ""];
    if (length !== undefined) element.style.setProperty("--length", String(length));
  }
  for (const row of page.querySelectorAll<HTMLElement>("[data-theme]")) writeTheme(row, figures, words);
  const map = page.querySelector<HTMLElement>("[data-map]");
  if (map) writeMap(map, figures.maps[map.dataset.map ?? ""] ?? {}, words);
  for (const list of page.querySelectorAll<HTMLOListElement>("[data-list]")) {
    writeList(list, figures.lists[list.dataset.list ?? ""] ?? [], words);
  }
}

function writeTheme(row: HTMLElement, figures: Figures, words: Words): void {
  const told = figures.themes[row.dataset.theme ?? ""];
  if (!told) return;
  const [sky, plus] = told;
  row.querySelector("use")?.setAttribute("href", `#weather-${sky}`);
  write(row.querySelector(".figure-word"), words.say("weather", sky));
  const part = row.querySelector<HTMLElement>(".figure-share");
  if (part) part.hidden = sky === "fog";
  if (plus !== null) write(part, `+ ${percent(plus)}`);
}

function writeMap(map: HTMLElement, places: Figures["maps"][string], words: Words): void {
  for (const [code, counts] of Object.entries(places)) {
    const shape = map.querySelector<SVGPathElement>(`[data-place="${code}"]`);
    const row = map.querySelector(`[data-place-row="${code}"]`);
    const name = words.say("departement", code);
    const nothing = words.say("statistics", "nothing");
    if (!counts) {
      shape?.setAttribute("data-empty", "");
      write(shape?.querySelector("title"), words.say("live", "place-empty", { name }));
      write(row?.querySelector(".place-weather"), words.say("weather", "fog"));
      write(row?.querySelector(".place-share"), nothing);
      write(row?.querySelector(".place-voters"), nothing);
      continue;
    }
    const both = { plus: counts[0], minus: counts[1] };
    const voters = both.plus + both.minus;
    const { plus, minus, ratio } = share(both);
    shape?.removeAttribute("data-empty");
    shape?.style.setProperty("--ratio", String(ratio));
    write(shape?.querySelector("title"), words.say("live", "place", { name, plus, minus, voters }));
    write(row?.querySelector(".place-weather"), words.say("weather", weather(both)));
    write(row?.querySelector(".place-share"), percent(plus));
    write(row?.querySelector(".place-voters"), number(voters));
  }
}

/** A list that somebody is in (focus) or points at keeps its order: nothing moves under the hand. */
function writeList(list: HTMLOListElement, items: readonly Item[], words: Words): void {
  if (list.matches(":hover, :focus-within")) return;
  const order = [...list.querySelectorAll("a")].map((link) => link.getAttribute("href"));
  const wanted = items.map((item) => `/sujets/${item.id}`);
  if (order.join() === wanted.join()) {
    list.querySelectorAll(".ranking-facts").forEach((facts, i) => writeFacts(facts, list, items[i], words));
  } else {
    list.replaceChildren(...items.map((item) => entry(list, item, words)));
  }
  const empty = list.nextElementSibling;
  if (empty instanceof HTMLElement) empty.hidden = items.length > 0;
}

function entry(list: HTMLElement, item: Item, words: Words): HTMLLIElement {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/sujets/${item.id}`;
  link.textContent = item.title;
  inLanguage(link, item.language);
  const of = document.createElement("span");
  of.className = "ranking-of";
  if (item.questionnaire) {
    const title = document.createElement("span");
    title.textContent = typography(item.questionnaire);
    of.append(words.say("statistics", "of"), " ", inLanguage(title, "fr"));
  }
  const facts = document.createElement("span");
  facts.className = "ranking-facts";
  writeFacts(facts, list, item, words);
  line.append(link, ...(item.questionnaire ? [of, " "] : [" "]), facts);
  return line;
}

function writeFacts(facts: Element, list: HTMLElement, item: Item | undefined, words: Words): void {
  if (!item) return;
  const parts: Node[] = []; // as in the template
  if (item.region) {
    const region = document.createElement("span");
    region.className = "ranking-region on-sky";
    region.textContent = words.say("statistics", "region");
    parts.push(region, document.createTextNode(" "));
  }
  const strong =
    item.won !== undefined
      ? words.say("statistics", "won", { n: item.won })
      : item.plus !== null && list.dataset.list !== "most-voted"
        ? `+ ${percent(item.plus)}`
        : "";
  if (strong) {
    const bold = document.createElement("b");
    bold.textContent = strong;
    parts.push(bold, document.createTextNode(" "));
  }
  const voters = document.createElement("span");
  voters.textContent = words.voters(item.voters);
  parts.push(voters);
  for (const caveat of item.caveats) {
    const mark = document.createElement("span");
    mark.className = "ranking-mark";
    mark.textContent = words.say("provenance", caveat);
    parts.push(document.createTextNode(" "), mark);
  }
  facts.replaceChildren(...parts);
}

function write(element: Element | null | undefined, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}
