// What the server tells staff, on a page of the console: what waits, and that the session is over.
import type { Follower } from "./followers.ts";
import { showSignedOut } from "./signed_out.ts";
import { openSession } from "./socket.ts";
import type { DeskLoad } from "./wire.ts";

const CONSOLE = "console";
/** With which the server closes the sockets of a session that has ended; whoever comes back is refused. */
const CLOSE_SIGNED_OUT = 4401;
const STAFF_ONLY = "staff-only";

/** Follow the console for as long as one is signed in, and behind it, as staff, what `follower` follows. */
export function followDesk(
  heard: (load: DeskLoad) => void,
  connected: (isOpen: boolean) => void = () => {},
  follower: Follower | null = null,
): void {
  let isOver = false;
  const end = (): void => {
    isOver = true;
    session.sleep();
    showSignedOut();
  };
  const session = openSession(document.body.dataset.live ?? "/live", {
    subscriptions: () => (isOver ? [] : [{ channel: CONSOLE, at: null, seen: null }, ...(follower?.subscriptions() ?? [])]),
    opened: () => {
      connected(true);
      follower?.opened((message) => session.send(message));
    },
    lost: (_final, code) => {
      connected(false);
      follower?.lost();
      if (code === CLOSE_SIGNED_OUT) end();
    },
    heard: (message) => {
      if (message.t === "desk") heard(message);
      else if (message.t === "no" && message.channel === CONSOLE && message.code === STAFF_ONLY) end();
      else follower?.heard(message);
    },
  });
  session.wake();
}
