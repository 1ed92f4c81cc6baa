// What is being written: it outlives a reload, a lost network, a closed tab and an empty battery, and goes once it arrived.
import type { Store } from "./store.ts";
import { deviceStore, read } from "./store.ts";

const PREFIX = "imaginest.contact.";
const DRAFT = "imaginest.draft.";
const KEPT_FOR = 30 * 86_400_000;

/** Where each text is kept; what is kept of one kind begins alike. */
export const PLACES = {
  letters: PREFIX,
  letter: (thread: string) => PREFIX + (thread || "new"),
  posts: DRAFT,
  idea: `${DRAFT}idea`,
  argument: (topic: string) => DRAFT + topic,
} as const;

/** What was typed, by the fields' names; `sent` is the op of a sending that was not answered yet. */
export type Draft = Readonly<Record<string, unknown>>;

/** A field, or radio buttons of one name. */
type Field = HTMLTextAreaElement | HTMLInputElement | HTMLSelectElement | RadioNodeList;

export class Drafts {
  constructor(
    private readonly store: Store,
    private readonly wall: () => number,
  ) {}

  /** Fill the form with what was typed before, and keep what is typed in it; what the address has `chosen` stays. */
  begin(form: HTMLFormElement, key: string, names: readonly string[], chosen = new URLSearchParams()): void {
    const op = field(form, "op") as HTMLInputElement | null;
    const fresh = op?.value ?? "";
    // A form that the server gives back holds what was typed last.
    if (!names.some((name) => isTyped(form, name))) this.#restore(form, key, names.filter((name) => !chosen.has(name)));
    form.addEventListener("input", () => {
      if (op) op.value = fresh; // another text is another message
      this.#write(form, key, names, "");
    });
    // A form without one sends nothing yet: its preview does.
    if (op) form.addEventListener("submit", () => this.#write(form, key, names, op.value));
  }

  /** A form that sends what was typed in another: where that was sent before without an answer, as the same message. */
  resume(form: HTMLFormElement, key: string): void {
    const op = field(form, "op") as HTMLInputElement | null;
    const draft = read(this.store, key);
    if (!op || !draft || squeezed(draft.text) !== squeezed(field(form, "text")?.value)) return;
    if (typeof draft.sent === "string" && draft.sent) op.value = draft.sent;
    form.addEventListener("submit", () => this.store.setItem(key, JSON.stringify({ ...draft, sent: op.value })));
  }

  /** Forget the drafts under `prefix` that were sent and `hasArrived`. */
  tidy(prefix: string, hasArrived: (draft: Draft, key: string) => boolean): void {
    for (const key of this.store.keys(prefix)) {
      const draft = read(this.store, key);
      if (!draft || (draft.sent && hasArrived(draft, key))) this.store.removeItem(key);
    }
  }

  #restore(form: HTMLFormElement, key: string, names: readonly string[]): void {
    const draft = read(this.store, key);
    if (!draft) return;
    for (const name of names) {
      const place = field(form, name);
      if (place && typeof draft[name] === "string") place.value = draft[name];
    }
    const op = field(form, "op");
    if (op && typeof draft.sent === "string" && draft.sent) op.value = draft.sent;
  }

  #write(form: HTMLFormElement, key: string, names: readonly string[], sent: string): void {
    if (!names.some((name) => isTyped(form, name))) return this.store.removeItem(key);
    const typed = Object.fromEntries(names.map((name) => [name, field(form, name)?.value ?? ""]));
    this.store.setItem(key, JSON.stringify({ ...typed, sent, at: this.wall() }));
  }
}

/** What nobody has sent or touched for so long is no draft any more. */
export function forgetOldDrafts(store: Store, now: number): void {
  for (const key of [PREFIX, DRAFT].flatMap((prefix) => store.keys(prefix))) {
    if (now - Number(read(store, key)?.at ?? 0) > KEPT_FOR) store.removeItem(key);
  }
}

/** Ours; none at a kiosk, where the next person would read them. */
export function deviceDrafts(): Drafts | null {
  return document.documentElement.classList.contains("kiosk") ? null : new Drafts(deviceStore(), Date.now);
}

/** A text without its spaces, which the page sets otherwise than they were typed. */
export function squeezed(text: unknown): string {
  return String(text ?? "").normalize("NFC").replace(/\s+/g, "");
}

function field(form: HTMLFormElement, name: string): Field | null {
  return form.elements.namedItem(name) as Field | null;
}

/** Whether something stands in a field; a radio button alone is no text that could be lost. */
function isTyped(form: HTMLFormElement, name: string): boolean {
  const place = field(form, name);
  return place !== null && !(place instanceof RadioNodeList) && place.value !== "";
}
