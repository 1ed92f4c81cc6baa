// A kiosk: whoever walks away is forgotten, and nothing leads out of the site.
import { deliver, isPassing } from "../sending.ts";
import { ask, isServing, pause, untilTrue } from "../serving.ts";
import { LEAVING } from "../vote.ts";
import { FILES } from "../worker/rules.ts";

const WARNS = 45_000;
const ENDS = 60_000;
/** How long an answer may take before those who wait are told why. */
const QUIET = 2_000;
/** Tells the server, with whatever is asked next, that the visit is over; it takes the mark away. */
const ENDED_COOKIE = "borne-fin";

const isBetween = document.body.classList.contains("page-kiosk");
const begin = document.querySelector<HTMLFormElement>("#kiosk-begin");
const end = document.querySelector<HTMLFormElement>("#kiosk-end");
const still = document.querySelector<HTMLDialogElement>("#kiosk-still");
const seconds = document.getElementById("kiosk-seconds");
const cover = document.querySelector<HTMLDialogElement>("#kiosk-cover");
let touched = performance.now();
let isCovered = false;

/** The server asks the browser for the same; where it does not listen, this does it. */
function wipe(): void {
  for (const shelf of [localStorage, sessionStorage]) shelf.clear();
  if ("caches" in window) void caches.keys().then((names) => Promise.all(names.filter(isOfSomebody).map((name) => caches.delete(name))));
}

/** The program's own files hold nothing of anybody, and without a network a kiosk lives on them. */
function isOfSomebody(name: string): boolean {
  return isBetween || !name.startsWith(FILES);
}

function stay(): void {
  touched = performance.now();
  if (still?.open) still.close();
}

function watch(): void {
  const idle = performance.now() - touched;
  if (isCovered) return;
  if (idle >= ENDS) return endVisit();
  if (idle < WARNS) return;
  if (still && !still.open) still.showModal();
  if (seconds) seconds.textContent = String(Math.ceil((ENDS - idle) / 1000));
}

/** Nothing of the page before is left to read, to touch or to come back to by keyboard. */
function hideAll(): void {
  if (isCovered || !cover) return;
  isCovered = true;
  document.title = "Imagin'Est";
  document.body.replaceChildren(cover);
  cover.addEventListener("close", () => cover.showModal());
  cover.showModal();
}

function tellLost(): void {
  cover?.classList.add("kiosk-lost");
}

/** Forget at once, whether or not there is a network; what only the server can forget follows as soon as there is one. */
function endVisit(): void {
  document.cookie = `${ENDED_COOKIE}=1; path=/; samesite=lax`;
  hideAll();
  // What the page still has in hand, a vote or what its connection was like, is written down no more.
  Storage.prototype.setItem = () => undefined;
  wipe();
  setTimeout(tellLost, QUIET);
  void untilTrue(hasEnded, tellLost).then(() => {
    wipe();
    location.replace("/borne");
  });
}

async function hasEnded(): Promise<boolean> {
  const answer = await ask("/borne/terminer", { method: "POST" });
  return answer !== null && answer.status < 500 && new URL(answer.url).pathname === "/borne";
}

/** A form that leaves without a network would leave the browser's own page behind, which stays. */
async function beginVisit(form: HTMLFormElement): Promise<void> {
  if (await deliver(form, null)) return;
  hideAll();
  tellLost();
  await untilTrue(isServing);
  location.replace("/borne");
}

/** The page that stands in for one that could not be brought: it makes way for that one. */
async function comeBack(): Promise<void> {
  await pause(0);
  await untilTrue(isServing);
  if (!isCovered) location.reload();
}

/** Until the server answers, the page stays as it is, with all that was typed in it, and says why. */
async function sendUntilHeard(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  form.ariaBusy = "true";
  form.inert = true;
  await untilTrue(async () => isCovered || (await deliver(form, button)), tellWaits);
}

/** Where the worker is not there yet to stand in for a page that cannot be brought, this one stays. */
async function follow(address: string): Promise<void> {
  await untilTrue(async () => isCovered || (await isServing(address)), tellWaits);
  if (!isCovered) location.assign(address);
}

function tellWaits(): void {
  document.getElementById("kiosk-waits")?.removeAttribute("hidden");
}

function leave(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const method = event.submitter?.getAttribute("formmethod") ?? form.method;
  if (event.defaultPrevented || method !== "post" || isPassing(form)) return;
  event.preventDefault();
  if (form.ariaBusy !== "true") void sendUntilHeard(form, event.submitter);
}

function followLink(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (event.defaultPrevented || !link || link.getAttribute("href")?.startsWith("#")) return;
  if (navigator.serviceWorker?.controller) return;
  event.preventDefault();
  void follow(link.href);
}

/** Other sites, files and programs are not for a kiosk; the words of their links stay. */
function closeWaysOut(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[href]")) {
    if (link.origin !== location.origin || link.hasAttribute("download")) link.removeAttribute("href");
    link.removeAttribute("target");
  }
}

function leaveTo(form: HTMLFormElement | null, go: (form: HTMLFormElement) => void): void {
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    go(form);
  });
}

addEventListener("beforeinstallprompt", (event) => event.preventDefault());
addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("keydown", (event) => isCovered && event.preventDefault(), { capture: true });
closeWaysOut();
leaveTo(begin, (form) => void beginVisit(form));
leaveTo(end, endVisit);
document.addEventListener("submit", leave);
document.addEventListener(LEAVING, (event) => {
  event.preventDefault();
  void sendUntilHeard(event.target as HTMLFormElement, null);
});
document.addEventListener("click", followLink);
if (isBetween) {
  wipe();
} else if (document.cookie.includes(`${ENDED_COOKIE}=`)) {
  endVisit();
} else {
  for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) addEventListener(kind, stay, { passive: true });
  document.getElementById("kiosk-stay")?.addEventListener("click", stay);
  setInterval(watch, 500);
  if (document.body.matches(".page-offline, .page-down")) void comeBack();
}
// A page that comes back from the browser's memory belongs to somebody who has left: it was hidden before.
addEventListener("pagehide", () => (document.documentElement.hidden = true));
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
