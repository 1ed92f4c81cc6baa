// A form that leaves the page only once the server has answered: what was typed in it stays on the screen until then.
import { ask } from "./serving.ts";
import { isDown } from "./worker/rules.ts";

const passing = new WeakSet<HTMLFormElement>();

/** Whether the form is on its way to be shown the answer, as a page without a program would be. */
export function isPassing(form: HTMLFormElement): boolean {
  return passing.has(form);
}

/** Send the form and go where the answer is; false where the server said nothing. */
export async function deliver(form: HTMLFormElement, button: HTMLElement | null): Promise<boolean> {
  const body = new URLSearchParams([...new FormData(form, button)].map(([name, value]) => [name, String(value)]));
  const answer = await ask(addressOf(form, button), { method: "POST", body, headers: { accept: "text/html" } });
  if (!answer || isDown(answer.status)) return false;
  if (answer.redirected) location.assign(answer.url);
  else showAnswer(form, button);
  return true;
}

function addressOf(form: HTMLFormElement, button: HTMLElement | null): string {
  const own = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  return new URL(own, location.href).href;
}

/** A page that is the answer itself, a preview or a refusal, comes the ordinary way: to send it twice counts once. */
function showAnswer(form: HTMLFormElement, button: HTMLElement | null): void {
  form.inert = false;
  if (!button) return form.submit();
  passing.add(form);
  form.requestSubmit(button);
}
