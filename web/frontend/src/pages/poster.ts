// Writing an idea: how many signs are left, which ideas say the same already, and a draft that outlives the page.
import { announce, counter } from "../counter.ts";
import { PLACES, deviceDrafts } from "../drafts.ts";
import type { Words } from "../words.ts";
import { inLanguage, pageWords, typography } from "../words.ts";

const PAUSE = 400;
const LEAST_WORDS = 2;

interface Alike {
  readonly title: string;
  readonly language: string;
  readonly url: string;
}

const FIELDS = ["kind", "text", "theme", "departement"];

const drafts = deviceDrafts();
const text = document.querySelector<HTMLTextAreaElement>("textarea.post-text");
if (text?.form) {
  drafts?.begin(text.form, PLACES.idea, FIELDS, new URLSearchParams(location.search));
  start(text, pageWords());
}
const preview = document.querySelector<HTMLButtonElement>("button[value=publish]")?.form;
if (preview) drafts?.resume(preview, PLACES.idea);

function start(text: HTMLTextAreaElement, words: Words): void {
  const counting = counter(document.getElementById("text-counter"), words);
  const looking = similar(document.getElementById("alike"), words);
  const read = (): void => {
    counting(text.value);
    looking(text.value);
  };
  text.addEventListener("input", read);
  addEventListener("pageshow", read); // a browser that goes back fills the field in itself
  read();
}

/** Asks once the writing pauses; an answer that comes late is for nobody. */
function similar(section: HTMLElement | null, words: Words): (typed: string) => void {
  const one = document.getElementById("alike-one");
  const list = section?.querySelector("ul");
  const heading = section?.querySelector("h2");
  if (!section || !list || !heading || !(one instanceof HTMLTemplateElement)) return () => {};
  let asking = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = "";

  const show = (found: readonly Alike[]): void => {
    const told = found.length ? words.say("posting", "similar", { n: found.length }) : "";
    list.replaceChildren(...found.map((each) => entry(one, each)));
    if (told && told !== heading.textContent) announce(told);
    heading.textContent = told;
    section.hidden = !found.length;
  };

  const ask = async (typed: string): Promise<void> => {
    asking = new AbortController();
    try {
      const answer = await fetch(`/similaires?texte=${encodeURIComponent(typed)}`, { signal: asking.signal });
      if (answer.ok) show((await answer.json()) as readonly Alike[]);
    } catch {
      // without an answer the page is what it is without this program
    }
  };

  return (typed) => {
    const wanted = (typed.match(/[\p{L}\p{N}]{3,}/gu) ?? []).length < LEAST_WORDS ? "" : typed.trim();
    if (wanted === asked) return;
    asked = wanted;
    clearTimeout(timer);
    asking.abort();
    if (!wanted) show([]);
    else timer = setTimeout(() => void ask(wanted), PAUSE);
  };
}

function entry(template: HTMLTemplateElement, alike: Alike): Node {
  const made = template.content.cloneNode(true) as DocumentFragment;
  const title = made.querySelector<HTMLElement>(".alike-title");
  if (title) inLanguage(title, alike.language).textContent = typography(alike.title);
  made.querySelector<HTMLAnchorElement>(".alike-link")?.setAttribute("href", alike.url);
  return made;
}
