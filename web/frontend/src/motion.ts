// Whether things may move: a button, and what the system asks for.

const KEY = "imaginest.still";
const asked = matchMedia("(prefers-reduced-motion: reduce)");

export function isStill(): boolean {
  return asked.matches || document.documentElement.classList.contains("still");
}

export function startMotion(): void {
  const button = document.getElementById("motion");
  const show = (still: boolean): void => {
    document.documentElement.classList.toggle("still", still);
    button?.setAttribute("aria-pressed", String(still));
  };
  show(localStorage.getItem(KEY) === "1");
  button?.addEventListener("click", () => {
    const still = !document.documentElement.classList.contains("still");
    localStorage.setItem(KEY, still ? "1" : "0");
    show(still);
  });
}

const LASTS = 300;
const rolling = new WeakMap<HTMLElement, number>();

/** Count up or down to `value`, in 300 ms at most; at once where nothing may move. */
export function roll(element: HTMLElement, value: number, written: (value: number) => string): void {
  const from = Number(element.dataset.value ?? Number.NaN);
  cancelAnimationFrame(rolling.get(element) ?? 0);
  element.dataset.value = String(value);
  if (isStill() || Number.isNaN(from) || from === value || document.hidden) {
    write(element, written(value));
    return;
  }
  const start = performance.now();
  const step = (now: number): void => {
    const part = Math.min(1, Math.max(0, now - start) / LASTS); // a frame's time may lie before the call
    const eased = 1 - (1 - part) ** 3;
    write(element, written(Math.round(from + (value - from) * eased)));
    if (part < 1) rolling.set(element, requestAnimationFrame(step));
  };
  rolling.set(element, requestAnimationFrame(step));
}

/** Into the text that is there: a new one would be laid out from nothing at every frame. */
function write(element: HTMLElement, text: string): void {
  const { firstChild: there } = element;
  if (!(there instanceof Text) || there.nextSibling) element.textContent = text;
  else if (there.data !== text) there.data = text;
}

/** Fade out and in again, once. */
export function pulse(element: Element): void {
  if (!isStill()) element.animate({ opacity: [1, 0.45, 1] }, { duration: LASTS * 2, easing: "ease-out" });
}
