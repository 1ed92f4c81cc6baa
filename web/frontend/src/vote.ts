// The vote forms of this page: pressed, they hand the vote in without leaving the page.
import type { Sign } from "./tally.ts";
import { articles, topicOfArticle } from "./topics.ts";

/** Told at a form that is about to leave the page; where somebody else sends it, they prevent it. */
export const LEAVING = "imaginest:leaving";

export interface VoteHandlers {
  cast(topic: number, sign: Sign, op: string): void;
  /** Whether a profile has to be asked first; asks for it and answers false where the vote is given up. */
  needsProfile(topic: number): boolean;
  askProfile(topic: number): Promise<boolean>;
  /** The questions were closed: the vote was not cast. */
  givenUp(topic: number): void;
}

/** Chosen by the client for each vote, so that sending it twice counts once. */
export function newOp(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

export function listenForVotes(handlers: VoteHandlers): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter as HTMLButtonElement | null;
    const article = form.closest<HTMLElement>(".topic");
    if (!form.matches("form.vote") || !article || !button) return;
    event.preventDefault();
    void press(topicOfArticle(article), Number(button.value) as Sign, handlers);
  });
}

async function press(topic: number, sign: Sign, handlers: VoteHandlers): Promise<void> {
  if (sign !== 0 && handlers.needsProfile(topic) && !(await handlers.askProfile(topic))) {
    handlers.givenUp(topic);
    return;
  }
  // Not the form's own op: a page out of the browser's history brings back one that was used.
  handlers.cast(topic, sign, newOp());
}

/** Send a vote the way a page without a program would. */
export function postVote(topic: number, sign: Sign, op: string): boolean {
  for (const article of articles(topic)) {
    const form = article.querySelector<HTMLFormElement>("form.vote");
    const field = form?.elements.namedItem("op") as HTMLInputElement | null | undefined;
    if (!form || !field) continue;
    field.value = op;
    // A page out of the browser's history still has the one of before; two signs are no vote.
    const chosen = form.querySelector<HTMLInputElement>("input[name=sign]") ?? document.createElement("input");
    Object.assign(chosen, { type: "hidden", name: "sign", value: String(sign) });
    form.append(chosen);
    const leaving = new CustomEvent(LEAVING, { bubbles: true, cancelable: true });
    if (form.dispatchEvent(leaving)) form.submit();
    return true;
  }
  return false;
}
