// The profile dialog: three questions, one at a time, three taps.
import type { KeptProfile, Post } from "./kept_profile.ts";
import type { Words } from "./words.ts";

/** What a topic asks for: any answers or none, or all three. The parts of the dialog that are for one say so. */
export type Asks = "any" | "all";

export interface ProfileStep {
  /** Whether this page can ask at all. */
  readonly available: boolean;
  /** Whether a vote waits for answers: this citizen was never asked, or not all was told where the topic needs all. */
  needed(asks: Asks): boolean;
  /** Ask; whether an answer (or a "no answer") was kept. */
  ask(asks: Asks): Promise<boolean>;
  /** What was asked for is no longer to be had. What has been chosen stands there when it is asked again. */
  stop(): void;
}

export function profileStep(words: Words, kept: KeptProfile, post: Post): ProfileStep {
  const dialog = document.querySelector<HTMLDialogElement>("dialog#profile");
  const form = dialog?.querySelector("form");
  const asking = dialog && form ? new Asking(dialog, form, words, kept, post) : null;
  return {
    available: asking !== null,
    needed(asks) {
      const told = document.body.dataset.profile;
      if (!asking) return false;
      return asks === "all" ? told !== "complete" && !kept.isWhole : told === "none" && !kept.isThere;
    },
    ask: (asks) => (asking ? asking.ask(asks) : Promise.resolve(true)),
    stop: () => dialog?.close(),
  };
}

class Asking {
  readonly #steps: HTMLFieldSetElement[];
  readonly #where = document.createElement("p");
  readonly #previous = document.createElement("button");
  readonly #submit: HTMLButtonElement | null;
  #at = 0;
  #asks: Asks = "any";
  #done: ((kept: boolean) => void) | null = null;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly form: HTMLFormElement,
    private readonly words: Words,
    private readonly kept: KeptProfile,
    private readonly post: Post,
  ) {
    this.#steps = [...form.querySelectorAll("fieldset")];
    this.#submit = form.querySelector<HTMLButtonElement>("button[type=submit]:not([name=skip])");
    this.#where.className = "profile-where";
    this.#previous.className = "button button-quiet profile-previous";
    this.#previous.type = "button";
    this.#previous.textContent = words.say("live", "previous");
    this.#steps[0]?.before(this.#where);
    this.#submit?.before(this.#previous);
    this.#previous.addEventListener("click", () => this.#show(this.#at - 1));
    form.addEventListener("submit", (event) => this.#onSubmit(event));
    form.addEventListener("click", (event) => this.#onTap(event));
    form.querySelector(".profile-leave")?.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.#finish(false));
  }

  ask(asks: Asks): Promise<boolean> {
    this.#finish(false);
    this.#asks = asks;
    for (const part of this.dialog.querySelectorAll<HTMLElement>("[data-asks]")) part.hidden = part.dataset.asks !== asks;
    this.dialog.showModal();
    this.#show(0);
    return new Promise((resolve) => (this.#done = resolve));
  }

  #show(at: number): void {
    this.#at = at;
    this.#note("");
    this.#steps.forEach((step, i) => (step.hidden = i !== at));
    // Read once, the explanation gives its room to the answers.
    for (const told of this.dialog.querySelectorAll<HTMLElement>(":scope > p")) {
      told.hidden = at > 0 || told.dataset.asks !== this.#asks;
    }
    const isLast = at === this.#steps.length - 1;
    this.#where.textContent = this.words.say("live", "step", { n: at + 1, total: this.#steps.length });
    this.#previous.hidden = at === 0;
    if (this.#submit) this.#submit.textContent = this.words.say("live", isLast ? "finish" : "next");
    const step = this.#steps[at];
    const chosen = step?.querySelector<HTMLElement>("input:checked");
    (chosen?.checkVisibility() ? chosen : step?.querySelector("input"))?.focus();
  }

  /** A tap goes on by itself; arrow keys, which choose in passing, don't. */
  #onTap(event: MouseEvent): void {
    const isChoice = event.target instanceof HTMLInputElement && event.target.type === "radio";
    // A keyboard's click has a detail of 0; the second one of a double tap must not answer the next question.
    if (isChoice && event.detail === 1) this.form.requestSubmit(this.#submit);
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const skips = (event.submitter as HTMLButtonElement | null)?.name === "skip";
    if (this.#asks === "all" && !this.#isAnswered()) this.#note(this.words.say("live", "answer-needed"));
    else if (!skips && this.#at < this.#steps.length - 1) this.#show(this.#at + 1);
    else void this.#keep(skips);
  }

  #isAnswered(): boolean {
    return Boolean(this.#steps[this.#at]?.querySelector<HTMLInputElement>("input:checked")?.value);
  }

  /** Answers that nobody takes now are kept, with the vote that they go before. */
  async #keep(skips: boolean): Promise<void> {
    const fields: Record<string, string> = {};
    if (skips) fields.skip = "1";
    else for (const [name, value] of new FormData(this.form)) fields[name] = String(value);
    const done = this.#done;
    this.#busy(true);
    const answer = await this.post(fields);
    this.#busy(false);
    if (answer && "code" in answer) {
      this.#note(answer.code ? this.words.refusal(answer.code) : this.words.say("live", "profile-failed"));
      return;
    }
    if (answer) {
      document.body.dataset.profile = answer.profile;
      this.kept.drop();
    } else {
      // Where all are needed, they go before what was told until now.
      this.kept.keep(this.#asks === "all" ? { ...fields, first: "0" } : fields);
    }
    if (this.#done !== done) return; // it was stopped meanwhile, perhaps asked again for another vote
    this.#finish(true);
    this.dialog.close();
  }

  #finish(kept: boolean): void {
    this.#done?.(kept);
    this.#done = null;
  }

  #note(text: string): void {
    const note = this.form.querySelector(".profile-note");
    if (note) note.textContent = text;
  }

  #busy(busy: boolean): void {
    this.form.setAttribute("aria-busy", String(busy));
  }
}
