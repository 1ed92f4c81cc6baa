import { pulse } from "../motion.ts";
import { share } from "../share.ts";
import type { Counts, Tally } from "../tally.ts";
import { pageWords, percent } from "../words.ts";
import { neighbour } from "./compass.ts";
import { LivePart, differs, fillRow, published, setText } from "./part.ts";

/** At most this many shapes move at once; more of them move as one. */
const MOST_PULSES = 3;

/** The ten départements, filled by ratio; the one that is pointed at or focused is told in words and numbers. */
export class LiveMap extends LivePart {
  #chosen: SVGElement | null = null;

  get #shapes(): SVGElement[] {
    return [...this.querySelectorAll<SVGElement>("[data-dep]")];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#shapes.forEach((shape, i) => {
      shape.setAttribute("tabindex", i ? "-1" : "0");
      // The readout says more than the little window that a title opens.
      const title = shape.querySelector("title");
      shape.setAttribute("aria-label", title?.textContent ?? "");
      title?.remove();
    });
    for (const kind of ["pointerover", "focusin"]) this.addEventListener(kind, (event) => this.#onPoint(event));
    this.addEventListener("keydown", (event) => this.#onKey(event));
  }

  protected override draw(tally: Tally, before: Tally | undefined): void {
    const released: Element[] = [];
    for (const shape of this.#shapes) {
      const counts = published(tally, keyOf(shape));
      if (before && !differs(published(before, keyOf(shape)), counts)) continue;
      fill(shape, counts);
      if (before) released.push(shape);
    }
    const drawing = this.querySelector("svg");
    if (released.length > MOST_PULSES && drawing) pulse(drawing);
    else released.forEach(pulse);
    for (const row of this.querySelectorAll<HTMLElement>("tr[data-series]")) {
      fillRow(row, published(tally, row.dataset.series ?? ""));
    }
    this.#tell();
  }

  #onPoint({ target }: Event): void {
    const shape = target instanceof Element ? target.closest<SVGElement>("[data-dep]") : null;
    if (!shape || shape === this.#chosen) return;
    this.#chosen = shape;
    // The tab key comes back to where one was.
    for (const other of this.#shapes) other.setAttribute("tabindex", other === shape ? "0" : "-1");
    this.#tell();
  }

  #onKey(event: KeyboardEvent): void {
    const places = this.#shapes.map((shape) => ({ shape, ...placeOf(shape) }));
    const from = places.find(({ shape }) => shape === event.target);
    if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = neighbour(places, from, event.key);
    if (!next && !event.key.startsWith("Arrow")) return;
    event.preventDefault(); // an arrow at the edge does not scroll the page away either
    next?.shape.focus();
  }

  /** Say what is known of the chosen département. */
  #tell(): void {
    const readout = this.querySelector<HTMLElement>(".readout");
    if (!this.#chosen || !readout || !this.tally) return;
    const words = pageWords();
    const counts = published(this.tally, keyOf(this.#chosen));
    const { plus, minus, ratio } = share(counts ?? { plus: 0, minus: 0 });
    readout.removeAttribute("data-hint");
    readout.toggleAttribute("data-empty", !counts);
    setText(readout, ".readout-name", words.say("departement", this.#chosen.dataset.dep ?? ""));
    setText(readout, ".readout-voters", counts ? words.voters(counts.plus + counts.minus) : "");
    setText(readout, ".readout-plus", counts ? `+ ${percent(plus)}` : "");
    setText(readout, ".readout-minus", counts ? `${percent(minus)} −` : "");
    setText(readout, ".readout-empty", counts ? "" : words.say("live", "readout-empty"));
    readout.querySelector<HTMLElement>(".bar")?.style.setProperty("--plus", String(ratio));
    this.querySelector(".map-ring")?.setAttribute("d", this.#chosen.getAttribute("d") ?? "");
  }
}

function keyOf(shape: SVGElement): string {
  return `dep:${shape.dataset.dep ?? ""}`;
}

function placeOf({ dataset }: SVGElement): { x: number; y: number } {
  return { x: Number(dataset.x), y: Number(dataset.y) };
}

function fill(shape: SVGElement, counts: Counts | undefined): void {
  const words = pageWords();
  const name = words.say("departement", shape.dataset.dep ?? "");
  shape.toggleAttribute("data-empty", !counts);
  if (!counts) {
    shape.style.removeProperty("--ratio");
    shape.setAttribute("aria-label", words.say("live", "place-empty", { name }));
    return;
  }
  const { plus, minus, ratio } = share(counts);
  shape.style.setProperty("--ratio", String(ratio));
  const values = { name, plus, minus, voters: counts.plus + counts.minus };
  shape.setAttribute("aria-label", words.say("live", "place", values));
}
