// The first answers to the profile's questions, where they could not be sent: kept on the device until they are.
import type { Store } from "./store.ts";
import { read } from "./store.ts";

const KEY = "imaginest.profile";
const PATIENCE = 10_000;

/** What became of answers: the state of the profile, why not, or nothing that can be read. */
export type Answer = { readonly profile: string } | { readonly code: string | null } | null;

/** How answers are handed in; null where no server took or refused them. */
export type Post = (fields: Readonly<Record<string, string>>) => Promise<Answer>;

export class KeptProfile {
  #underway: Promise<boolean> | null = null;

  constructor(
    private readonly store: Store,
    private readonly post: Post,
    private readonly told: (answer: NonNullable<Answer>) => void,
  ) {}

  get isThere(): boolean {
    return this.#fields() !== null;
  }

  /** Whether every question is answered in it. */
  get isWhole(): boolean {
    const fields = this.#fields();
    return fields !== null && ["departement", "sex", "age"].every((name) => fields[name]);
  }

  keep(fields: Readonly<Record<string, string>>): void {
    this.store.setItem(KEY, JSON.stringify(fields));
  }

  drop(): void {
    this.store.removeItem(KEY);
  }

  /** Hand the kept answers in; whether none is kept any more. Asked again meanwhile, it is the same handing in. */
  deliver(): Promise<boolean> {
    this.#underway ??= this.#deliver().finally(() => (this.#underway = null));
    return this.#underway;
  }

  async #deliver(): Promise<boolean> {
    const fields = this.#fields();
    if (!fields) return true;
    // The server keeps first ones only where there is no profile yet: sent twice, or after another page's, they change nothing.
    const answer = await this.post({ first: "1", ...fields });
    if (!answer) return false;
    this.drop();
    this.told(answer);
    return true;
  }

  #fields(): Record<string, string> | null {
    const kept = read(this.store, KEY);
    return kept && Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, String(value)]));
  }
}

/** Post answers as the form would. What is busy or away is no answer; what is refused says why. */
export async function postProfile(action: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
  try {
    const answer = await fetch(action, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.status >= 500 || answer.status === 429) return null;
    const told = (await answer.json()) as { profile?: string; code?: string };
    return answer.ok && told.profile ? { profile: told.profile } : { code: told.code ?? null };
  } catch {
    return null;
  }
}
