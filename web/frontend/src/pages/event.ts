// A launch event on a telephone: the page follows the show, and turns with the halls' screens.
import { countdown } from "../countdown.ts";
import { follow } from "../followers.ts";
import { isStill } from "../motion.ts";
import { ServerClock } from "../server_clock.ts";
import { ask, pause } from "../serving.ts";
import { after } from "../socket.ts";
import { ARRIVED, EVENING_OVER } from "../topics.ts";
import { letGo } from "../videos.ts";
import type { Show } from "../wire.ts";
import { number, pageWords } from "../words.ts";

const TICK = 200;
/** Everybody hears of a move in the same moment; each fetches it at one of their own, well before the agreed instant. */
const FETCH_SPREAD = 1_000;
/** There is time for that only as long as so much is left. */
const FETCH_LEAST = 1_600;
/** Everybody hears of the end in the same moment; the page of the evening is asked for within this time. */
const SPREAD = 4_000;
/** Off by more than this a film is set to where the halls' is. */
const FILM_OFF = 0.5;

const page = document.querySelector<HTMLElement>("[data-event]");
const place = document.getElementById("scene");
if (page && place) start(page, place);

function start(event: HTMLElement, scene: HTMLElement): void {
  const words = pageWords();
  const channel = `event:${event.dataset.event}`;
  const connected = event.querySelector<HTMLElement>("[data-connected]");
  const clock = new ServerClock({ now: () => performance.now(), wall: () => Date.now(), after });
  let shown = Number(event.dataset.number);
  let wanted: Show | null = null;
  let cancel = (): void => {};
  /** Films that have begun: whoever stops one has it stand. */
  const begun = new WeakSet<HTMLVideoElement>();

  follow({
    subscriptions: () => [{ channel, at: null, seen: null }],
    opened: (send) => clock.opened((sent) => send({ t: "clock", sent })),
    lost: () => clock.lost(),
    heard: (message) => {
      if (message.t === "time") clock.take(message);
      else if (message.t === "show" && message.channel === channel) turn(message);
      else if (message.t === "watching" && message.channel === channel) tell(message.watching);
    },
  });

  function tell(watching: number): void {
    if (!connected) return;
    connected.textContent = words.say("live", "event-connected", { n: number(watching) });
    connected.hidden = watching < 2;
  }

  /** Fetch what is next, and put it on at the agreed instant. */
  function turn(show: Show): void {
    if (show.number === shown || show.number === wanted?.number) return;
    wanted = show;
    cancel();
    if (show.mode === "over") return end(show);
    const spread = show.at - clock.now() > FETCH_LEAST ? FETCH_SPREAD * Math.random() : 0;
    const fetched = new Promise<void>((resolve) => after(spread, resolve)).then(() => fetchScene(show));
    void fetched.then((part) => {
      if (!part) return;
      if (wanted !== show) return part.querySelectorAll("video").forEach(letGo);
      // What came may be newer than what was asked for: it is put on at its own instant.
      const { number: told, at: instant } = (part as HTMLElement).dataset;
      const isNewer = Number(told) > show.number;
      cancel = at(isNewer ? Number(instant) : show.at, () => put(part, show));
    });
  }

  function end(show: Show): void {
    cancel = at(show.at, () => {
      document.dispatchEvent(new Event(EVENING_OVER));
      cancel = at(show.at + SPREAD * Math.random(), () => location.reload());
    });
  }

  /** Asked for until it is there, or something else is: a telephone that gave up would stay behind the halls. */
  async function fetchScene(show: Show): Promise<Element | null> {
    for (let attempt = 0; wanted === show; attempt += 1) {
      const answer = await ask(`/evenements/${event.dataset.event}/scene?n=${show.number}`, {});
      if (answer?.status === 404) break;
      const text = answer?.ok ? await answer.text().catch(() => null) : null;
      if (text !== null) return partIn(text);
      await pause(attempt);
    }
    return null;
  }

  function at(instant: number, call: () => void): () => void {
    let stop = (): void => {};
    const wait = (): void => {
      const left = instant - clock.now();
      if (left <= 0) call();
      else stop = after(Math.min(left, TICK), wait); // the clock is known better and better meanwhile
    };
    wait();
    return () => stop();
  }

  /** A pause changes nothing of a step but its clock: what one has begun there stays. */
  function put(part: Element, show: Show): void {
    shown = show.number;
    event.dataset.number = String(shown);
    const current = scene.querySelector<HTMLElement>(".act");
    const isSame = current?.dataset.step === (part as HTMLElement).dataset.step && show.step !== null;
    if (isSame && current) return copyClock(current, part);
    scene.querySelectorAll("video").forEach(letGo);
    scene.replaceChildren(part);
    for (const told of event.querySelectorAll<HTMLElement>("[data-begun]")) {
      told.hidden = Boolean(told.dataset.begun) !== Boolean((part as HTMLElement).dataset.step);
    }
    document.dispatchEvent(new Event(ARRIVED));
    tick();
  }

  function copyClock(current: Element, part: Element): void {
    const clocked = "video[data-since], [data-countdown]";
    const [shows, told] = [current.querySelector<HTMLElement>(clocked), part.querySelector<HTMLElement>(clocked)];
    if (shows && told) Object.assign(shows.dataset, told.dataset);
    tick();
  }

  function tick(): void {
    const counting = scene.querySelector<HTMLElement>("[data-countdown]");
    const film = scene.querySelector<HTMLVideoElement>("video[data-since]");
    if (counting) {
      const text = countdown(Number(counting.dataset.countdown) - read(counting));
      if (counting.textContent !== text) counting.textContent = text;
    }
    if (film) follows(film);
  }

  /** What the step's own clock reads: while it is paused it stands. */
  function read({ dataset }: HTMLElement): number {
    return dataset.paused ? Math.min(clock.now(), Number(dataset.paused)) : clock.now();
  }

  /** A film begins by itself, and is where the halls' is until somebody stops it here; it stands while theirs does. */
  function follows(film: HTMLVideoElement): void {
    const position = (read(film) - Number(film.dataset.since)) / 1000;
    if (film.seeking || position < 0 || position > film.duration) return;
    if (!film.dataset.paused) begins(film);
    if (film.paused) return;
    if (film.dataset.paused) {
      film.pause();
      begun.delete(film);
    }
    if (Math.abs(film.currentTime - position) > FILM_OFF) film.currentTime = position;
  }

  function begins(film: HTMLVideoElement): void {
    if (!film.paused || begun.has(film) || isStill() || savesData()) return;
    begun.add(film);
    void film.play().catch(() => {}); // where that is not allowed its controls are there
  }

  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && clock.woke());
  setInterval(tick, TICK);
  tick();
}

/**
 * A film of another document than the page's own would never load: what was fetched is made anew in the page's. Nor
 * would one that DOMParser made ever be let go.
 */
function partIn(text: string): Element | null {
  const fetched = document.createElement("template");
  fetched.innerHTML = text;
  const part = fetched.content.querySelector(".act");
  if (savesData()) for (const film of part?.querySelectorAll("video") ?? []) film.preload = "none";
  const made = part && document.importNode(part, true);
  for (const film of made?.querySelectorAll("video") ?? []) film.muted = film.defaultMuted;
  return made;
}

function savesData(): boolean {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}
