// My posts: what a moderator decides is shown within seconds, while the page is looked at and something waits.
import { Asking } from "../asking.ts";
import { announce } from "../counter.ts";
import { PLACES, deviceDrafts, squeezed } from "../drafts.ts";

const STATES = "/mes-idees/etat";

function posts(root: ParentNode = document): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(".own-post[data-post]")];
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

const arrived = posts().map((post) => squeezed(post.querySelector("h2")?.textContent));
deviceDrafts()?.tidy(PLACES.posts, ({ text }, key) => key === PLACES.idea && arrived.includes(squeezed(text)));

new Asking({
  address: () => (posts().some(({ dataset }) => dataset.status === "waiting") ? STATES : null),
  take: async (told) => {
    const states = told as Record<string, string>;
    const isOld = ({ dataset }: HTMLElement): boolean => (states[dataset.post ?? ""] ?? dataset.status) !== dataset.status;
    return !posts().some(isOld) || (await renew());
  },
});
