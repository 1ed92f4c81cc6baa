// The run of show as the server hands it to a screen.

export interface Step {
  readonly step: number;
  readonly kind: string;
  readonly palette: string;
  /** What is inside, written by the server. */
  readonly html: string;
  readonly removed: boolean;
  /** A countdown's end, in ms since 1970 by the server's clock. */
  readonly at: number | null;
  readonly topic: number | null;
  readonly before: number | null;
  /** When the vote of its topic ends or has ended, by the server's clock; null: not yet known. */
  readonly closes?: number | null;
  readonly film: string | null;
  readonly pictures: readonly string[];
}

export interface Program {
  readonly event: number;
  readonly program: number;
  /** What stands in the corners of its steps while a vote is open, written by the server; empty otherwise. */
  readonly corner?: string;
  readonly steps: readonly Step[];
}

/** Whether an answer says that this is no paired screen; a 403 of a proxy, or one for another reason, does not. */
export async function isUnpaired(answer: Response): Promise<boolean> {
  if (answer.status !== 403) return false;
  const told = (await answer.json().catch(() => null)) as { code?: unknown } | null;
  return told?.code === "not-paired";
}

/** "not-paired" where this is no screen of the hall; null where it could not be had just now. */
export async function fetchProgram(address: string, event: number): Promise<Program | "not-paired" | null> {
  try {
    const answer = await fetch(`${address}?evenement=${event}`, { cache: "no-store" });
    if (await isUnpaired(answer)) return "not-paired";
    return answer.ok ? ((await answer.json()) as Program) : null;
  } catch {
    return null;
  }
}

/** The step after another in the running order; the first after null. */
export function following({ steps }: Program, step: number | null): number | null {
  const place = steps.findIndex((one) => one.step === step);
  return steps.slice(place + 1).find((one) => !one.removed)?.step ?? null;
}

/** The topics whose votes its steps show. */
export function topicsOf({ steps }: Program): ReadonlySet<number> {
  return new Set(steps.flatMap(({ topic, before }) => [topic, before]).filter((one) => one !== null));
}
