// What a screen says of itself every few seconds, for the console.
import { isUnpaired } from "./program.ts";

export interface Said {
  readonly number: number;
  readonly step: number | null;
  readonly ready: readonly number[];
  readonly offset: number;
  readonly sound: boolean;
}

/** `unpaired` is called where the server knows no such screen any more. */
export function startReports(hall: string, every: number, say: () => Said | null, unpaired: () => void): void {
  const frames = new Frames();
  const report = async (): Promise<void> => {
    const said = say();
    if (!said) return;
    const body = JSON.stringify({ ...said, frames: frames.rate, width: innerWidth, height: innerHeight });
    try {
      const answer = await fetch(`/ecran/${hall}/etat`, { method: "POST", body, signal: AbortSignal.timeout(every * 3) });
      if (await isUnpaired(answer)) unpaired();
    } catch {
      // without a network there is nobody to tell
    }
  };
  const again = (): void => {
    void report().finally(() => setTimeout(again, every));
  };
  again();
}

/** Frames that were drawn in the last whole second. */
class Frames {
  rate = 0;
  #count = 0;
  #since = performance.now();

  constructor() {
    requestAnimationFrame((now) => this.#frame(now));
  }

  #frame(now: number): void {
    this.#count += 1;
    const passed = now - this.#since;
    if (passed >= 1000) {
      this.rate = Math.min(1000, Math.round((this.#count * 1000) / passed));
      this.#count = 0;
      this.#since = now;
    }
    requestAnimationFrame((next) => this.#frame(next));
  }
}
