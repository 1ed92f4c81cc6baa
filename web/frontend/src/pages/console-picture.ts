// A hall's big screen in small, in a frame of the remote: laid out and moved as the screen is, told everything by the remote.
// It is no screen: it opens no connection, says nothing of itself, keeps nothing, and plays neither film nor sound. Nothing
// travels in it: as many pictures as there are halls stand on one telephone.
import type { FromPicture, ToPicture } from "../framed.ts";
import { listen } from "../framed.ts";
import { Projector } from "../screen/projector.ts";
import { Stage } from "../screen/stage.ts";
import { ServerClock } from "../server_clock.ts";
import { after } from "../socket.ts";
import { topicOf } from "../wire.ts";

const remote = window.parent;

function tell(message: FromPicture): void {
  remote.postMessage(message, location.origin);
}

function start({ hall = "", program = "" }: DOMStringMap, scenes: HTMLElement): void {
  const clock = new ServerClock({ now: () => performance.now(), wall: Date.now, after }, () => projector.look());
  const projector = new Projector({
    hall,
    program,
    clock,
    stage: new Stage(scenes, { isMuted: () => true, blocked: () => {} }),
    shown: () => tell({ t: "shown" }),
    loaded: () => {},
    subscribe: (subs) => tell({ t: "topics", topics: subs.flatMap(({ channel }) => topicOf(channel) ?? []) }),
    unpaired: () => {},
  });
  listen<ToPicture>((told, from) => {
    if (from !== remote) return;
    if (told.t === "clock") return clock.assume(told.offset);
    const { message } = told;
    if (message.t === "show") projector.hear(message);
    else if (message.t === "snap") projector.take(message);
    else projector.watching(message.watching);
  });
  tell({ t: "ready" });
}

const scenes = document.getElementById("scenes");
if (scenes && remote !== window) start(document.body.dataset, scenes);
