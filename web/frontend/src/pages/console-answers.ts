// Ideas and letters at the console: they keep up by themselves, and everything goes by keyboard.
import { followDesk } from "../desk_session.ts";
import { number, pageWords } from "../words.ts";

/** A claim holds five minutes on the server. */
const CLAIM_AGAIN = 60_000;

const words = pageWords();
const rows = document.querySelector<HTMLElement>("[data-rows]");
const answer = document.querySelector<HTMLTextAreaElement>("[data-answer]");
const send = document.querySelector<HTMLFormElement>("[data-send]");
const fresh = document.querySelector<HTMLElement>("[data-fresh]");

let mark = -1;
let newest: Document | null = null;
let isAsking = false;
let isAskedAgain = false;

/** What the server shows at this address now, without what only this answer says. */
async function fetchPage(): Promise<Document | null> {
  const address = new URL(location.href);
  address.searchParams.delete("fait");
  address.hash = "";
  const answered = await fetch(address, { cache: "no-store" });
  if (!answered.ok || answered.redirected) return null;
  return new DOMParser().parseFromString(await answered.text(), "text/html");
}

async function refresh(): Promise<void> {
  if (isAsking) {
    isAskedAgain = true;
    return;
  }
  isAsking = true;
  try {
    const page = await fetchPage();
    if (page) {
      takeParts(page);
      if (rows) takeRows(page, rows);
    }
  } catch {
    // without a connection the page stays as it is; the next word from the server asks again
  } finally {
    isAsking = false;
    if (isAskedAgain) {
      isAskedAgain = false;
      void refresh();
    }
  }
}

/** Parts that hold no field are taken over as they are now; one that the hand is in waits. */
function takeParts(page: Document): void {
  let isOther = false;
  for (const part of document.querySelectorAll<HTMLElement>("[data-part]")) {
    const now = page.querySelector<HTMLElement>(`[data-part="${part.dataset.part ?? ""}"]`);
    if (!now || now.innerHTML === part.innerHTML || part.contains(document.activeElement)) continue;
    if (["told", "letters"].includes(part.dataset.part ?? "")) isOther = true;
    part.replaceChildren(...now.childNodes);
  }
  const changed = document.querySelector<HTMLElement>("[data-changed]");
  if (changed && isOther) changed.hidden = false;
}

/** A row keeps its place: it is marked where it is done with, and new ones wait for a press. */
function takeRows(page: Document, list: HTMLElement): void {
  const now = new Map([...page.querySelectorAll<HTMLElement>("[data-key]")].map((row) => [row.dataset.key, row]));
  for (const row of list.querySelectorAll<HTMLElement>("[data-key]")) {
    const next = now.get(row.dataset.key);
    now.delete(row.dataset.key);
    row.classList.toggle("is-gone", !next);
    const facts = row.querySelector(".row-facts");
    if (!next) {
      if (facts && !facts.querySelector("[data-gone]")) facts.append(goneWord());
    } else {
      const nextFacts = next.querySelector(".row-facts");
      if (facts && nextFacts && facts.innerHTML !== nextFacts.innerHTML) facts.replaceWith(nextFacts.cloneNode(true));
    }
  }
  newest = page;
  const button = fresh?.querySelector("button");
  if (!fresh || !button) return;
  fresh.toggleAttribute("data-shown", now.size > 0);
  button.textContent = words.say("browser", "answers-fresh", { n: now.size });
}

function goneWord(): HTMLElement {
  const word = document.createElement("span");
  word.dataset.gone = "";
  word.className = "told";
  word.textContent = words.say("browser", "answers-gone");
  return word;
}

fresh?.querySelector("button")?.addEventListener("click", () => {
  const list = newest?.querySelector("[data-rows]");
  if (!list || !rows) return;
  rows.replaceChildren(...list.childNodes);
  document.querySelector(".empty")?.remove();
  fresh.removeAttribute("data-shown");
  rows.querySelector<HTMLElement>(".row-title")?.focus();
});

followDesk(
  (load) => {
    const count = document.querySelector('[data-count="inbox"]');
    if (count) count.textContent = load.contact ? number(load.contact) : "";
    const isNew = mark >= 0 && load.mark !== mark;
    mark = load.mark;
    if (isNew) void refresh();
  },
  (isOpen) => {
    document.body.dataset.connected = String(isOpen);
  },
);

// --- a letter is kept for who writes in it

const claim = send?.dataset.claim;
let isKept = false;

/** Whoever is first at the server has it; the other is told by the page as it is then, though the socket is shut. */
async function keep(): Promise<void> {
  if (!claim || document.hidden) return;
  try {
    const answered = await fetch(claim, { method: "POST", body: new URLSearchParams(), redirect: "manual" });
    isKept = answered.type === "opaqueredirect";
    await refresh();
  } catch {
    // without a connection nobody is told; it is tried again
  }
}

if (claim && answer) {
  let timer = 0;
  answer.addEventListener("input", () => {
    if (timer) return;
    void keep();
    timer = window.setInterval(() => void keep(), CLAIM_AGAIN);
  });
  let isSending = false;
  send.addEventListener("submit", () => {
    isSending = true;
  });
  addEventListener("pagehide", () => {
    if (isKept && !isSending) navigator.sendBeacon(claim, new URLSearchParams({ laisser: "1" }));
  });
}

document.querySelector<HTMLFormElement>("[data-canned]")?.addEventListener("submit", (event) => {
  const text = document.querySelector<HTMLSelectElement>("#modele")?.selectedOptions[0]?.dataset.text;
  if (!answer || text === undefined) return;
  event.preventDefault();
  answer.setRangeText(text, answer.selectionStart, answer.selectionEnd, "end");
  answer.focus();
  answer.dispatchEvent(new Event("input"));
});

// --- by keyboard

/** The next row, or the one before, gets the focus. */
function step(by: number): void {
  const titles = [...document.querySelectorAll<HTMLElement>("[data-key] .row-title")];
  const at = titles.findIndex((title) => title === document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : titles.length - 1) : at + by;
  titles[Math.min(Math.max(next, 0), titles.length - 1)]?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && send?.contains(document.activeElement)) {
    event.preventDefault();
    send.requestSubmit(send.querySelector<HTMLButtonElement>('button[type="submit"]'));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "e" && answer) {
    event.preventDefault();
    answer.focus();
  } else if (event.key === "u") document.querySelector<HTMLElement>("[data-back]")?.click();
});

for (const keys of document.querySelectorAll<HTMLElement>("[data-keys]")) keys.hidden = false;
