// Shows the code of a screen that is not paired yet, until staff have confirmed it.

interface State {
  readonly paired: boolean;
  readonly code?: string;
  /** For how long the code holds, in ms. */
  readonly left?: number;
}

export class Pairing {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(
    private readonly hall: string,
    private readonly every: number,
    private readonly digits: HTMLElement,
    private readonly paired: () => void,
  ) {}

  /** Ask until it is paired. */
  begin(): void {
    this.#isOver = false;
    if (performance.now() > this.#until) this.#write("");
    void this.#ask();
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    const state = await this.#state();
    if (state?.paired) {
      if (!this.#isOver) this.paired();
      this.#isOver = true;
      this.#until = 0; // a code pairs once
      return;
    }
    if (state?.code) this.#write(state.code);
    else if (performance.now() > this.#until) this.#write("");
    if (state?.left !== undefined) this.#until = performance.now() + state.left;
    this.#timer = setTimeout(() => void this.#ask(), this.every);
  }

  /** When the code that is shown is worth nothing any more. */
  #until = Infinity;

  #write(code: string): void {
    const told = code.replace(/^(...)(...)$/, "$1 $2");
    if (this.digits.textContent !== told) this.digits.textContent = told;
  }

  async #state(): Promise<State | null> {
    try {
      const answer = await fetch(`/ecran/${this.hall}/etat`, { cache: "no-store" });
      return answer.ok ? ((await answer.json()) as State) : null;
    } catch {
      return null;
    }
  }
}
