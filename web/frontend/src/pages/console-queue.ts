// The queue, live and by keyboard: what is decided is shown at once and told to the server behind it; what others decide
// or open marks itself, and nothing moves under the hand.
import { followDesk } from "../desk_session.ts";
import { showSignedOut } from "../signed_out.ts";
import { deviceStore } from "../store.ts";
import type { DeskLoad } from "../wire.ts";
import { number, pageWords, typography } from "../words.ts";

const HOLD_EVERY = 10_000;
const UNDO_FOR = 10_000;
/** Until when the server lets a colleague take a decision back. */
const UNDO_ELSEWHERE = 15_000;
const LOOK_AT_MOST_EVERY = 700;
const FEW_LEFT = 8;
const WINDOW = 30;
/** Rows that the server gives at once. */
const MOST_ASKED = 120;
/** Who has the next one open is waited for so long. */
const ASK_FOR = 2_000;
/** A finger that has touched the list may do so again for so long. */
const FINGER = 3_000;
const TIDY_EVERY = 1_000;
const KEY = "imaginest.keys";

interface Answer {
  readonly told?: string;
  readonly fault?: string;
  readonly decision?: number;
  readonly stays?: boolean;
  readonly open?: boolean;
  readonly by?: string;
  readonly subject?: string;
}

const words = pageWords();
const store = deviceStore();
const say = (name: string, values: Record<string, string | number> = {}): string => words.say("browser", name, values);

function find<T extends HTMLElement>(selector: string): T | null {
  return document.querySelector<T>(selector);
}

class Queue {
  readonly #beforehand = new Map<string, Promise<string>>();
  #undo: { decision: number; cancel: () => void } | null = null;
  #asked: HTMLElement | null = null;
  #looking = false;
  #lookAgain = false;
  #hold = 0;
  #newest = 0;
  #isPointing = false;
  #isUndoing = false;
  #isOut = false;
  #turn = 0;
  #goings = 0;
  #deciding: Promise<unknown> = Promise.resolve();
  #touched = -FINGER;

  constructor(
    private readonly root: HTMLElement,
    private readonly rows: HTMLElement,
    private readonly item: HTMLElement,
    private readonly told: HTMLElement,
  ) {}

  begin(): void {
    this.rows.addEventListener("click", (event) => this.#onRow(event));
    this.item.addEventListener("submit", (event) => void this.#onDecide(event));
    this.told.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.undo();
    });
    const served = this.told.querySelector<HTMLFormElement>(".queue-undo");
    const decision = /decisions\/(\d+)\//.exec(served?.getAttribute("action") ?? "")?.[1];
    if (decision) this.#offerUndo(Number(decision), served?.querySelector("span")?.textContent ?? "");
    setInterval(() => void this.#renew(), HOLD_EVERY);
    setInterval(() => this.#tidy(), TIDY_EVERY);
    this.#followTheHand();
    this.#shown(false);
  }

  // --- what is open

  get current(): string {
    return this.item.querySelector<HTMLElement>("[data-fiche]")?.dataset.fiche ?? "";
  }

  #row(subject: string): HTMLElement | null {
    return this.rows.querySelector<HTMLElement>(`[data-subject="${CSS.escape(subject)}"]`);
  }

  #waiting(): HTMLElement[] {
    return [...this.rows.querySelectorAll<HTMLElement>(".queue-row:not(.is-done, .queue-away)")];
  }

  /** The next free one after `subject`, or before it. */
  #beside(subject: string, step: 1 | -1): HTMLElement | null {
    const all = [...this.rows.querySelectorAll<HTMLElement>(".queue-row")];
    let at = all.findIndex((row) => row.dataset.subject === subject);
    if (at < 0) at = step > 0 ? -1 : all.length;
    for (at += step; at >= 0 && at < all.length; at += step) {
      const row = all[at];
      if (row && !row.matches(".is-done, .queue-away") && !by(row)) return row;
    }
    return null;
  }

  move(step: 1 | -1): void {
    void this.#goOn(step);
  }

  /** To the next one that nobody has open, in the first direction where there is one; false where there is none.
   *
   * It is claimed before it is shown, so that what one begins to read stays. */
  async #goOn(...steps: (1 | -1)[]): Promise<boolean> {
    const [from, turn] = [this.current, ++this.#turn];
    this.#goings += 1;
    try {
      for (const step of steps) {
        for (let row = this.#beside(from, step); row; row = this.#beside(from, step)) {
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

  /** False where a colleague has it or has decided, which its row then says. Without an answer it is tried. */
  async #claim(row: HTMLElement): Promise<boolean> {
    const init = { method: "GET", signal: AbortSignal.timeout(ASK_FOR) };
    const answer = await ask(part(row.querySelector("a")?.href ?? "", "tenue"), init).catch(() => null);
    if (answer?.open === false) this.#doneElsewhere(row.dataset.subject ?? "");
    else if (answer?.by) nameHolder(row, answer.by);
    return answer?.open !== false && !answer?.by;
  }

  async open(row: HTMLElement): Promise<void> {
    const turn = ++this.#turn;
    const subject = row.dataset.subject ?? "";
    const address = row.querySelector("a")?.href ?? "";
    let html = await this.#fetched(subject, address).catch(() => null);
    if (html !== null && this.#isOutdated(html)) {
      await this.#deciding;
      this.#beforehand.delete(subject);
      html = await this.#fetched(subject, address).catch(() => null);
    }
    if (turn !== this.#turn) return;
    if (html === null) return this.#say(say("queue-lost"), true);
    this.#beforehand.delete(subject);
    this.#put(subject, address, html);
  }

  /** Whether it was fetched before something like it was decided, which may be a subject by now. */
  #isOutdated(html: string): boolean {
    return [...html.matchAll(/data-alike="([^"]+)"/g)].some(([, subject]) => this.#row(subject ?? "")?.matches(".is-done"));
  }

  #put(subject: string, address: string, html: string): void {
    this.#turn += 1;
    this.#isOut = false;
    const isWriting = isTyping(document.activeElement) && !this.item.contains(document.activeElement);
    this.item.innerHTML = html;
    history.replaceState(null, "", address);
    for (const link of this.rows.querySelectorAll("[aria-current]")) link.removeAttribute("aria-current");
    const link = this.#row(subject)?.querySelector("a");
    link?.setAttribute("aria-current", "true");
    this.#row(subject)?.classList.remove("is-new");
    link?.scrollIntoView({ block: "nearest" });
    this.#shown(!isWriting);
  }

  #fetched(subject: string, address: string): Promise<string> {
    let known = this.#beforehand.get(subject);
    if (!known) {
      known = fetchText(part(address, "fiche"));
      known.catch(() => this.#beforehand.delete(subject));
      this.#beforehand.set(subject, known);
    }
    return known;
  }

  #shown(focus: boolean): void {
    this.#asked = null;
    if (focus) this.item.querySelector<HTMLElement>(".queue-title")?.focus({ preventScroll: true });
    const next = this.#beside(this.current, 1);
    if (next) void this.#fetched(next.dataset.subject ?? "", next.querySelector("a")?.href ?? "").catch(() => {});
    void this.#renew();
  }

  /** Keep what is open for oneself, and learn what has become of it. */
  async #renew(): Promise<void> {
    const fiche = this.item.querySelector<HTMLElement>("[data-fiche]");
    const held = this.item.querySelector<HTMLElement>("[data-held]");
    if (!this.root.isConnected || !fiche || !held || fiche.dataset.open === undefined || document.visibilityState !== "visible") return;
    const turn = ++this.#hold;
    const answer = await ask(part(fiche.dataset.action ?? "", "tenue"), { method: "GET" }).catch(() => null);
    if (!answer || turn !== this.#hold || !fiche.isConnected) return;
    const text = typography(answer.told ?? "");
    if (held.textContent !== text) held.textContent = text;
    if (answer.open === false) this.#doneElsewhere(fiche.dataset.fiche ?? "");
  }

  // --- deciding

  #onRow(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLElement>(".queue-row");
    if (!row || row.matches(".queue-away") || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    void this.open(row);
  }

  async #onDecide(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    if (form.dataset.page !== undefined) return;
    event.preventDefault();
    if (this.#goings) return; // what is meant comes in a moment
    const subject = this.current;
    const data = new FormData(form, event.submitter);
    const address = form.action;
    if (data.get("choice") === "theme") return this.#sort(address, data);
    const row = this.#row(subject);
    this.#done(subject, say("queue-done"));
    const answering = post(address, data);
    this.#deciding = answering;
    void this.#goOn(1, -1).then((isFound) => isFound || this.#emptied());
    const answer = await answering;
    if (answer?.decision) {
      this.#offerUndo(answer.decision, answer.told ?? "");
      if (row) stays(row, UNDO_FOR);
    } else {
      if (row && answer?.fault === undefined) this.#undone(row);
      else this.#doneElsewhere(subject); // a look tells whether it was
      void this.#look();
      const title = row?.querySelector(".queue-text")?.textContent ?? "";
      this.#say(answer?.fault ? `« ${title} » : ${answer.fault}` : say("queue-lost"), true);
    }
    if (this.#waiting().length < FEW_LEFT) await this.#append();
  }

  /** Another theme: the same thing stays open. */
  async #sort(address: string, data: FormData): Promise<void> {
    const subject = this.current;
    const answer = await post(address, data);
    if (answer?.decision) this.#offerUndo(answer.decision, answer.told ?? "");
    else this.#say(answer?.fault ?? say("queue-lost"), true);
    await this.#reopen(subject);
  }

  async #reopen(subject: string): Promise<void> {
    this.#beforehand.delete(subject);
    const [sort, id] = subject.split(":");
    const folder = sort === "topic" ? "sujets" : "posts";
    const query = this.root.dataset.query;
    const address = `/console/file/${folder}/${id}${query ? `?${query}` : ""}`;
    const html = await this.#fetched(subject, address).catch(() => null);
    if (html !== null) this.#put(subject, address, html);
    this.#beforehand.delete(subject);
  }

  async undo(): Promise<void> {
    const offered = this.#undo;
    if (!offered) return this.#say(say("queue-undone-late"), true);
    offered.cancel();
    this.#undo = null;
    const query = this.root.dataset.query;
    const address = `/console/file/decisions/${offered.decision}/defaire${query ? `?${query}` : ""}`;
    this.#isUndoing = true;
    const answer = await post(address, new FormData());
    this.#isUndoing = false;
    if (!answer?.subject) return this.#say(answer?.fault ?? say("queue-lost"), true);
    const row = this.#row(answer.subject);
    if (row) this.#undone(row);
    this.#say(answer.told ?? "", false);
    await this.#reopen(answer.subject);
  }

  #offerUndo(decision: number, told: string): void {
    this.#undo?.cancel();
    const timer = setTimeout(() => {
      this.#undo = null;
      this.told.querySelector(".queue-undo")?.remove();
    }, UNDO_FOR);
    this.#undo = { decision, cancel: () => clearTimeout(timer) };
    const form = document.createElement("form");
    form.className = "done queue-undo";
    const text = document.createElement("span");
    text.textContent = typography(told);
    const button = document.createElement("button");
    button.className = "link-button";
    button.textContent = say("queue-undo");
    form.append(text, button);
    this.told.replaceChildren(form);
  }

  #say(text: string, isFault: boolean): void {
    const line = document.createElement("p");
    line.className = isFault ? "fault" : "done";
    line.textContent = typography(text);
    this.told.replaceChildren(line);
  }

  #done(subject: string, how: string): void {
    const row = this.#row(subject);
    if (!row) return;
    row.classList.add("is-done");
    const shown = row.querySelector("[data-by]");
    if (shown) shown.textContent = how;
  }

  #doneElsewhere(subject: string): void {
    const row = this.#row(subject);
    this.#done(subject, say(row?.matches(".queue-away") ? "answers-gone" : "queue-elsewhere"));
    row?.classList.add("is-elsewhere");
    if (row && !row.dataset.until) stays(row, UNDO_ELSEWHERE);
  }

  /** What is decided leaves the list when it can be undone no more, unless the hand is there or it is what is open. */
  #tidy(): void {
    const now = Date.now();
    if (this.#isUndoing || this.#isPointing || now - this.#touched < FINGER) return;
    for (const row of this.rows.querySelectorAll<HTMLElement>(".queue-row.is-done[data-until]")) {
      if (now >= Number(row.dataset.until) && !this.#isInUse(row)) this.#leave(row);
    }
  }

  #isInUse(row: HTMLElement): boolean {
    return row.dataset.subject === this.current || row.contains(document.activeElement);
  }

  #leave(row: HTMLElement): void {
    this.#newest = this.#last();
    row.classList.add("is-leaving");
    void Promise.allSettled(row.getAnimations().map((fading) => fading.finished)).then(() => {
      if (row.matches(".is-done") && !this.#isInUse(row)) this.#remove(row);
      else row.classList.remove("is-leaving");
    });
  }

  /** What is reported anew after it was settled is a new line. */
  #remove(row: HTMLElement): void {
    row.remove();
    if (this.#isShifting) void this.#look();
  }

  /** A mouse that was left lying over the list while keys are used is no hand. */
  #followTheHand(): void {
    this.rows.addEventListener("pointermove", () => (this.#isPointing = true));
    this.rows.addEventListener("pointerleave", () => (this.#isPointing = false));
    document.addEventListener("keydown", () => (this.#isPointing = false));
    this.rows.addEventListener("pointerdown", () => (this.#touched = Date.now()));
  }

  #undone(row: HTMLElement): void {
    row.classList.remove("is-done", "is-elsewhere", "is-leaving");
    delete row.dataset.until;
    const shown = row.querySelector("[data-by]");
    if (shown) shown.textContent = "";
    const held = this.item.querySelector("[data-held]");
    if (held && row.dataset.subject === this.current) held.textContent = ""; // it is decided no more
  }

  #emptied(): void {
    this.#isOut = true;
    const line = document.createElement("p");
    line.className = "queue-empty queue-title";
    line.tabIndex = -1;
    line.textContent = say(this.#waiting().length ? "queue-all-held" : "queue-empty");
    this.item.replaceChildren(line);
    line.focus({ preventScroll: true });
  }

  // --- what others do

  heard(load: DeskLoad): void {
    const counts: Record<string, number> = {
      waiting: load.waiting,
      arguments: load.themes.get("arguments") ?? 0,
      reports: load.reports,
      contact: load.contact,
    };
    for (const [name, count] of Object.entries(counts)) {
      const shown = find(`[data-load="${name}"]`);
      if (shown) shown.textContent = number(count);
    }
    const oldest = find("[data-load=oldest]");
    if (oldest) oldest.textContent = load.oldest === null ? "" : waited((Date.now() - load.oldest) / 60_000);
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
    const waiting = [...this.rows.querySelectorAll<HTMLElement>(".queue-row:not(.is-done), .is-elsewhere")];
    const before = new Map(waiting.map((row) => [row, stateOf(row)]));
    const most = Math.min(MOST_ASKED, waiting.length + WINDOW);
    const fresh = await this.#list(this.#isShifting ? 0 : waiting[0] ? idOf(waiting[0]) - 1 : this.#last(), most);
    const known = new Map(fresh.map((row) => [row.dataset.subject ?? "", row]));
    const last = this.#isShifting ? 0 : Math.max(0, ...fresh.map(idOf));
    const isWhole = fresh.length < most;
    for (const [row, state] of before) {
      const now = known.get(row.dataset.subject ?? "");
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
      if (name && row.dataset.subject === this.current) void this.#renew();
    }
    const [facts, factsNow] = [row, now].map((one) => one.querySelector(".queue-meta"));
    if (!facts || !factsNow || facts.textContent === factsNow.textContent) return;
    facts.replaceChildren(...factsNow.childNodes);
    this.#beforehand.delete(row.dataset.subject ?? "");
  }

  #gone(row: HTMLElement): void {
    this.#doneElsewhere(row.dataset.subject ?? "");
    if (row.dataset.subject === this.current) void this.#renew();
  }

  async #append(): Promise<void> {
    const [after, most] = this.#isShifting ? [0, this.#waiting().length + WINDOW] : [this.#last(), WINDOW];
    this.#add(await this.#list(after, most).catch(() => []));
  }

  /** At the end only: what stands already stays where it is. */
  #add(fresh: HTMLElement[]): void {
    const last = this.#isShifting ? 0 : this.#last();
    const added = fresh.filter((row) => idOf(row) > last && !this.#row(row.dataset.subject ?? ""));
    if (!added.length) return;
    for (const row of added) row.classList.add("is-new");
    this.rows.append(...added);
    find(".queue-side .queue-empty")?.remove();
    const announcer = find("#announcer");
    if (announcer) announcer.textContent = say("queue-new", { n: added.length });
    if (!this.current && !this.#goings) void this.#goOn(1);
    else if (!this.#beforehand.size) this.#shown(false);
  }

  #last(): number {
    return Math.max(this.#newest, ...[...this.rows.querySelectorAll<HTMLElement>(".queue-row")].map(idOf));
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
    const digit = /^[1-9]$/.test(key) ? Number(key) : 0;
    if (digit && this.#asked) {
      this.#asked.querySelectorAll<HTMLButtonElement>(".queue-reason")[digit - 1]?.click();
      return true;
    }
    switch (key) {
      case "j":
      case "ArrowDown":
        return this.move(1), true;
      case "k":
      case "ArrowUp":
        return this.move(-1), true;
      case "a":
        this.item.querySelector<HTMLButtonElement>("[data-key=a]")?.click();
        return true;
      case "r":
      case "h":
      case "m":
        return this.#ask(key), true;
      case "t":
        this.item.querySelector<HTMLElement>("[data-key=t]")?.focus();
        return true;
      case "u":
        return void this.undo(), true;
      case "/":
        find("[data-queue-filter] :is(select:not([disabled]), input:not([type=hidden]))")?.focus();
        return true;
      case "Escape":
        this.#asked?.classList.remove("is-asked");
        this.#asked = null;
        this.item.querySelector<HTMLElement>(".queue-title")?.focus();
        return true;
    }
    return false;
  }

  /** The next digit chooses one of a group, which has the focus meanwhile. */
  #ask(key: string): void {
    const group = this.item.querySelector<HTMLElement>(`[data-digits="${key}"]`);
    const first = group?.querySelector<HTMLButtonElement>(".queue-reason") ?? (key === "m" ? find("#item-into") : null);
    this.#asked?.classList.remove("is-asked");
    this.#asked = group && group.querySelector(".queue-reason") ? group : null;
    this.#asked?.classList.add("is-asked");
    first?.focus();
  }
}

/** A decided row stays for as long as the decision can be undone. */
function stays(row: HTMLElement, time: number): void {
  row.dataset.until = String(Date.now() + time);
}

/** How long the oldest has waited, in minutes. */
function waited(minutes: number): string {
  if (minutes >= 2880) return say("queue-oldest-days", { n: Math.floor(minutes / 1440) });
  if (minutes >= 120) return say("queue-oldest-hours", { n: Math.floor(minutes / 60) });
  return minutes < 1 ? "" : say("queue-oldest-minutes", { n: Math.floor(minutes) });
}

function by(row: HTMLElement): string {
  return row.querySelector("[data-by]")?.textContent?.trim() ?? "";
}

function nameHolder(row: HTMLElement, name: string): void {
  const shown = row.querySelector("[data-by]");
  if (shown) shown.textContent = name;
}

function stateOf(row: HTMLElement): string {
  return row.matches(".is-elsewhere") ? "elsewhere" : row.matches(".is-done") ? "done" : "";
}

function idOf(row: HTMLElement): number {
  return Number(row.dataset.subject?.split(":")[1] ?? 0);
}

/** The address of a part of a page: /posts/7?x becomes /posts/7/fiche?x. */
function part(address: string, name: string): string {
  const url = new URL(address, location.href);
  return `${url.pathname}/${name}${url.search}`;
}

async function fetchText(address: string): Promise<string> {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (isSignedOut(answer)) showSignedOut();
  if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
  return answer.text();
}

async function ask(address: string, init: RequestInit): Promise<Answer> {
  const answer = await fetch(address, { credentials: "same-origin", headers: { accept: "application/json" }, ...init });
  if (isSignedOut(answer)) showSignedOut();
  return (await answer.json()) as Answer;
}

/** Who is not signed in is sent to the door, and what they post is answered by a page. */
function isSignedOut(answer: Response): boolean {
  return answer.redirected || (answer.status === 403 && !!answer.headers.get("content-type")?.startsWith("text/html"));
}

async function post(address: string, data: FormData): Promise<Answer | null> {
  const body = new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));
  return ask(address, { method: "POST", body }).catch(() => null);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select, [contenteditable]") || !!target.closest("dialog"));
}

function listenToKeys(queue: Queue, help: HTMLDialogElement, box: HTMLInputElement): void {
  box.checked = store.getItem(KEY) !== "off";
  box.addEventListener("change", () => (box.checked ? store.removeItem(KEY) : store.setItem(KEY, "off")));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !box.checked) return;
    if (event.key === "Escape" && event.target instanceof HTMLElement && event.target.matches("select, input, textarea")) {
      if (queue.press("Escape")) event.preventDefault();
      return;
    }
    if (isTyping(event.target)) return;
    if (event.key === "?") help.showModal();
    else if (!queue.press(event.key)) return;
    event.preventDefault();
  });
  const button = find<HTMLButtonElement>("[data-queue-help]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  }
}

const [root, rows, item, told] = ["[data-queue]", "[data-queue-rows]", "[data-queue-item]", "[data-queue-told]"].map((one) => find(one));
const help = find<HTMLDialogElement>("[data-queue-dialog]");
const box = find<HTMLInputElement>("[data-queue-keys]");
if (root && rows && item && told && help && box) {
  const queue = new Queue(root, rows, item, told);
  queue.begin();
  listenToKeys(queue, help, box);
  followDesk((load) => queue.heard(load));
  document.documentElement.dataset.queue = "ready";
}
