// One screen of a hall: what was heard of the show, put on at the agreed instant by the server's clock.
import type { ServerClock } from "../server_clock.ts";
import { Standings } from "../standings.ts";
import type { Tally } from "../tally.ts";
import type { Delta, Show, Snap, Subscription } from "../wire.ts";
import { clocked, countdown, nextSecond } from "./countdown.ts";
import { Director, elapsed, isPaused } from "./director.ts";
import { example } from "./example.ts";
import type { Memory, Moment } from "./kept.ts";
import { fetchProgram, following, topicsOf } from "./program.ts";
import type { Program } from "./program.ts";
import type { Said } from "./reports.ts";
import type { Scene, Stage } from "./stage.ts";
import { drawCount, drawVotes, hallKeys } from "./votes.ts";
import type { Which } from "./votes.ts";

/** So often films are brought to their second and countdowns are written. */
const BEAT = 200;
/** Ideas and words are read again. */
const RENEWED = 60_000;
const FETCH_AGAIN = 1_500;
/** A node that restarts may know less than this screen for a moment; for longer it is right. */
const DOUBTED = 5_000;
/** A scene that has been on for so long is not introduced any more. */
const LATE = 4_000;
/** The longest that a timer is trusted. */
const LONGEST = 30_000;
const RENEWABLE = new Set(["ideas", "words"]);

export interface Around {
  readonly hall: string;
  /** The address of the hall's run of show. */
  readonly program: string;
  readonly clock: ServerClock;
  readonly stage: Stage;
  /** What is to be on is on. */
  shown?(): void;
  /** A run of show has come. */
  loaded(program: Program): void;
  subscribe(subscriptions: readonly Subscription[]): void;
  unpaired(): void;
}

export class Projector {
  readonly #director = new Director();
  readonly #standings = new Standings((topic) => this.#drawTopic(topic));
  #program: Program | null = null;
  #isFetching = false;
  #fetchedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #second: ReturnType<typeof setTimeout> | undefined;
  #doubt: ReturnType<typeof setTimeout> | undefined;
  #isRehearsal = false;

  constructor(private readonly around: Around) {
    setInterval(() => this.#beat(), BEAT);
  }

  subscriptions(): readonly Subscription[] {
    return [{ channel: `screen:${this.around.hall}`, at: null, seen: null }, ...this.#standings.subscriptions()];
  }

  hear(show: Show): void {
    clearTimeout(this.#doubt);
    if (!this.#director.hear(show)) {
      this.#doubt = setTimeout(() => {
        this.#director.begin(show);
        this.#program = null;
        this.look();
      }, DOUBTED);
      return;
    }
    this.look();
  }

  /** Whether a tally could be used. */
  take(message: Snap | Delta): boolean {
    return this.#standings.take(message);
  }

  watching(people: number): void {
    for (const element of document.querySelectorAll<HTMLElement>(".people")) {
      element.hidden = people === 0;
      drawCount(element, "people", people, true);
    }
    this.#people = people;
  }

  #people: number | null = null;

  said(): Omit<Said, "sound"> {
    const { last } = this.#director;
    const offset = Math.round(Date.now() - this.around.clock.now());
    const step = this.around.stage.on?.step.step ?? null;
    return { number: last?.number ?? 0, step, ready: this.around.stage.ready, offset };
  }

  /** What is on, and the numbers of it, to be shown again after a restart without a network. */
  moment(): Omit<Moment, "offset"> | null {
    const { last } = this.#director;
    const snaps = this.#standings.subscriptions().flatMap(({ channel }) => this.#standings.snap(channel) ?? []);
    return last && { show: last, snaps };
  }

  /** Show what was on before the restart, unless it is known by now what is. */
  recall({ show, snaps, program }: Memory): void {
    if (this.#director.last) return;
    if (program) this.#lay(program);
    for (const snap of snaps) this.take(snap);
    this.hear(show);
  }

  /** This is no screen of the hall any more. */
  forget(): void {
    for (const timer of [this.#timer, this.#doubt, this.#second]) clearTimeout(timer);
    this.#director.forget();
    this.#program = null;
    this.around.stage.clear();
  }

  /** Put on what is to be on now, and be there when the next thing is. */
  look(): void {
    clearTimeout(this.#timer);
    const { last } = this.#director;
    const { clock, stage } = this.around;
    if (!last || !clock.isKnown) return;
    const now = clock.now();
    const { step, by, next } = this.#director.cue(now);
    if (last.event !== null && !this.#isCurrent(last, next?.step ?? null)) void this.#fetch(last.event);
    this.#rehearse((by ?? last).mode === "rehearsal");
    if (step === null || stage.has(step)) this.#put(step, by, now);
    const after = this.#program && following(this.#program, next ? next.step : step);
    for (const scene of stage.prepare([next?.step ?? null, after])) this.#draw(scene);
    stage.arm(next?.step ?? null);
    if (next) this.#timer = setTimeout(() => this.look(), Math.min(LONGEST, Math.max(0, next.at - now)));
  }

  #put(step: number | null, by: Show | null, now: number): void {
    const { stage } = this.around;
    stage.arm(step);
    const changed = stage.show(step, by === null || now - by.at > LATE);
    this.#play();
    this.around.shown?.();
    if (!changed) return;
    const { dataset } = document.body;
    dataset.step = String(step ?? "");
    dataset.acted = String(Math.round(this.around.clock.now()));
    if (stage.on) this.#draw(stage.on);
  }

  /** Whether the run of show that was loaded is the one that is on, and what comes next in it is of now. */
  #isCurrent({ event, program }: Show, next: number | null): boolean {
    if (this.#program?.event !== event || this.#program.program < program) return false;
    const kind = this.#program.steps.find(({ step }) => step === next)?.kind ?? "";
    return !RENEWABLE.has(kind) || performance.now() - this.#fetchedAt < DOUBTED;
  }

  async #fetch(event: number): Promise<void> {
    if (this.#isFetching) return;
    this.#isFetching = true;
    this.#fetchedAt = performance.now();
    const found = await fetchProgram(this.around.program, event);
    this.#isFetching = false;
    if (found === "not-paired") return this.around.unpaired();
    const { last } = this.#director;
    if (!found) {
      setTimeout(() => this.look(), FETCH_AGAIN);
      return;
    }
    if (last?.event !== found.event) return this.look();
    this.#lay(found);
    this.around.loaded(found);
    if (found.program >= last.program) this.look();
    else setTimeout(() => this.look(), FETCH_AGAIN); // the node that answered has yet to look
  }

  #lay(program: Program): void {
    this.#program = program;
    this.around.stage.load(program);
    this.#follow(program);
    for (const scene of this.around.stage.scenes) this.#draw(scene);
    if (this.#people !== null) this.watching(this.#people);
  }

  #follow(program: Program): void {
    const known = new Set(this.#standings.topics);
    const fresh = new Set([...topicsOf(program)].filter((topic) => !known.has(topic)));
    for (const topic of fresh) {
      this.#standings.begin(topic, { version: null, tally: null, own: null, seen: null, gate: null, sealed: false });
    }
    if (fresh.size) this.around.subscribe(this.#standings.subscriptionsTo(fresh));
  }

  // --- votes

  /** Only what is seen: every other scene is drawn when it is laid out, and once more when it is put on. */
  #drawTopic(topic: number): void {
    const { on } = this.around.stage;
    if (on && (on.step.topic === topic || on.step.before === topic)) this.#draw(on);
  }

  #draw(scene: Scene): void {
    const keys = hallKeys(scene.element);
    const shown = (which: Which, topic: number | null): Tally | null =>
      this.#isRehearsal ? example(keys, which) : topic === null ? null : this.#standings.shown(topic);
    const tallies = { topic: shown("topic", scene.step.topic), before: shown("before", scene.step.before) };
    drawVotes(scene.element, tallies, this.around.stage.on === scene);
    this.#end(scene);
  }

  /** A vote that has ended is shown as such, whenever its step is on. */
  #end({ element, step: { closes } }: Scene): void {
    const hasEnded = !this.#isRehearsal && typeof closes === "number" && closes <= this.around.clock.now();
    if (element.hasAttribute("data-ended") === hasEnded) return;
    element.toggleAttribute("data-ended", hasEnded);
    this.around.stage.fit();
  }

  #rehearse(isRehearsal: boolean): void {
    if (isRehearsal === this.#isRehearsal) return;
    this.#isRehearsal = isRehearsal;
    document.body.classList.toggle("is-rehearsal", isRehearsal);
    for (const scene of this.around.stage.scenes) this.#draw(scene);
    this.around.stage.fit();
  }

  // --- what moves by the clock

  #beat(): void {
    this.#play();
    const kind = this.around.stage.on?.step.kind;
    const { last } = this.#director;
    const isOld = performance.now() - this.#fetchedAt > RENEWED && document.visibilityState === "visible";
    if (last?.event && kind && RENEWABLE.has(kind) && isOld) {
      void this.#fetch(last.event);
    }
  }

  #play(): void {
    const { clock, stage } = this.around;
    const scene = stage.on;
    if (!scene || !clock.isKnown) return;
    const now = clock.now();
    const digits = scene.element.querySelector<HTMLElement>("[data-countdown]");
    const { by } = this.#director.cue(now);
    this.#end(scene);
    if (digits && scene.step.at !== null) this.#count(digits, scene.step.at, by ?? this.#director.last, now);
    const second = scene.element.querySelector<HTMLElement>("[data-second]");
    if (second && by?.step === scene.step.step) write(second, clocked(elapsed(by, now)));
    if (scene.film && by?.step === scene.step.step) scene.film.play(elapsed(by, now), isPaused(by, now));
  }

  /** Every second is read at its own instant, in each hall; while it is paused it stands. */
  #count(digits: HTMLElement, target: number, move: Show | null, now: number): void {
    const at = target + (move?.late ?? 0);
    const stands = move !== null && isPaused(move, now);
    const text = countdown(at, stands ? move.paused! : now);
    const isAsLong = digits.textContent?.length === text.length;
    if (!isAsLong) digits.style.setProperty("--signs", String(text.length));
    write(digits, text);
    if (!isAsLong) this.around.stage.fit();
    clearTimeout(this.#second);
    const left = stands ? null : nextSecond(at, now);
    if (left !== null) this.#second = setTimeout(() => this.#play(), left);
  }
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
