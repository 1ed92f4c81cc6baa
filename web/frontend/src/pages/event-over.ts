// An evening that is over: each vote can be watched again, minute by minute, at any speed.
import type { LivePart } from "../elements/part.ts";
import { fittingSpeed, instantAt, partAt, standingAt } from "../replay.ts";
import type { Course } from "../replay.ts";
import type { Tally } from "../tally.ts";
import { tallyOf } from "../wire.ts";

const STEPS = 1000;

const evening = document.querySelector<HTMLElement>("[data-course]");
if (evening) void begin(evening);

async function begin(section: HTMLElement): Promise<void> {
  const answer = await fetch(section.dataset.course ?? "", { cache: "no-store" });
  if (!answer.ok) return;
  const { topics } = (await answer.json()) as { topics: Course[] };
  for (const course of topics) {
    const player = section.querySelector<HTMLElement>(`[data-replay="${course.topic}"]`);
    const standing = section.querySelector<HTMLElement>(`.round-standing[data-topic="${course.topic}"]`);
    if (player && standing && course.moments.length) offer(player, standing, course);
  }
}

function offer(player: HTMLElement, standing: HTMLElement, course: Course): void {
  const track = player.querySelector<HTMLInputElement>("[data-track]");
  const speed = player.querySelector<HTMLSelectElement>("[data-speed]");
  const button = player.querySelector<HTMLButtonElement>("[data-play]");
  const time = player.querySelector<HTMLElement>("[data-time]");
  if (!track || !speed || !button || !time) return;
  const last = tallyOf(JSON.parse(standing.dataset.tally ?? "{}"));
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone: "Europe/Paris",
    timeStyle: "medium",
  });
  const begin = button.textContent ?? "";
  let playing = 0;
  let at = course.until;

  const show = (instant: number): void => {
    at = Math.min(course.until, Math.max(course.from, instant));
    track.value = String(Math.round(partAt(course, at) * STEPS));
    time.textContent = clock.format(at);
    track.setAttribute("aria-valuetext", time.textContent);
    draw(standing, standingAt(course, at, last), at);
  };
  const stop = (): void => {
    cancelAnimationFrame(playing);
    playing = 0;
    button.textContent = begin;
  };
  const play = (): void => {
    if (at >= course.until) show(course.from);
    button.textContent = button.dataset.stop ?? begin;
    let before = performance.now();
    const step = (now: number): void => {
      show(at + (now - before) * Number(speed.value));
      before = now;
      if (at >= course.until) stop();
      else playing = requestAnimationFrame(step);
    };
    playing = requestAnimationFrame(step);
  };
  button.addEventListener("click", () => (playing ? stop() : play()));
  track.addEventListener("input", () => {
    stop();
    show(instantAt(course, Number(track.value) / STEPS));
  });
  speed.value = String(fittingSpeed(course, [...speed.options].map((one) => Number(one.value))));
  player.hidden = false;
  show(course.until);
}

function draw(standing: HTMLElement, tally: Tally, at: number): void {
  for (const part of standing.querySelectorAll<LivePart>("live-gauge, live-splits")) Object.assign(part, { at, tally });
}
