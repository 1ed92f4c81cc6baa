// The pages of this site that are open at the same time in one browser: which of them live, and who answers for what.

const LIVES = "imaginest.page.";
const CARE = "imaginest.votes";
/** Where pages cannot tell whether they live (no Web Locks), what is so old belongs to nobody. */
const GONE_AFTER = 30_000;

export class Tabs {
  readonly page = crypto.getRandomValues(new Uint32Array(2)).join("-");
  #leave = (): void => {};

  constructor(private readonly wall: () => number) {
    this.#live();
    // A lock that is held would keep the page out of the browser's history.
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#live());
  }

  /** Take over what pages that are gone left behind; one page at a time does so. */
  async takeOver(adopt: (isGone: (of: { page: string; at: number }) => boolean) => void): Promise<void> {
    const locks = navigator.locks;
    if (!locks) return adopt(({ at }) => this.wall() - at > GONE_AFTER);
    await locks.request(CARE, async () => {
      const { held = [], pending = [] } = await locks.query();
      const living = new Set([...held, ...pending].map(({ name }) => name));
      adopt(({ page }) => !living.has(LIVES + page));
    });
  }

  #live(): void {
    void navigator.locks?.request(LIVES + this.page, () => new Promise<void>((resolve) => (this.#leave = resolve)));
  }
}
