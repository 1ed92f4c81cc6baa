// One page's conversation with the server: connects, subscribes, watches over the silence and comes back.
// The transports, clock, timers and chance are given, so that every path can be walked in a test.
import { BEST } from "./doors.ts";
import type { Door, Doors } from "./doors.ts";
import { PATIENCE, STEADY, comesBack, waitBefore } from "./reconnect.ts";
import { Resyncs } from "./resyncs.ts";
import type { Bye, ClientMessage, Hello, ServerMessage, Subscription } from "./wire.ts";
import { PROTOCOL, parse } from "./wire.ts";

export interface Transport {
  /** Whether it was opened with the subscriptions, so that they need not be sent. */
  readonly isSubscribed: boolean;
  send(message: ClientMessage): void;
  close(): void;
}

export interface TransportEvents {
  onText(text: string): void;
  onClose(code: number): void;
}

export interface Surroundings {
  /** Open a door; `subscriptions` is asked by those that are opened with them. */
  connect(door: Door, events: TransportEvents, subscriptions: () => readonly Subscription[]): Transport;
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls once, later; gives back what cancels it. */
  after(milliseconds: number, call: () => void): () => void;
  /** In [0, 1). */
  random(): number;
}

export interface Listener {
  /** It waits for what opens anywhere: it is to be connected also with nothing to follow. */
  readonly isWaiting?: boolean;
  /** The longest that it waits between two attempts to come back, in ms, where so few do that none need be spared. */
  readonly longestWait?: number;
  /** What to follow, asked at each new connection. */
  subscriptions(): readonly Subscription[];
  opened(hello: Hello): void;
  heard(message: Exclude<ServerMessage, Hello | Bye>): void;
  /** Not connected any more; `final` where it will not come back by itself; `code` is that of the closing. */
  lost(final: boolean, code: number): void;
}

/** Subscriptions in one message: well under the server's 4 KiB. */
const SUBS_A_MESSAGE = 24;
/** After about so long what the server could not read just now is asked for again, by each at a moment of its own. */
const FOLLOW_AGAIN = 3_000;

type Phase = "idle" | "connecting" | "open" | "waiting" | "ended";

export class Session {
  #phase: Phase = "idle";
  #transport: Transport | null = null;
  /** A better door that is tried while the running connection goes on. */
  #trial: Transport | null = null;
  #attempt = 0;
  #openedAt = 0;
  #heardAt = 0;
  #silence = PATIENCE;
  #cancelTimer = (): void => {};
  #cancelWatch = (): void => {};
  #cancelTrial = (): void => {};
  readonly #resyncs: Resyncs;

  constructor(
    private readonly around: Surroundings,
    private readonly listener: Listener,
    private readonly doors: Doors,
  ) {
    this.#resyncs = new Resyncs(around, (channel) => this.send({ t: "resync", channel }));
  }

  get isOpen(): boolean {
    return this.#phase === "open";
  }

  /** Whether it uses, or tries next, a door that is not the best one. */
  get isMakeshift(): boolean {
    return this.doors.door !== BEST;
  }

  /** Connect now, unless that is done already or the server said not to come back. */
  wake(): void {
    if (this.#phase === "idle" || this.#phase === "waiting") this.#connect();
    else if (this.#phase !== "ended" && this.around.now() - this.#heardAt > this.#silence) this.#drop();
  }

  /** The network is another one: connect now, and see whether the best door is open in it. */
  reconsider(): void {
    this.wake();
    if (this.#phase === "open") this.#tryBest();
  }

  /** The device has no network any more: don't wait for the silence to tell. */
  cut(): void {
    if (this.#phase === "open") this.#drop();
  }

  /** Leave until `wake`; nothing is told. */
  sleep(): void {
    this.#letGo();
    if (this.#phase !== "ended") this.#phase = "idle";
  }

  /** Whether it was handed to an open connection. */
  send(message: ClientMessage): boolean {
    if (this.#phase !== "open") return false;
    this.#transport?.send(message);
    return true;
  }

  /** Follow more than was asked for when the connection opened. */
  subscribe(subs: readonly Subscription[]): void {
    for (let i = 0; i < subs.length; i += SUBS_A_MESSAGE) {
      this.send({ t: "sub", subs: subs.slice(i, i + SUBS_A_MESSAGE) });
    }
  }

  /** Ask for the whole state of a channel, at most once a second each. */
  resync(channel: string): void {
    this.#resyncs.want(channel);
  }

  /** Where there is nothing to follow nor to wait for nothing is asked; whoever has something later wakes it. */
  get #isNeeded(): boolean {
    return this.listener.isWaiting === true || this.listener.subscriptions().length > 0;
  }

  #connect(): void {
    this.#letGo();
    if (!this.#isNeeded) {
      this.#phase = "idle";
      return;
    }
    this.#phase = "connecting";
    this.#silence = PATIENCE;
    this.#heardAt = this.#openedAt = this.around.now();
    this.#transport = this.#open(this.doors.door);
    this.#watch();
  }

  #open(door: Door): Transport {
    const mine: Transport = this.around.connect(
      door,
      {
        onText: (text) => {
          if (this.#trial === mine && parse(text).t === "hello") this.#adopt(mine);
          if (this.#transport === mine) this.#onText(text, door);
        },
        onClose: (code) => {
          if (this.#trial === mine) this.#endTrial();
          else if (this.#transport === mine) this.#onClose(code, false);
        },
      },
      () => this.listener.subscriptions(),
    );
    return mine;
  }

  #watch(): void {
    this.#cancelWatch();
    const left = this.#heardAt + this.#silence - this.around.now();
    this.#cancelWatch = this.around.after(Math.max(0, left), () => {
      if (this.around.now() - this.#heardAt >= this.#silence) this.#drop();
      else this.#watch();
    });
  }

  /** The other side is silent: don't wait for its closing either. */
  #drop(): void {
    this.#onClose(1006, true);
  }

  #letGo(): void {
    const old = this.#transport;
    this.#transport = null;
    this.#cancelTimer();
    this.#cancelWatch();
    this.#cancelTrial();
    this.#trial?.close();
    this.#trial = null;
    this.#resyncs.clear();
    old?.close();
  }

  #onClose(code: number, silent: boolean): void {
    if (this.around.now() - this.#openedAt >= STEADY) this.#attempt = 0;
    if (this.#phase === "connecting") this.doors.failed(silent);
    this.#letGo();
    const final = !comesBack(code);
    if (!final && !this.#isNeeded) {
      this.#phase = "idle";
      return;
    }
    this.#phase = final ? "ended" : "waiting";
    if (!final) this.#comeBack(waitBefore(this.#attempt++, this.around.random(), this.listener.longestWait));
    this.listener.lost(final, code);
  }

  #comeBack(wait: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.around.after(wait, () => this.#connect());
  }

  // --- a better door

  #tryBest(): void {
    if (!this.isMakeshift || this.#trial) return;
    this.#cancelTrial();
    this.doors.tried();
    this.#trial = this.#open(BEST);
    this.#cancelTrial = this.around.after(PATIENCE, () => this.#endTrial());
  }

  #endTrial(): void {
    this.#trial?.close();
    this.#trial = null;
    this.#planTrial();
  }

  #planTrial(): void {
    this.#cancelTrial();
    if (this.isMakeshift) this.#cancelTrial = this.around.after(this.doors.patience, () => this.#tryBest());
  }

  /** The better door speaks: from now on it is the connection. */
  #adopt(better: Transport): void {
    this.#trial = null;
    this.#letGo();
    this.#transport = better;
    this.#openedAt = this.around.now();
  }

  // --- what the server says

  #onText(text: string, door: Door): void {
    this.#heardAt = this.around.now();
    const message = parse(text);
    switch (message.t) {
      case "unknown":
        return;
      case "broken":
        return this.#onClose(1006, false);
      case "hello":
        return this.#onHello(message, door);
      case "ping":
        this.send({ t: "pong" });
        return;
      case "bye":
        // Still connected and served until the moment that chance gives this client.
        return this.#comeBack(this.around.random() * message.within);
      case "no":
        if (message.retry && message.channel) this.#followLater(message.channel);
        this.listener.heard(message);
        return;
      default:
        this.listener.heard(message);
    }
  }

  #followLater(channel: string): void {
    const asked = this.#transport;
    this.around.after(FOLLOW_AGAIN * (0.5 + this.around.random()), () => {
      if (this.#transport !== asked) return; // another connection asks for everything
      this.subscribe(this.listener.subscriptions().filter((sub) => sub.channel === channel));
    });
  }

  #onHello(hello: Hello, door: Door): void {
    if (hello.protocol !== PROTOCOL) return this.#onClose(4500, false);
    this.doors.opened(door);
    this.#phase = "open";
    this.#silence = hello.ping + PATIENCE;
    this.#watch();
    this.#planTrial();
    if (!this.#transport?.isSubscribed) this.subscribe(this.listener.subscriptions());
    this.listener.opened(hello);
  }
}
