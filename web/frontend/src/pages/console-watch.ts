// The watch room by itself: new figures each second while somebody can see them, old ones are said to be old.
import { showSignedOut } from "../signed_out.ts";
import { pageWords } from "../words.ts";

const EVERY = 1_000;
const PATIENCE = 5_000;
/** Seconds without an answer after which the figures are called old. */
const OLD = 5;

const room = document.getElementById("watch");
const full = document.getElementById("watch-full");

/** Puts new parts where they differ; the one that holds the focus stays until the focus has left it. */
function renew(room: HTMLElement, fresh: ParentNode): void {
  for (const part of fresh.querySelectorAll<HTMLElement>("[data-part]")) {
    const shown = room.querySelector<HTMLElement>(`[data-part="${part.dataset.part}"]`);
    if (!shown || shown.contains(document.activeElement)) continue;
    shown.className = part.className;
    const inside = shown instanceof HTMLDetailsElement ? "tbody" : null;
    const [old, now] = inside ? [shown.querySelector(inside), part.querySelector(inside)] : [shown, part];
    if (old && now && old.innerHTML !== now.innerHTML) old.replaceChildren(...now.childNodes);
  }
}

async function watch(room: HTMLElement, state: string): Promise<void> {
  const words = pageWords();
  const warning = room.querySelector<HTMLElement>("#watch-old");
  let seen = Date.now();

  function warn(text: string): void {
    if (!warning || warning.textContent === text) return;
    warning.textContent = text;
    warning.hidden = !text;
    room.classList.toggle("watch-is-old", text !== "");
  }

  for (;;) {
    if (document.visibilityState === "hidden") await visible();
    try {
      const answer = await fetch(state, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.type === "opaqueredirect") return signedOut();
      if (answer.ok) {
        renew(room, new DOMParser().parseFromString(await answer.text(), "text/html"));
        seen = Date.now();
      }
    } catch {
      // it is said below how old the figures are by now
    }
    const age = Math.round((Date.now() - seen) / 1000);
    warn(age >= OLD ? words.say("browser", "watch-old", { n: age }) : "");
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

/** Figures of a session that is over are nobody's, on a wall least of all. */
function signedOut(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  showSignedOut();
}

function visible(): Promise<void> {
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true });
  });
}

if (room?.dataset.state) void watch(room, room.dataset.state);
if (room && full && document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener("click", () => void room.requestFullscreen());
}
