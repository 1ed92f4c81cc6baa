// An event at the console, live: the remote moves at once with the show, its screens are looked at every two seconds.
import { followDesk } from "../desk_session.ts";
import { Remote } from "../remote.ts";
import { ServerClock } from "../server_clock.ts";
import { after } from "../socket.ts";

const root = document.querySelector<HTMLElement>("[data-live-part]");
if (root) {
  const clock = new ServerClock({ now: () => performance.now(), wall: Date.now, after });
  const remote = new Remote(root, clock);
  const channel = `event:${root.dataset.event ?? ""}`;
  remote.begin();
  followDesk(
    () => {},
    () => {},
    {
      subscriptions: () => [{ channel, at: null, seen: null }],
      opened: (send) => {
        clock.opened((sent) => send({ t: "clock", sent }));
        void remote.look();
      },
      lost: () => clock.lost(),
      heard: (message) => {
        if (message.t === "time") clock.take(message);
        else if (message.t === "show" && message.channel === channel) remote.moved(message);
      },
    },
  );
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") clock.woke();
  });
}
