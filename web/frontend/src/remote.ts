// The remote's page: its parts renewed under the hand without moving it, its clocks, and what is pressed.
import type { ServerClock } from "./server_clock.ts";
import { showSignedOut } from "./signed_out.ts";
import type { Show } from "./wire.ts";
import { pageWords } from "./words.ts";

const EVERY = 2_000;
const PATIENCE = 5_000;
const PRESS_PATIENCE = 8_000;
const OLD = 6_000;
const TICK = 100;
/** Who presses so soon after a change has pressed what stood there before it. */
const SURPRISE = 800;
/** Good news is told for so long. */
const NEWS = 6_000;
/** With what our server says that its database does not answer. */
const DATABASE_AWAY = 503;
/** The second half of a double tap. */
const DOUBLE_TAP = 500;

interface Answer {
  readonly told?: string;
  readonly fault?: string;
}

/** What stands in the place of a button once it was pressed. */
const TWINS: Readonly<Record<string, string>> = { pause: "resume", resume: "pause", hold: "release", release: "hold" };

const words = pageWords();

export class Remote {
  #looking = false;
  #lookAgain = false;
  #isPressing = false;
  #isPointing = false;
  #seenAt = Date.now();
  #changedAt = -SURPRISE;
  #pressed = { gesture: "", at: 0 };
  #before: string | null = null;
  #forget: ReturnType<typeof setTimeout> | undefined;
  /** Server time minus this device's, as the page was made; believed until the connection knows better. */
  #offset: number;

  constructor(
    private readonly root: HTMLElement,
    private readonly clock: ServerClock,
    private readonly renewed: () => void = () => {},
  ) {
    this.#offset = Number(this.#part("now")?.dataset.time ?? Date.now()) - Date.now();
  }

  begin(): void {
    this.root.addEventListener("submit", (event) => this.#onSubmit(event));
    this.root.addEventListener("pointerdown", () => (this.#isPointing = true));
    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, () => setTimeout(() => (this.#isPointing = false)));
    }
    setInterval(() => this.#tick(), TICK);
    setInterval(() => void this.look(), EVERY);
    this.#tick();
  }

  /** The show is told to be another one than the page shows. */
  moved({ program, number }: Show): void {
    if (this.#version !== `${program}.${number}`) void this.look();
  }

  /** One look at a time; what moves meanwhile is looked at behind it. */
  async look(): Promise<void> {
    if (document.visibilityState === "hidden") return;
    this.#lookAgain = this.#looking;
    if (this.#looking) return;
    this.#looking = true;
    await this.#fetch().catch(() => {});
    this.#looking = false;
    this.#tellAge();
    if (this.#lookAgain) void this.look();
  }

  async #fetch(): Promise<void> {
    const address = this.root.dataset.livePart ?? "";
    const answer = await fetch(address, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.type === "opaqueredirect") return showSignedOut();
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    await this.#handIsUp();
    this.#seenAt = Date.now();
    this.#renew(fresh.body);
  }

  /** Nothing is put under a finger that is about to press. */
  async #handIsUp(): Promise<void> {
    for (let tries = 0; this.#isPointing && tries < 10; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  // --- parts

  get #version(): string | undefined {
    return this.#part("now")?.dataset.version;
  }

  #part(name: string, within: ParentNode = this.root): HTMLElement | null {
    return within.querySelector<HTMLElement>(`[data-part="${name}"]`);
  }

  #renew(fresh: HTMLElement): void {
    const [version, number] = [this.#version, this.#part("now")?.dataset.number ?? null];
    const focused = selectorOf(document.activeElement, this.root);
    const open = [...this.root.querySelectorAll<HTMLElement>("details[open]")].map((one) => one.dataset.key ?? "");
    if (names(this.root) !== names(fresh)) this.#replace(fresh);
    else for (const part of fresh.querySelectorAll<HTMLElement>("[data-part]")) this.#put(part);
    this.renewed();
    for (const key of open) {
      const details = this.root.querySelector<HTMLDetailsElement>(`details[data-key="${key}"]`);
      if (details) details.open = true;
    }
    if (version !== this.#version) {
      this.#before = number;
      this.#changedAt = Date.now();
    }
    this.#tick();
    if (focused && !this.root.contains(document.activeElement)) this.#focus(focused);
  }

  /** Everything but the section that stays, whose parts are put in their places: a frame that is moved loads again. */
  #replace(fresh: HTMLElement): void {
    const [stays, other] = [this.root, fresh].map((one) => one.querySelector<HTMLElement>(":scope > [data-stays]"));
    if (!stays || !other || stays.dataset.stays !== other.dataset.stays) return this.root.replaceChildren(...fresh.childNodes);
    for (const part of other.querySelectorAll<HTMLElement>("[data-part]")) this.#put(part);
    const nodes = [...fresh.childNodes];
    const place = nodes.indexOf(other);
    for (const child of [...this.root.childNodes]) if (child !== stays) child.remove();
    stays.before(...nodes.slice(0, place));
    stays.after(...nodes.slice(place + 1));
  }

  #put(part: HTMLElement): void {
    const shown = this.#part(part.dataset.part ?? "");
    const isSame = part.dataset.version ? shown?.dataset.version === part.dataset.version : shown?.innerHTML === part.innerHTML;
    if (!isSame) shown?.replaceWith(part);
  }

  #focus(selector: string): void {
    const press = /data-press="(\w+)"/.exec(selector)?.[1] ?? "";
    const places = [selector, `[data-press="${TWINS[press] ?? press}"]`, ".remote-controls button", "summary"];
    for (const place of places) {
      const element = this.root.querySelector<HTMLElement>(`${place}:not([disabled])`);
      element?.focus({ preventScroll: true });
      if (element && document.activeElement === element) return;
    }
  }

  // --- clocks

  get #now(): number {
    return this.clock.isKnown ? this.clock.now() : Date.now() + this.#offset;
  }

  #tick(): void {
    const now = this.#now;
    for (const shown of this.root.querySelectorAll<HTMLElement>("[data-clock]")) write(shown, clockText(shown.dataset, now));
    const [part, lead] = [this.#part("now"), this.root.querySelector<HTMLElement>("[data-lead]")];
    if (!part || !lead) return;
    const left = Number(part.dataset.at) - now;
    lead.hidden = left <= 0;
    part.querySelector(".remote-scenes")?.classList.toggle("is-leading", left > 0);
    if (left > 0) write(lead, words.say("browser", "remote-lead", { s: (Math.ceil(left / 100) / 10).toFixed(1).replace(".", ",") }));
  }

  #tellAge(): void {
    const [line, age] = [document.querySelector<HTMLElement>("[data-old]"), Date.now() - this.#seenAt];
    if (!line) return;
    line.hidden = age < OLD;
    write(line, age < OLD ? "" : words.say("browser", "remote-old", { n: Math.round(age / 1000) }));
    this.root.classList.toggle("is-old", age >= OLD);
  }

  // --- presses

  #onSubmit(event: SubmitEvent): void {
    const { target, submitter } = event;
    if (!(target instanceof HTMLFormElement) || !(submitter instanceof HTMLButtonElement) || !submitter.dataset.press) return;
    event.preventDefault();
    const { gesture, at } = this.#pressed;
    const isSecondHalf = gesture === submitter.dataset.press && Date.now() - at < DOUBLE_TAP;
    if (!this.#isPressing && !isSecondHalf) void this.#press(target, submitter);
  }

  /** Without an answer the same form is there to be pressed again: its operation counts once. */
  async #press(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
    const body = new URLSearchParams([...new FormData(form, button)].map(([name, value]) => [name, String(value)]));
    if (this.#before !== null && Date.now() - this.#changedAt < SURPRISE) body.set("upon", this.#before);
    this.#isPressing = true;
    button.classList.add("is-pressed");
    try {
      const answer = await fetch(form.getAttribute("action") ?? "", {
        method: "POST",
        body,
        headers: { accept: "application/json" },
        signal: AbortSignal.timeout(PRESS_PATIENCE),
      });
      const isTold = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
      if (!isTold && answer.status === 403) return showSignedOut();
      if (isTold && answer.status === DATABASE_AWAY) return this.#tell(words.say("browser", "remote-down"), true);
      const { told, fault } = isTold ? ((await answer.json()) as Answer) : {};
      const line = fault ?? told;
      if (line === undefined) throw new Error(String(answer.status));
      this.#tell(line, fault !== undefined);
      this.#pressed = { gesture: button.dataset.press ?? "", at: Date.now() };
    } catch {
      this.#tell(words.say("browser", "remote-lost"), true);
    } finally {
      this.#isPressing = false;
      button.classList.remove("is-pressed");
    }
    await this.look();
  }

  #tell(text: string, isFault: boolean): void {
    const line = document.getElementById("remote-told");
    if (!line) return;
    line.className = isFault ? "fault" : "done";
    line.setAttribute("role", isFault ? "alert" : "status");
    line.textContent = text;
    clearTimeout(this.#forget);
    if (!isFault) this.#forget = setTimeout(() => (line.textContent = ""), NEWS);
  }
}

function names(root: ParentNode): string {
  return [...root.querySelectorAll<HTMLElement>("[data-part]")].map((part) => part.dataset.part).join();
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** How what has the focus is found again once its part was renewed; null for what stays. */
function selectorOf(element: Element | null, root: HTMLElement): string | null {
  if (!(element instanceof HTMLElement) || !root.contains(element)) return null;
  if (element.dataset.press) return `[data-press="${element.dataset.press}"]`;
  const details = element.matches("summary") ? element.closest<HTMLElement>("details[data-key]") : null;
  if (details) return `details[data-key="${details.dataset.key}"] > summary`;
  const asked = element.closest<HTMLElement>("details[data-key]");
  return asked && element.matches("button") ? `details[data-key="${asked.dataset.key}"] button` : null;
}

/** « 1:05 » until an instant or since one, both by the server's clock. */
export function clockText({ since, until, stopped }: Readonly<Record<string, string | undefined>>, now: number): string {
  const seen = stopped === undefined ? now : Math.min(now, Number(stopped));
  const left = until !== undefined;
  const ms = Math.max(0, left ? Number(until) - seen : seen - Number(since));
  const seconds = left ? Math.ceil(ms / 1000) : Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
