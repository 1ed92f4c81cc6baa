// A questionnaire: the next question comes without a new page, and the figures of who takes part keep up.
import { isDown } from "../worker/rules.ts";

const FIGURES_EVERY = 10_000;

const parser = new DOMParser();
let sending = false;

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("form.ask")) return;
  event.preventDefault();
  void send(form, event.submitter as HTMLButtonElement | null);
});

document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a.ask-back, a.ask-keep");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  void go(() => fetch(link.href), () => location.assign(link.href));
});

addEventListener("popstate", () => location.reload());

/** The same operation goes out again where the answer did not come, so that it counts once. */
async function send(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
  if (sending) return;
  const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  if (button?.name) body.set(button.name, button.value);
  const pressed = button?.matches(".vote-plus, .vote-minus") ? button : null;
  for (const each of form.querySelectorAll("[aria-pressed]")) {
    if (pressed) each.setAttribute("aria-pressed", String(each === pressed));
  }
  form.dataset.sending = "";
  await go(
    () => fetch(form.action, { method: "POST", body }),
    () => {
      delete form.dataset.sending;
      const note = form.querySelector(".ask-note");
      if (note) note.textContent = form.dataset.failed ?? "";
    },
  );
}

async function go(ask: () => Promise<Response>, failed: () => void): Promise<void> {
  sending = true;
  try {
    const answer = await ask();
    if (isDown(answer.status)) failed();
    else if (!show(parser.parseFromString(await answer.text(), "text/html"), answer)) location.assign(answer.url);
  } catch {
    failed();
  } finally {
    sending = false;
  }
}

/** Put the next question in the place of this one; any other page is opened as a page. */
function show(page: Document, { url, redirected }: Response): boolean {
  const next = page.querySelector("main");
  const heading = next?.querySelector<HTMLElement>(".ask-question");
  if (!next || !heading || !page.querySelector("form.ask")) return false;
  document.querySelector("main")?.replaceChildren(...next.childNodes);
  document.title = page.title;
  if (redirected || url !== location.href) history.pushState(null, "", url);
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
  return true;
}

async function figures(): Promise<void> {
  const section = document.querySelector<HTMLElement>("[data-participation]");
  const address = section?.dataset.participation;
  if (!section || !address || document.hidden) return;
  try {
    const answer = await fetch(address, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    for (const [name, text] of Object.entries((await answer.json()) as Record<string, string>)) {
      for (const place of section.querySelectorAll(`[data-figure="${name}"]`)) place.textContent = text;
    }
  } catch {
    // the figures stay as they are until the connection is back
  }
}

setInterval(() => void figures(), FIGURES_EVERY);
