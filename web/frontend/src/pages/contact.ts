// Counts a message's signs while it is written, as a reader and the server count them, and keeps it until it is sent.
import { PLACES, deviceDrafts, squeezed } from "../drafts.ts";
import { followThread } from "../thread.ts";
import { pageWords } from "../words.ts";

const FEW = 0.8;

function watch(field: HTMLTextAreaElement): void {
  const counter = document.querySelector<HTMLElement>(".counter");
  const shown = document.querySelector<HTMLElement>(".counter-number");
  const most = Number(field.dataset.most);
  if (!counter || !shown || !most || !("Segmenter" in Intl)) return;
  const language = document.documentElement.lang;
  const signs = new Intl.Segmenter(language, { granularity: "grapheme" });
  const number = new Intl.NumberFormat(language);

  function count(): void {
    const text = field.value.replace(/\r\n?/g, "\n").normalize("NFC").trim();
    let written = 0;
    for (const _ of signs.segment(text)) written += 1;
    counter!.hidden = written < most * FEW;
    counter!.classList.toggle("counter-over", written > most);
    shown!.textContent = number.format(written);
  }

  field.addEventListener("input", count);
  count();
}

const drafts = deviceDrafts();
const arrived = [...document.querySelectorAll(".message-citizen .message-text")].map(({ textContent }) => squeezed(textContent));
drafts?.tidy(PLACES.letters, ({ text }) => arrived.includes(squeezed(text)));
const form = document.querySelector<HTMLFormElement>('form.fields[action^="/contact"]');
if (form?.querySelector("button[type=submit]")) {
  const thread = /\d+$/.exec(form.getAttribute("action") ?? "")?.[0] ?? "";
  drafts?.begin(form, PLACES.letter(thread), ["subject", "text", "email"]);
}
for (const field of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-most]")) watch(field);
const thread = document.querySelector<HTMLElement>(".thread[data-state-of]");
if (thread?.dataset.stateOf) followThread(thread, thread.dataset.stateOf, pageWords());
