// The page of statistics keeps itself up to date: one small question every 15 s, answered with nothing where nothing moved.
import { type Figures, writeFigures } from "../statistics.ts";
import { pageWords, region } from "../words.ts";

const EVERY = 15_000;
/** So that everybody who opened the page at the same moment does not ask at the same moment. */
const SPREAD = 3_000;

function start(page: HTMLElement, address: string): void {
  const words = pageWords();
  const hold = page.querySelector<HTMLButtonElement>(".statistics-hold");
  const told = page.querySelector<HTMLElement>(".statistics-live");
  const at = page.querySelector("[data-at]");
  let tag = "";
  let held = false;
  let timer = 0;

  function later(): void {
    clearTimeout(timer);
    if (!held && !document.hidden) timer = window.setTimeout(() => void ask(), EVERY + Math.random() * SPREAD);
  }

  async function ask(): Promise<void> {
    try {
      const answer = await fetch(address, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
      if (held) return;
      if (answer.ok) {
        tag = answer.headers.get("etag") ?? "";
        writeFigures(page, (await answer.json()) as Figures, words);
      }
      if (at && (answer.ok || answer.status === 304)) at.textContent = words.say("statistics", "at", { time: now() });
    } catch {
      // without a connection the figures stay as they are, and say of when they are
    } finally {
      later();
    }
  }

  function now(): string {
    return new Intl.DateTimeFormat(region(), { timeStyle: "short", timeZone: "Europe/Paris" }).format(new Date());
  }

  hold?.addEventListener("click", () => {
    held = !held;
    hold.setAttribute("aria-pressed", String(held));
    hold.textContent = words.say("statistics", held ? "resume" : "hold");
    if (told) told.hidden = held;
    if (held) clearTimeout(timer);
    else void ask();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else if (!held) void ask();
  });
  if (hold) hold.hidden = false;
  if (told) told.hidden = false;
  later();
}

const page = document.querySelector<HTMLElement>("[data-statistics]");
if (page?.dataset.statistics) start(page, page.dataset.statistics);
