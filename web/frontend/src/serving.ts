// Whether the server answers, and what to do until it does.
import { LONGEST, waitBefore } from "./reconnect.ts";

/** Whether a page can be had: an icon may come from something in between while no page does. */
export async function isServing(page: string = location.href): Promise<boolean> {
  const answer = await ask(page, { method: "HEAD" });
  return answer !== null && answer.status < 500;
}

/** What is answered, by whomever; null where nothing is. */
export function ask(address: string, how: RequestInit): Promise<Response | null> {
  return fetch(address, { cache: "no-store", signal: AbortSignal.timeout(LONGEST), ...how }).catch(() => null);
}

/** Ask until it is so, at growing and uneven intervals: all who lose the server find it again at the same moment. */
export async function untilTrue(isSo: () => Promise<boolean>, told: () => void = () => {}): Promise<void> {
  for (let attempt = 0; !(await isSo()); attempt += 1) {
    told();
    await pause(attempt);
  }
}

export function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, waitBefore(attempt, Math.random())));
}
