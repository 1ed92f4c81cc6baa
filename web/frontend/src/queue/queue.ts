// What is decided is shown at once and told to the server behind it; what others decide or open marks itself.
import type { DeskLoad } from "../wire.ts";
import type { Answer } from "./asking.ts";
import { ask, fetchText, part, post } from "./asking.ts";
import type { Item } from "./item.ts";
import { isTyping } from "./keys.ts";
import { showLoad } from "./load.ts";
import { addressOf, by, idOf, nameHolder, stateOf, stays, subjectOf, takeFacts } from "./row.ts";
import { Rows } from "./rows.ts";
import { ToldLine, UNDO_FOR } from "./told.ts";
import { find, say } from "./words.ts";

const HOLD_EVERY = 10_000;
const LOOK_AT_MOST_EVERY = 700;
const FEW_LEFT = 8;
const WINDOW = 30;
/** Rows that the server gives at once. */
const MOST_ASKED = 120;
/** Who has the next one open is waited for so long. */
const ASK_FOR = 2_000;
const TIDY_EVERY = 1_000;

export class Queue {
  readonly #rows: Rows;
  readonly #told: ToldLine;
  /** What one has sorted elsewhere oneself, and so may be missing from a list of one theme. */
  readonly #sorted = new Set<string>();
  #looking = false;
  #lookAgain = false;
  #hold = 0;
  #isUndoing = false;
  #isOut = false;
  #turn = 0;
  #goings = 0;
  #deciding: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly root: HTMLElement,
    rows: HTMLElement,
    private readonly item: Item,
    told: HTMLElement,
  ) {
    this.#rows = new Rows(rows, (subject) => subject === this.item.current, () => {
      if (this.#isShifting) void this.#look(); // what is reported anew after it was settled is a new line
    });
    this.#told = new ToldLine(told, () => void this.undo());
  }

  begin(): void {
    this.#rows.onChosen((row) => void this.open(row));
    this.item.onDecide((event) => void this.#onDecide(event));
    setInterval(() => void this.#renew(), HOLD_EVERY);
    setInterval(() => this.#isUndoing || this.#rows.tidy(), TIDY_EVERY);
    this.#shown(false);
  }

  // --- what is open

  move(step: 1 | -1): void {
    void this.#goOn(step);
  }

  /** To the next one that nobody has open, in the first direction where there is one; false where there is none.
   *
   * It is claimed before it is shown, so that what one begins to read stays. */
  async #goOn(...steps: (1 | -1)[]): Promise<boolean> {
    const [from, turn] = [this.item.current, ++this.#turn];
    this.#goings += 1;
    try {
      for (const step of steps) {
        for (let row = this.#rows.beside(from, step); row; row = this.#rows.beside(from, step)) {
          const isFree = await this.#claim(row);
          if (turn !== this.#turn) return true; // something else was opened meanwhile
          if (!isFree) continue;
          await this.open(row);
          return true;
        }
      }
      return false;
    } finally {
      this.#goings -= 1;
    }
  }

  /** False where a colleague has it or it was decided, which its row then says. Without an answer it is tried. */
  async #claim(row: HTMLElement): Promise<boolean> {
    const init = { method: "GET", signal: AbortSignal.timeout(ASK_FOR) };
    const answer = await ask(part(addressOf(row), "tenue"), init).catch(() => null);
    if (answer?.open === false) this.#decided(subjectOf(row), answer);
    else if (answer?.by) nameHolder(row, answer.by);
    return answer?.open !== false && !answer?.by;
  }

  async open(row: HTMLElement): Promise<void> {
    const turn = ++this.#turn;
    const subject = subjectOf(row);
    const address = addressOf(row);
    let html = await this.item.fetched(subject, address).catch(() => null);
    if (html !== null && this.#isOutdated(html)) {
      await this.#deciding;
      this.item.forget(subject);
      html = await this.item.fetched(subject, address).catch(() => null);
    }
    if (turn !== this.#turn) return;
    if (html === null) return this.#told.say(say("queue-lost"), true);
    this.item.forget(subject);
    this.#put(subject, address, html);
  }

  /** Whether it was fetched before something like it was decided, which may be a subject by now. */
  #isOutdated(html: string): boolean {
    return [...html.matchAll(/data-alike="([^"]+)"/g)].some(([, subject]) => this.#rows.of(subject ?? "")?.matches(".is-done"));
  }

  #put(subject: string, address: string, html: string): void {
    this.#turn += 1;
    this.#isOut = false;
    const isWriting = isTyping(document.activeElement) && !this.item.contains(document.activeElement);
    this.item.put(html, address);
    this.#rows.show(subject);
    this.#shown(!isWriting);
  }

  #shown(focus: boolean): void {
    if (focus) this.item.focus();
    const next = this.#rows.beside(this.item.current, 1);
    if (next) void this.item.fetched(subjectOf(next), addressOf(next)).catch(() => {});
    void this.#renew();
  }

  /** Keep what is open for oneself, and learn what has become of it. */
  async #renew(): Promise<void> {
    const fiche = this.item.fiche;
    if (!this.root.isConnected || !fiche || document.visibilityState !== "visible") return;
    const turn = ++this.#hold;
    const answer = await ask(part(fiche.dataset.action ?? "", "tenue")).catch(() => null);
    if (!answer || turn !== this.#hold || !fiche.isConnected) return;
    this.item.hold(answer.told ?? "");
    if (answer.open === false) this.#decided(fiche.dataset.fiche ?? "", answer);
  }

  /** It waits no more: by oneself, here or elsewhere, or by somebody else. */
  #decided(subject: string, answer: Answer): void {
    if (answer.own) this.#rows.done(subject);
    else this.#rows.doneElsewhere(subject);
  }

  // --- deciding

  async #onDecide(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    if (form.dataset.page !== undefined) return;
    event.preventDefault();
    if (this.#goings) return; // what is meant comes in a moment
    const subject = this.item.current;
    const data = new FormData(form, event.submitter);
    const address = form.action;
    if (data.get("choice") === "theme") return this.#sort(address, data);
    const row = this.#rows.of(subject);
    this.#rows.done(subject);
    const answering = post(address, data);
    this.#deciding = answering;
    void this.#goOn(1, -1).then((isFound) => isFound || this.#emptied());
    const answer = await answering;
    if (answer?.decision) {
      this.#told.offerUndo(answer.decision, answer.told ?? "");
      if (row) stays(row, UNDO_FOR);
    } else {
      this.#refused(subject, row, answer);
    }
    if (this.#rows.waiting.length < FEW_LEFT) await this.#append();
  }

  /** The decision does not hold; a look tells whether another does. */
  #refused(subject: string, row: HTMLElement | null, answer: Answer | null): void {
    if (row && answer?.fault === undefined) this.#undone(row);
    else this.#rows.doneElsewhere(subject);
    void this.#look();
    const title = row?.querySelector(".queue-text")?.textContent ?? "";
    this.#told.say(answer?.fault ? `« ${title} » : ${answer.fault}` : say("queue-lost"), true);
  }

  /** Another theme: the same thing stays open. */
  async #sort(address: string, data: FormData): Promise<void> {
    const subject = this.item.current;
    this.#sorted.add(subject);
    const answer = await post(address, data);
    if (answer?.decision) this.#told.offerUndo(answer.decision, answer.told ?? "");
    else this.#told.say(answer?.fault ?? say("queue-lost"), true);
    await this.#reopen(subject);
  }

  async #reopen(subject: string): Promise<void> {
    this.item.forget(subject);
    const address = this.item.addressOf(subject);
    const html = await this.item.fetched(subject, address).catch(() => null);
    if (html !== null) this.#put(subject, address, html);
    this.item.forget(subject);
  }

  async undo(): Promise<void> {
    const decision = this.#told.take();
    if (decision === null) return this.#told.say(say("queue-undone-late"), true);
    const query = this.root.dataset.query;
    const address = `/console/file/decisions/${decision}/defaire${query ? `?${query}` : ""}`;
    this.#isUndoing = true;
    const answer = await post(address, new FormData());
    this.#isUndoing = false;
    if (!answer?.subject) return this.#told.say(answer?.fault ?? say("queue-lost"), true);
    const row = this.#rows.of(answer.subject);
    if (row) this.#undone(row);
    this.#told.say(answer.told ?? "", false);
    await this.#reopen(answer.subject);
  }

  #undone(row: HTMLElement): void {
    this.#rows.undone(row);
    if (subjectOf(row) === this.item.current) this.item.hold(""); // it is decided no more
  }

  #emptied(): void {
    this.#isOut = true;
    this.item.empty(say(this.#rows.waiting.length ? "queue-all-held" : "queue-empty"));
  }

  // --- what others do

  heard(load: DeskLoad): void {
    showLoad(load);
    void this.#look();
  }

  /** One look at a time, and none sooner than LOOK_AT_MOST_EVERY after the last. */
  async #look(): Promise<void> {
    if (!this.root.isConnected) return;
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    await this.#compare().catch(() => {});
    setTimeout(() => {
      this.#looking = false;
      if (!this.#lookAgain) return;
      this.#lookAgain = false;
      void this.#look();
    }, LOOK_AT_MOST_EVERY);
  }

  /** Whether the order is another one with each report or message: then the list is looked at from its beginning. */
  get #isShifting(): boolean {
    return ["reports", "messages"].includes(this.root.dataset.sort ?? "");
  }

  async #compare(): Promise<void> {
    const waiting = this.#rows.all.filter((row) => stateOf(row) !== "done");
    const before = new Map(waiting.map((row) => [row, stateOf(row)]));
    const most = Math.min(MOST_ASKED, waiting.length + WINDOW);
    const fresh = await this.#list(this.#isShifting ? 0 : waiting[0] ? idOf(waiting[0]) - 1 : this.#rows.last, most);
    const known = new Map(fresh.map((row) => [subjectOf(row), row]));
    const last = this.#isShifting ? 0 : Math.max(0, ...fresh.map(idOf));
    const isWhole = fresh.length < most;
    for (const [row, state] of before) {
      const now = known.get(subjectOf(row));
      if (stateOf(row) !== state) this.#lookAgain = true; // what was read is older than what the row says
      else if (now) this.#follow(row, now);
      else if (isWhole || idOf(row) <= last) this.#gone(row);
    }
    if (isWhole) this.#add(fresh);
    if (this.#isOut && !this.#goings) void this.#goOn(1);
  }

  #follow(row: HTMLElement, now: HTMLElement): void {
    if (row.matches(".is-elsewhere")) this.#undone(row); // a colleague has thought better of it
    const name = by(now);
    if (by(row) !== name) {
      nameHolder(row, name);
      if (name && subjectOf(row) === this.item.current) void this.#renew();
    }
    if (takeFacts(row, now)) this.item.forget(subjectOf(row));
  }

  #gone(row: HTMLElement): void {
    if (this.#sorted.has(subjectOf(row))) return;
    this.#rows.doneElsewhere(subjectOf(row));
    if (subjectOf(row) === this.item.current) void this.#renew();
  }

  async #append(): Promise<void> {
    const [after, most] = this.#isShifting ? [0, this.#rows.waiting.length + WINDOW] : [this.#rows.last, WINDOW];
    this.#add(await this.#list(after, most).catch(() => []));
  }

  #add(fresh: HTMLElement[]): void {
    const last = this.#isShifting ? 0 : this.#rows.last;
    const added = fresh.filter((row) => idOf(row) > last && !this.#rows.of(subjectOf(row)));
    if (!added.length) return;
    this.#rows.append(added);
    find(".queue-side .queue-empty")?.remove();
    const announcer = find("#announcer");
    if (announcer) announcer.textContent = say("queue-new", { n: added.length });
    if (!this.item.current && !this.#goings) void this.#goOn(1);
    else if (this.item.knowsNothing) this.#shown(false);
  }

  async #list(after: number, most: number): Promise<HTMLElement[]> {
    const query = new URLSearchParams(this.root.dataset.query ?? "");
    query.set("apres", String(after));
    query.set("nombre", String(Math.min(MOST_ASKED, most)));
    const holder = document.createElement("ol");
    holder.innerHTML = await fetchText(`/console/file/liste?${query}`);
    return [...holder.querySelectorAll<HTMLElement>(".queue-row")];
  }

  // --- keys

  press(key: string): boolean {
    if (!this.root.isConnected) return false;
    if (/^[1-9]$/.test(key)) return this.item.choose(Number(key));
    switch (key) {
      case "j":
      case "ArrowDown":
        return this.move(1), true;
      case "k":
      case "ArrowUp":
        return this.move(-1), true;
      case "a":
      case "t":
        return this.item.press(key), true;
      case "r":
      case "h":
      case "m":
        return this.item.ask(key), true;
      case "u":
        return void this.undo(), true;
      case "/":
        find("[data-queue-filter] :is(select:not([disabled]), input:not([type=hidden]))")?.focus();
        return true;
      case "Escape":
        return this.item.askNoMore(), true;
    }
    return false;
  }
}
