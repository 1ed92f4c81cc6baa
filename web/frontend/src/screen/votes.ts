// Draws public tallies on what the server laid out: horizon, voters, halls side by side, the map that lights up.
import { isStill, pulse, roll } from "../motion.ts";
import { GAUGE_FROM, leanOf, share } from "../share.ts";
import type { Counts, Tally } from "../tally.ts";
import { number, pageWords, percent } from "../words.ts";
import { inBeats } from "./beats.ts";

export type Which = "topic" | "before";
export type Tallies = Readonly<Record<Which, Tally | null>>;

/** A bar has so many places for the end of its plus; between them it stands still, as nobody could see it move. */
const PLACES = 400;

/** Numbers roll and the map pulses only on what is on. */
export function drawVotes(scene: HTMLElement, tallies: Tallies, isOn: boolean): void {
  for (const duel of scene.querySelectorAll<HTMLElement>("[data-tally]")) {
    drawDuel(duel, tallies[duel.dataset.tally as Which], isOn);
  }
  const parts = (): boolean => drawParts(scene, tallies.topic, isOn);
  if (isOn) inBeats(scene, parts);
  else parts();
}

/** The keys of the halls that a scene sets side by side. */
export function hallKeys(scene: HTMLElement): readonly string[] {
  const places = scene.querySelectorAll<HTMLElement>(".place[data-series]");
  return [...places].map(({ dataset }) => dataset.series ?? "");
}

/** A figure with the word beside it in the right number. */
export function drawCount(root: HTMLElement, name: string, value: number, moves: boolean): void {
  const figure = root.querySelector<HTMLElement>(`[data-figure="${name}"]`);
  if (figure) drawFigure(figure, value, number, moves);
  const word = root.querySelector<HTMLElement>(`[data-word="${name}"]`);
  const told = (value < 2 ? word?.dataset.one : word?.dataset.other) ?? "";
  if (word && word.textContent !== told) word.textContent = told;
}

function drawDuel(duel: HTMLElement, tally: Tally | null, isOn: boolean): void {
  const voters = tally?.voters ?? 0;
  const isHidden = tally !== null && tally.headline === null;
  duel.toggleAttribute("data-hidden", isHidden);
  duel.toggleAttribute("data-fog", !isHidden && voters < GAUGE_FROM);
  drawCount(duel, "voters", voters, isOn);
  const headline = tally?.headline ?? { plus: 0, minus: 0 };
  const { plus, ratio } = share(headline);
  const bar = duel.querySelector<HTMLElement>(".horizon-bar");
  const part = voters < GAUGE_FROM ? 0.5 : placed(ratio);
  if (bar) {
    style(bar, "--plus-part", String(part));
    style(bar, "--lean", `${leanOf(part)}deg`);
  }
  const ends: [string, (value: number) => string][] = [
    ["plus", String],
    ["minus", (value) => String(100 - value)],
  ];
  for (const [name, written] of ends) {
    const figure = duel.querySelector<HTMLElement>(`[data-figure="${name}"]`);
    if (figure) drawFigure(figure, plus, written, isOn);
  }
}

function drawFigure(figure: HTMLElement, value: number, written: (value: number) => string, moves: boolean): void {
  if (figure.dataset.value === String(value)) return;
  if (!moves) delete figure.dataset.value; // written at once
  roll(figure, value, written);
}

/** The splits, halls and départements; whether any of them changed. */
function drawParts(scene: HTMLElement, tally: Tally | null, isOn: boolean): boolean {
  const parts = [...scene.querySelectorAll<HTMLElement | SVGElement>("[data-series]")];
  const changed = parts.filter((part) => drawPart(part, tally?.series.get(part.dataset.series ?? ""), isOn));
  return changed.length > 0;
}

function drawPart(part: HTMLElement | SVGElement, counts: Counts | undefined, isOn: boolean): boolean {
  const shown = counts && counts.plus + counts.minus > 0 ? counts : undefined;
  const told = shown ? `${shown.plus} ${shown.minus}` : "";
  if (part.dataset.told === told) return false;
  const isNew = part.dataset.told !== undefined && told !== "";
  part.dataset.told = told;
  part.toggleAttribute("data-empty", !shown);
  const write = (selector: string, text: string): void => part.querySelector(selector)?.replaceChildren(text);
  const { plus, minus, ratio } = share(shown ?? { plus: 0, minus: 0 });
  if (shown) style(part, "--ratio", String(placed(ratio)));
  write(".place-plus", shown ? percent(plus) : "");
  write(".place-minus", shown ? percent(minus) : "");
  write(".place-voters", shown ? pageWords().voters(shown.plus + shown.minus) : "");
  if (isNew && isOn && !isStill() && part instanceof SVGElement) pulse(part);
  return true;
}

function placed(ratio: number): number {
  return Math.round(ratio * PLACES) / PLACES;
}

/** What is set again is computed and drawn again, also where it is the same. */
function style(element: HTMLElement | SVGElement, name: string, value: string): void {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}
