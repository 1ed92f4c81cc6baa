// An event at the console, live: the remote moves at once with the show, its screens are looked at every two seconds.
import { followDesk } from "../desk_session.ts";
import { Pictures } from "../pictures.ts";
import { Remote } from "../remote.ts";
import { ServerClock } from "../server_clock.ts";
import { after } from "../socket.ts";

const root = document.querySelector<HTMLElement>("[data-live-part]");
if (root) {
  const clock = new ServerClock({ now: () => performance.now(), wall: Date.now, after });
  const pictures = new Pictures(root, clock);
  const remote = new Remote(root, clock, () => pictures.hang());
  const channel = `event:${root.dataset.event ?? ""}`;
  remote.begin();
  pictures.begin();
  followDesk(
    () => {},
    () => {},
    {
      subscriptions: () => [{ channel, at: null, seen: null }, ...pictures.subscriptions()],
      opened: (send) => {
        clock.opened((sent) => send({ t: "clock", sent }));
        pictures.opened(send);
        void remote.look();
      },
      lost: () => {
        clock.lost();
        pictures.lost();
      },
      heard: (message) => {
        if (message.t === "time") clock.take(message);
        else if (message.t === "show" && message.channel === channel) return remote.moved(message);
        pictures.heard(message);
      },
    },
  );
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") clock.woke();
  });
}
