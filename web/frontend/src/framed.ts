// What the remote and the pictures of the halls, which it shows in frames, say to each other.
import type { ServerMessage } from "./wire.ts";

/** A picture says that it is there, of which topics it shows votes, and that what is on stands in it. */
export type FromPicture =
  | { readonly t: "ready" }
  | { readonly t: "topics"; readonly topics: readonly number[] }
  | { readonly t: "shown" };

/** `offset` is the server's clock minus the device's time, in ms; `message` what the server has told of the hall. */
export type ToPicture =
  | { readonly t: "clock"; readonly offset: number }
  | { readonly t: "heard"; readonly message: Extract<ServerMessage, { t: "show" | "snap" | "watching" }> };

/** Call with what another window of this site says, and nobody else. */
export function listen<T>(heard: (message: T, from: MessageEventSource | null) => void): void {
  addEventListener("message", ({ data, origin, source }) => {
    if (origin === location.origin) heard(data as T, source);
  });
}
