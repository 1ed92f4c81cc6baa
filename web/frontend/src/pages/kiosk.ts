// A kiosk: whoever walks away is forgotten, and nothing leads out of the site.
const WARNS = 45_000;
const ENDS = 60_000;

const isBetween = document.body.classList.contains("page-kiosk");
const end = document.querySelector<HTMLFormElement>("#kiosk-end");
const still = document.querySelector<HTMLDialogElement>("#kiosk-still");
const seconds = document.getElementById("kiosk-seconds");
let touched = performance.now();
let isEnding = false;

/** The server asks the browser for the same; where it does not listen, this does it. */
function wipe(): void {
  for (const shelf of [localStorage, sessionStorage]) shelf.clear();
  if ("caches" in window) void caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))));
}

function stay(): void {
  touched = performance.now();
  if (still?.open) still.close();
}

function watch(): void {
  const idle = performance.now() - touched;
  if (idle >= ENDS) {
    if (!isEnding) end?.requestSubmit();
    return;
  }
  if (idle < WARNS) return;
  if (still && !still.open) still.showModal();
  if (seconds) seconds.textContent = String(Math.ceil((ENDS - idle) / 1000));
}

/** Other sites, files and programs are not for a kiosk; the words of their links stay. */
function closeWaysOut(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[href]")) {
    if (link.origin !== location.origin || link.hasAttribute("download")) link.removeAttribute("href");
    link.removeAttribute("target");
  }
}

addEventListener("beforeinstallprompt", (event) => event.preventDefault());
addEventListener("contextmenu", (event) => event.preventDefault());
closeWaysOut();
end?.addEventListener("submit", () => {
  isEnding = true;
  wipe();
});
if (isBetween) {
  wipe();
} else {
  for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) addEventListener(kind, stay, { passive: true });
  document.getElementById("kiosk-stay")?.addEventListener("click", stay);
  setInterval(watch, 500);
}
// A page that comes back from the browser's memory belongs to somebody who has left.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

export {};
