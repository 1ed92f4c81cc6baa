// One line of the queue's list: what it is about, who has it open, what became of it.

export type RowState = "" | "done" | "elsewhere";

export function subjectOf(row: HTMLElement): string {
  return row.dataset.subject ?? "";
}

export function idOf(row: HTMLElement): number {
  return Number(subjectOf(row).split(":")[1] ?? 0);
}

export function addressOf(row: HTMLElement): string {
  return row.querySelector("a")?.href ?? "";
}

export function stateOf(row: HTMLElement): RowState {
  return row.matches(".is-elsewhere") ? "elsewhere" : row.matches(".is-done") ? "done" : "";
}

/** Who has it open, or how it was decided. */
export function by(row: HTMLElement): string {
  return row.querySelector("[data-by]")?.textContent?.trim() ?? "";
}

export function nameHolder(row: HTMLElement, name: string): void {
  const shown = row.querySelector("[data-by]");
  if (shown) shown.textContent = name;
}

/** A decided row stays for as long as the decision can be undone. */
export function stays(row: HTMLElement, time: number): void {
  row.dataset.until = String(Date.now() + time);
}

/** Take over what the server says of it now; whether something changed. */
export function takeFacts(row: HTMLElement, now: HTMLElement): boolean {
  const [facts, factsNow] = [row, now].map((one) => one.querySelector(".queue-meta"));
  if (!facts || !factsNow || facts.textContent === factsNow.textContent) return false;
  facts.replaceChildren(...factsNow.childNodes);
  return true;
}
