// A hall's big screen: a code until it is paired, then the show, by the server's clock.
import { ServerClock } from "../server_clock.ts";
import { after, openSession } from "../socket.ts";
import type { Session } from "../session.ts";
import { Kept } from "../screen/kept.ts";
import { Pairing } from "../screen/pairing.ts";
import { Projector } from "../screen/projector.ts";
import { startReports } from "../screen/reports.ts";
import { Room } from "../screen/room.ts";
import { Stage } from "../screen/stage.ts";

const NOT_PAIRED = "not-paired";
/** A connection that comes back so soon was not missed by anybody. */
const MISSED = 2_000;
/** There are few screens, and hundreds look at each: where its network comes back, it is there within a show's lead. */
const LONGEST_WAIT = 1_500;

function start(body: HTMLElement, scenes: HTMLElement, digits: HTMLElement): void {
  const hall = body.dataset.hall ?? "";
  const channel = `screen:${hall}`;
  let isPaired = body.dataset.state === "paired";
  const pairing = new Pairing(hall, Number(body.dataset.poll), digits, () => setPaired(true));
  const clock = new ServerClock({ now: () => performance.now(), wall: Date.now, after }, () => projector.look());
  const room = new Room(() => projector.look());
  const stage = new Stage(scenes, room);
  const projector = new Projector({
    hall,
    program: `/ecran/${hall}/programme`,
    clock,
    stage,
    loaded: (program) => kept.program(program),
    unpaired: () => setPaired(false),
    subscribe: (subs) => session.subscribe(subs),
  });

  // --- what a restart without a network needs

  const kept = new Kept(hall, () => {
    const moment = clock.offset === null ? null : projector.moment();
    return moment && { ...moment, offset: clock.now() - Date.now() };
  });

  async function recall(): Promise<void> {
    const memory = isPaired && !isOpen ? await kept.recall() : null;
    if (!memory || isOpen) return;
    clock.assume(memory.offset);
    projector.recall(memory);
  }

  function setPaired(paired: boolean): void {
    if (paired === isPaired) return;
    isPaired = paired;
    body.dataset.state = paired ? "paired" : "code";
    session.sleep(); // the next connection comes with the cookie of now
    if (paired) {
      kept.begin();
      return session.wake();
    }
    kept.forget();
    clock.lost();
    projector.forget();
    pairing.begin();
  }

  // --- whether what is shown may be old

  let isOpen = false;
  let isStale = false;
  let cancelMissed: (() => void) | null = null;
  function tellNetwork(): void {
    body.dataset.connected = String(isOpen);
    if (isOpen && !isStale) {
      cancelMissed?.();
      cancelMissed = null;
      delete body.dataset.lost;
    } else cancelMissed ??= after(MISSED, () => isPaired && (body.dataset.lost = "")); // attempts that fail begin nothing anew
  }

  const session: Session = openSession(body.dataset.live ?? "/live", {
    longestWait: LONGEST_WAIT,
    subscriptions: () => (isPaired ? projector.subscriptions() : []),
    opened: () => {
      isOpen = true;
      isStale = false;
      tellNetwork();
      clock.opened((sent) => session.send({ t: "clock", sent }));
    },
    lost: () => {
      isOpen = false;
      tellNetwork();
      clock.lost();
    },
    heard: (message) => {
      switch (message.t) {
        case "time":
          kept.changed();
          return clock.take(message);
        case "show":
          if (message.channel !== channel) return;
          kept.changed();
          return projector.hear(message);
        case "snap":
        case "delta":
          kept.changed();
          if (!projector.take(message)) session.resync(message.channel);
          return;
        case "watching":
          if (message.channel === channel) projector.watching(message.watching);
          return;
        case "no":
          if (message.channel === channel && message.code === NOT_PAIRED) setPaired(false);
          return;
        case "stale":
        case "fresh":
          isStale = message.t === "stale";
          tellNetwork();
      }
    },
  });

  document.addEventListener("visibilitychange", () => clock.woke());
  const say = () => (isPaired ? { ...projector.said(), sound: !room.isMuted() } : null);
  startReports(hall, Number(body.dataset.says), say, () => setPaired(false));
  if (isPaired) {
    kept.begin();
    session.wake();
    // A copy comes where there is no network; a page whose server then does not speak is no better off.
    const isCopy = body.dataset.copied !== undefined;
    if (isCopy) body.dataset.lost = "";
    after(isCopy ? 0 : MISSED, () => void recall());
  } else {
    kept.forget();
    pairing.begin();
  }
}

const scenes = document.getElementById("scenes");
const digits = document.getElementById("digits");
if (scenes && digits) start(document.body, scenes, digits);
