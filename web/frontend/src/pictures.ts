// The live pictures of the halls on the remote: in a frame for each stands what its big screen shows, in small.
// All of them share the remote's connection, and rest while nobody looks. Without them the remote works as well.
import type { FromPicture, ToPicture } from "./framed.ts";
import { listen } from "./framed.ts";
import type { Follower, Heard } from "./followers.ts";
import { Resyncs } from "./resyncs.ts";
import type { ServerClock } from "./server_clock.ts";
import { after } from "./socket.ts";
import { Standings } from "./standings.ts";
import type { ClientMessage, ServerMessage, Subscription } from "./wire.ts";
import { topicChannel } from "./wire.ts";

/** A picture is laid out so wide, as a screen of 720 lines is, and made small as a whole. */
const WIDTH = 1280;
const CLOCK_EVERY = 5_000;
const SUBS_A_MESSAGE = 24;
/** A connection that comes back so soon was not missed by anybody; later, words that are asked for anew are truer. */
const MISSED = 2_000;
/** Votes are handed on at once after a rest, else so often: each picture is drawn anew for it. */
const VOTES_EVERY = 1_000;

type Told = Extract<ServerMessage, { t: "show" | "watching" }>;

interface Picture {
  readonly place: HTMLElement;
  readonly frame: HTMLIFrameElement;
  readonly channel: string;
}

export class Pictures implements Follower {
  readonly #standings = new Standings((topic) => this.#tellSoon(topic));
  /** Topics that were told of just now; true: and have moved since. */
  readonly #justTold = new Map<number, boolean>();
  readonly #told = new Map<string, Told>();
  readonly #sizes = new ResizeObserver((seen) => seen.forEach(({ target }) => size(target as HTMLElement)));
  readonly #resyncs = new Resyncs({ now: () => performance.now(), after }, (channel) => this.#say({ t: "resync", channel }));
  #pictures: readonly Picture[] = [];
  #send: ((message: ClientMessage) => boolean) | null = null;
  #cancelMissed: (() => void) | null = null;
  #isResting = document.visibilityState === "hidden";

  constructor(
    private readonly root: HTMLElement,
    private readonly clock: ServerClock,
  ) {}

  begin(): void {
    listen<FromPicture>((said, from) => {
      const picture = this.#pictures.find(({ frame }) => frame.contentWindow === from);
      if (picture) this.#hear(picture, said);
    });
    document.addEventListener("visibilitychange", () => this.#rest(document.visibilityState === "hidden"));
    setInterval(() => this.#tellClock(), CLOCK_EVERY);
    this.hang();
  }

  /** Hang a picture where one is missing, and forget those whose place has gone. */
  hang(): void {
    const places = [...this.root.querySelectorAll<HTMLElement>("[data-picture]")];
    const stay = this.#pictures.filter(({ place }) => places.includes(place));
    const fresh = places.filter((place) => stay.every((picture) => picture.place !== place)).map((place) => this.#make(place));
    this.#pictures = [...stay, ...fresh];
    this.#follow(fresh.map(({ channel }) => told(channel)));
  }

  // --- what is followed

  subscriptions(): readonly Subscription[] {
    if (this.#isResting) return [];
    return [...this.#pictures.map(({ channel }) => told(channel)), ...this.#standings.subscriptions()];
  }

  opened(send: (message: ClientMessage) => boolean): void {
    this.#send = send;
    this.#cancelMissed?.();
    this.#cancelMissed = null;
  }

  lost(): void {
    this.#send = null;
    this.#resyncs.clear();
    this.#cancelMissed ??= after(MISSED, () => this.root.classList.add("is-cut"));
  }

  heard(message: Heard): void {
    if (message.t === "time") return this.#tellClock();
    if (message.t === "snap" || message.t === "delta") {
      if (!this.#standings.take(message)) this.#resyncs.want(message.channel);
    } else if (message.t === "show" || message.t === "watching") {
      this.root.classList.remove("is-cut");
      this.#told.set(`${message.t} ${message.channel}`, message);
      this.#tellAll(message);
    }
  }

  /** Pictures that nobody sees are told nothing; seen again, they are told what is on by then. */
  #rest(isResting: boolean): void {
    if (isResting === this.#isResting) return;
    const channels = this.subscriptions().map(({ channel }) => channel);
    if (isResting && channels.length) this.#say({ t: "unsub", channels });
    this.#isResting = isResting;
    if (!isResting) this.#follow(this.subscriptions());
  }

  #follow(subs: readonly Subscription[]): void {
    if (this.#isResting) return;
    for (let i = 0; i < subs.length; i += SUBS_A_MESSAGE) this.#say({ t: "sub", subs: subs.slice(i, i + SUBS_A_MESSAGE) });
  }

  #say(message: ClientMessage): boolean {
    return this.#send?.(message) ?? false;
  }

  // --- the frames

  #make(place: HTMLElement): Picture {
    const { picture = "", hall = "", title = "" } = place.dataset;
    const frame = document.createElement("iframe");
    frame.title = title;
    frame.tabIndex = -1;
    frame.loading = "lazy";
    frame.src = picture;
    place.replaceChildren(frame);
    this.#sizes.observe(place);
    size(place);
    return { place, frame, channel: `screen:${hall}` };
  }

  #hear(picture: Picture, said: FromPicture): void {
    if (said.t === "shown") {
      picture.place.classList.add("is-live");
    } else if (said.t === "ready") {
      this.#tellClock();
      for (const message of this.#told.values()) if (message.channel === picture.channel) tell(picture, message);
    } else this.#showTopics(picture, said.topics);
  }

  #showTopics(picture: Picture, topics: readonly number[]): void {
    const fresh = new Set(topics.filter((topic) => !this.#standings.knows(topic)));
    for (const topic of fresh) {
      this.#standings.begin(topic, { version: null, tally: null, own: null, seen: null, gate: null, sealed: false });
    }
    this.#follow(this.#standings.subscriptionsTo(fresh));
    for (const topic of topics) this.#tellTopic(topic, [picture]);
  }

  #tellSoon(topic: number): void {
    if (this.#justTold.has(topic)) {
      this.#justTold.set(topic, true);
      return;
    }
    this.#tellTopic(topic);
    this.#justTold.set(topic, false);
    after(VOTES_EVERY, () => {
      const hasMoved = this.#justTold.get(topic);
      this.#justTold.delete(topic);
      if (hasMoved) this.#tellSoon(topic);
    });
  }

  #tellTopic(topic: number, pictures = this.#pictures): void {
    const snap = this.#standings.snap(topicChannel(topic));
    if (snap) for (const picture of pictures) tell(picture, snap);
  }

  #tellAll(message: Told): void {
    for (const picture of this.#pictures) if (picture.channel === message.channel) tell(picture, message);
  }

  #tellClock(): void {
    if (!this.clock.isKnown || this.#isResting) return;
    const offset = this.clock.now() - Date.now();
    for (const picture of this.#pictures) post(picture, { t: "clock", offset });
  }
}

function told(channel: string): Subscription {
  return { channel, at: null, seen: null };
}

function tell(picture: Picture, message: Extract<ToPicture, { t: "heard" }>["message"]): void {
  post(picture, { t: "heard", message });
}

function post({ frame }: Picture, message: ToPicture): void {
  frame.contentWindow?.postMessage(message, location.origin);
}

function size(place: HTMLElement): void {
  place.style.setProperty("--scale", String(place.clientWidth / WIDTH));
}
