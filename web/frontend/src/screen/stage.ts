// The scenes of a run of show in the page: all are there, the next one is laid out unseen, and to show it a class changes.
import { Film } from "./film.ts";
import type { Sound } from "./film.ts";
import { fit, unfit } from "./fit.ts";
import type { Program, Step } from "./program.ts";

const FADED = 600;
/** A picture that did not come is asked for again. */
const AGAIN = 5_000;

export interface Scene {
  readonly element: HTMLElement;
  step: Step;
  film: Film | null;
}

export class Stage {
  readonly #scenes = new Map<number, Scene>();
  readonly #next = new Set<number>();
  #on: number | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly sound: Sound,
  ) {
    const again = (): void => this.fit();
    addEventListener("resize", again);
    document.fonts.addEventListener("loadingdone", again);
    root.addEventListener("load", again, true); // a picture has come
  }

  /** Have the words of all that is laid out be as large as fits. */
  fit(): void {
    for (const { element } of this.#scenes.values()) fit(element, measure(element));
  }

  get on(): Scene | null {
    return this.#on === null ? null : (this.#scenes.get(this.#on) ?? null);
  }

  get scenes(): readonly Scene[] {
    return [...this.#scenes.values()];
  }

  has(step: number): boolean {
    return this.#scenes.has(step);
  }

  /** What has come whole, pictures and film. */
  get ready(): readonly number[] {
    return this.scenes.filter(isReady).map(({ step }) => step.step);
  }

  /** Lay out a run of show; what is the same stays as it is, and so does what is on. */
  load({ steps, corner = "" }: Program): void {
    for (const step of steps) {
      const known = this.#scenes.get(step.step);
      if (known) change(known, step, this.sound);
      else this.#scenes.set(step.step, this.#make(step));
    }
    const named = new Set(steps.map(({ step }) => step));
    for (const [id, scene] of this.#scenes) {
      if (named.has(id) || id === this.#on) continue;
      scene.film?.forget();
      scene.element.remove();
      this.#scenes.delete(id);
    }
    for (const { element } of this.#scenes.values()) fill(element.querySelector(".corner"), corner);
    this.fit();
  }

  clear(): void {
    this.show(null);
    for (const { element, film } of this.scenes) {
      film?.forget();
      element.remove();
    }
    this.#scenes.clear();
  }

  /** Lay these out unseen, and nothing else but what is on; those of them that are in the page. */
  prepare(steps: readonly (number | null)[]): readonly Scene[] {
    this.#next.clear();
    for (const step of steps) if (step !== null) this.#next.add(step);
    for (const [id, { element }] of this.#scenes) {
      if (this.#next.has(id)) element.hidden = false;
      else if (id !== this.#on && !element.classList.contains("is-going")) element.hidden = true;
    }
    this.fit();
    return this.scenes.filter(({ step }) => this.#next.has(step.step));
  }

  /** A stream is asked for only when it is about to be on: nothing of it is loaded from elsewhere otherwise. */
  arm(step: number | null): void {
    const frame = step === null ? null : this.#scenes.get(step)?.element.querySelector<HTMLIFrameElement>("iframe");
    if (frame && !frame.src) frame.src = frame.dataset.address ?? "";
  }

  /** Put a step on, null: none; whether that changed something. */
  show(step: number | null, isLate = false): boolean {
    if (step === this.#on) return false;
    const [before, after] = [this.on, step === null ? undefined : this.#scenes.get(step)];
    this.#on = step;
    if (after) {
      after.element.hidden = false;
      fit(after.element, measure(after.element));
      after.element.classList.remove("is-going");
      after.element.classList.toggle("is-late", isLate);
      after.element.classList.add("is-on");
    }
    before?.element.classList.remove("is-on");
    if (before) this.#goes(before);
    this.root.toggleAttribute("data-playing", step !== null);
    return true;
  }

  #goes({ element, film }: Scene): void {
    element.classList.add("is-going");
    setTimeout(() => {
      if (element.classList.contains("is-on")) return;
      element.classList.remove("is-going");
      film?.stop();
      element.querySelector("iframe")?.removeAttribute("src");
      element.hidden = !this.#next.has(Number(element.dataset.step));
    }, FADED);
  }

  #make(step: Step): Scene {
    const element = document.createElement("section");
    element.hidden = true;
    element.dataset.step = String(step.step);
    this.root.append(element);
    const scene: Scene = { element, step: { ...step, html: "" }, film: null };
    change(scene, step, this.sound);
    return scene;
  }
}

function change(scene: Scene, step: Step, sound: Sound): void {
  const { element, step: old } = scene;
  scene.step = step;
  const kept = ["is-on", "is-going", "is-late"].filter((name) => element.classList.contains(name));
  element.className = ["scene", `scene-${step.kind}`, `palette-${step.palette}`, ...kept].join(" ");
  if (old.html === step.html && old.film === step.film) return;
  scene.film?.forget();
  element.innerHTML = step.html;
  unfit(element);
  for (const picture of element.querySelectorAll("img")) askAgain(picture);
  const video = element.querySelector("video");
  scene.film = video && step.film ? new Film(video, step.film, sound) : null;
}

/** Where to vote stands in a corner while a vote is open; nothing else of a scene is touched for it. */
function fill(corner: Element | null, html: string): void {
  if (!corner || filled.get(corner) === html) return;
  filled.set(corner, html);
  corner.innerHTML = html;
}

const filled = new WeakMap<Element, string>();

/** What decides how large a scene's words may be, as it is by now; votes are not among it. */
function measure(element: HTMLElement): string {
  const pictures = [...element.querySelectorAll("img")].filter((one) => one.complete).length;
  const digits = element.querySelector("[data-countdown]")?.textContent.length ?? 0;
  const isRehearsal = document.body.classList.contains("is-rehearsal");
  const fonts = [...document.fonts].filter(({ status }) => status === "loaded").length;
  return [pictures, digits, isRehearsal, fonts, element.hasAttribute("data-ended")].join(" ");
}

function askAgain(picture: HTMLImageElement): void {
  picture.addEventListener("error", () => {
    const address = picture.getAttribute("src") ?? "";
    setTimeout(() => picture.isConnected && picture.setAttribute("src", address), AGAIN);
  });
}

function isReady({ element, film, step }: Scene): boolean {
  const pictures = [...element.querySelectorAll("img")];
  return pictures.every((one) => one.complete && one.naturalWidth > 0) && (step.film === null || film?.isReady === true);
}
