// "Partager": the system's own sheet, else the address goes to the clipboard.
import type { Words } from "./words.ts";

export function startSharing(words: Words): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-share]")) {
    button.hidden = false;
    button.addEventListener("click", () => void share(button, words));
  }
}

async function share(button: HTMLButtonElement, words: Words): Promise<void> {
  const url = new URL(button.dataset.share ?? "/", location.href).href;
  const title = button.dataset.title ?? document.title;
  try {
    if (navigator.share) return await navigator.share({ title, url });
    await navigator.clipboard.writeText(url);
    say(button, words.say("live", "link-copied"));
  } catch (error) {
    // Closing the sheet is an answer too.
    if ((error as Error).name !== "AbortError") say(button, words.say("live", "link", { url }));
  }
}

function say(button: HTMLButtonElement, text: string): void {
  const note = button.parentElement?.querySelector(".share-note");
  if (note) note.textContent = text;
}
