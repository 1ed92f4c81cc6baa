// My posts: what a moderator decides is shown within seconds, while the page is looked at and something waits.
import { announce } from "../counter.ts";

const STATES = "/mes-idees/etat";
const SOON = 4_000;
const LATE = 30_000;
const SLOWER = 1.3;

let wait = SOON;
let timer = 0;
let tag = "";

function posts(root: ParentNode = document): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(".own-post[data-post]")];
}

function later(): void {
  clearTimeout(timer);
  const isOver = !posts().some(({ dataset }) => dataset.status === "waiting");
  if (!isOver && !document.hidden) timer = window.setTimeout(() => void ask(), wait * (0.8 + 0.4 * Math.random()));
}

async function ask(): Promise<void> {
  wait = Math.min(LATE, wait * SLOWER);
  try {
    const answer = await fetch(STATES, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.ok) {
      const states = (await answer.json()) as Record<string, string>;
      const isOld = ({ dataset }: HTMLElement): boolean => (states[dataset.post ?? ""] ?? dataset.status) !== dataset.status;
      if (!posts().some(isOld) || (await renew())) tag = answer.headers.get("etag") ?? "";
    }
  } catch {
    // without a connection the page stays as it is, and asks again
  } finally {
    later();
  }
}

/** Whether all of the page is as the server tells it now; what is being pressed or read out keeps its place. */
async function renew(): Promise<boolean> {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = new Map(posts(page).map((post) => [post.dataset.post, post]));
  for (const post of posts()) {
    const now = fresh.get(post.dataset.post);
    const [before, after] = [post, now].map((one) => one?.querySelector<HTMLElement>(".post-status"));
    if (!now || !before || !after || before.textContent === after.textContent) continue;
    announce(`${after.textContent?.trim()}, ${now.querySelector("h2")?.textContent?.trim()}`);
    before.replaceWith(document.adoptNode(after.cloneNode(true)));
  }
  const main = document.querySelector("main");
  const told = page.querySelector("main");
  if (!main || !told) return false;
  const isInUse = main.querySelector(":is(.own-post, .button):hover, details[open], :focus-visible") !== null;
  if (!isInUse) main.replaceChildren(...told.childNodes);
  return !isInUse;
}

document.addEventListener("visibilitychange", () => {
  wait = SOON;
  if (document.hidden) clearTimeout(timer);
  else if (posts().some(({ dataset }) => dataset.status === "waiting")) void ask();
});
later();
