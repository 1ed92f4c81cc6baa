// The keyboard of the queue: one key for each decision, unless somebody types or has switched them off.
import { deviceStore } from "../store.ts";
import { find } from "./words.ts";

const KEY = "imaginest.keys";

/** What a key does; false where it does nothing. */
export type Press = (key: string) => boolean;

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select, [contenteditable]") || !!target.closest("dialog"));
}

export function listenToKeys(press: Press, help: HTMLDialogElement, box: HTMLInputElement): void {
  const store = deviceStore();
  box.checked = store.getItem(KEY) !== "off";
  box.addEventListener("change", () => (box.checked ? store.removeItem(KEY) : store.setItem(KEY, "off")));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !box.checked) return;
    if (help.open) return; // what closes it is the browser's
    if (event.key === "Escape" && event.target instanceof HTMLElement && event.target.matches("select, input, textarea")) {
      if (press("Escape")) event.preventDefault();
      return;
    }
    if (isTyping(event.target)) return;
    if (event.key === "?") help.showModal();
    else if (!press(event.key)) return;
    event.preventDefault();
  });
  const button = find<HTMLButtonElement>("[data-queue-help]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  }
}
