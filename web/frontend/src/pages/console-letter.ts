// The letter on its way: its numbers are asked for while somebody looks at them.
const SOON = 2_000;
const UNDER_WAY = new Set(["scheduled", "sending", "paused"]);

let timer = 0;

function numbers(root: ParentNode = document): HTMLElement | null {
  return root.querySelector<HTMLElement>("#letter-numbers");
}

function later(): void {
  clearTimeout(timer);
  const isOver = !UNDER_WAY.has(numbers()?.dataset.state ?? "");
  if (!isOver && !document.hidden) timer = window.setTimeout(() => void ask(), SOON);
}

async function ask(): Promise<void> {
  const shown = numbers();
  try {
    const answer = await fetch(`${location.pathname}/chiffres`, { cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = numbers(page);
    if (!shown || !fresh) return;
    if (fresh.dataset.state !== shown.dataset.state) {
      location.reload(); // other buttons belong to another state
      return;
    }
    const isInUse = shown.querySelector("details[open]") !== null;
    if (!isInUse) shown.replaceWith(document.adoptNode(fresh));
  } catch {
    // without a connection the page stays as it is, and asks again
  } finally {
    later();
  }
}

document.addEventListener("visibilitychange", later);
later();
