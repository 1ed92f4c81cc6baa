// What a page is asked for by a service worker, and how long it may take.
import { PATIENCE } from "./rules.ts";

/** What the server answers, null where it does not. */
export async function fromServer(event: FetchEvent): Promise<Response | null> {
  try {
    return ((await event.preloadResponse) as Response | undefined) ?? (await fetch(event.request));
  } catch {
    return null;
  }
}

/** The same, null too where it takes longer than anybody waits. */
export function soon(fresh: Promise<Response | null>): Promise<Response | null> {
  return Promise.race([fresh, new Promise<null>((resolve) => setTimeout(resolve, PATIENCE, null))]);
}
