// What is being written to the Région: it outlives a reload, a lost network and a closed tab, and goes once it arrived.
import type { Store } from "./store.ts";
import { read } from "./store.ts";

const PREFIX = "imaginest.contact.";
const NEW = "new";
const KEPT_FOR = 30 * 86_400_000;
const NAMES = ["subject", "text", "email"] as const;

type Field = HTMLTextAreaElement | HTMLInputElement | HTMLSelectElement;

export class ContactDrafts {
  constructor(
    private readonly store: Store,
    private readonly wall: () => number,
  ) {}

  /** Fill the form with what was typed before, and keep what is typed in it. */
  begin(form: HTMLFormElement): void {
    const key = PREFIX + (/\d+$/.exec(form.getAttribute("action") ?? "")?.[0] ?? NEW);
    const fields = NAMES.flatMap((name) => field(form, name) ?? []);
    const op = form.elements.namedItem("op") as HTMLInputElement;
    const fresh = op.value;
    // A form that the server gives back holds what was typed last.
    if (fields.some(({ value }) => value)) this.#write(key, fields);
    else this.#restore(key, fields, op);
    form.addEventListener("input", () => {
      op.value = fresh; // another text is another message
      this.#write(key, fields);
    });
    form.addEventListener("submit", () => this.#write(key, fields, op.value));
  }

  /** Forget the drafts that these texts show to have arrived, and those that are too old. */
  tidy(arrived: readonly string[]): void {
    for (const key of this.store.keys(PREFIX)) {
      const draft = read(this.store, key);
      const isOld = this.wall() - Number(draft?.at) > KEPT_FOR;
      const isSent = draft?.sent && arrived.includes(plain(String(draft.text)));
      if (!draft || isOld || isSent) this.store.removeItem(key);
    }
  }

  /** The op of a sending without an answer goes again, so that it is one message. */
  #restore(key: string, fields: readonly Field[], op: HTMLInputElement): void {
    const draft = read(this.store, key);
    if (!draft) return;
    for (const each of fields) each.value = String(draft[each.name] ?? "");
    if (typeof draft.sent === "string" && draft.sent) op.value = draft.sent;
  }

  #write(key: string, fields: readonly Field[], sent = ""): void {
    const typed = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    if (Object.values(typed).every((value) => !value)) this.store.removeItem(key);
    else this.store.setItem(key, JSON.stringify({ ...typed, sent, at: this.wall() }));
  }
}

/** A text as the server keeps it. */
export function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n").normalize("NFC").trim();
}

function field(form: HTMLFormElement, name: string): Field | null {
  return form.elements.namedItem(name) as Field | null;
}
