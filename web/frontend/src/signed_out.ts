// The session at the console is over: what staff alone may read leaves the screen, and the page says what to do.
import { pageWords } from "./words.ts";

/** Once; what was typed and not sent is one's own, and stays to be copied. */
export function showSignedOut(): void {
  const main = document.querySelector<HTMLElement>("main");
  if (!main || main.dataset.signedOut !== undefined) return;
  main.dataset.signedOut = "";
  const typed = [...main.querySelectorAll("textarea")].filter((field) => field.value.trim() && field.value !== field.defaultValue);
  for (const part of document.querySelectorAll("dialog, .desk-areas, .desk-who, .desk-out")) part.remove();
  document.body.className = "console desk-door";
  const title = document.createElement("h1");
  title.tabIndex = -1;
  title.textContent = say("signed-out");
  main.replaceChildren(title, wayBack(), ...typed.map(kept));
  title.focus();
}

function say(name: string): string {
  return pageWords().say("browser", name);
}

/** The page itself: the door in front of it leads back to it. */
function wayBack(): HTMLElement {
  const link = document.createElement("a");
  link.className = "button";
  link.href = location.pathname + location.search;
  link.textContent = say("signed-out-again");
  const line = document.createElement("p");
  line.append(link);
  return line;
}

function kept(field: HTMLTextAreaElement, at: number): HTMLElement {
  const label = document.createElement("label");
  label.htmlFor = `kept-${at}`;
  label.textContent = say("signed-out-kept");
  const text = document.createElement("textarea");
  text.id = label.htmlFor;
  text.readOnly = true;
  text.rows = 8;
  text.value = field.value;
  const line = document.createElement("div");
  line.className = "field";
  line.append(label, text);
  return line;
}
