// One page's conversation with the server: connects, subscribes, watches over the silence and comes back.
// The transport, clock, timers and chance are given, so that every path can be walked in a test.
import { PATIENCE, STEADY, comesBack, waitBefore } from "./reconnect.ts";
import type { Ack, ClientMessage, Delta, Hello, No, Plain, Snap, Subscription, Watching } from "./wire.ts";
import { PROTOCOL, encode, parse } from "./wire.ts";

export interface Transport {
  send(text: string): void;
  close(): void;
}

export interface TransportEvents {
  onText(text: string): void;
  onClose(code: number): void;
}

export interface Surroundings {
  connect(events: TransportEvents): Transport;
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls once, later; gives back what cancels it. */
  after(milliseconds: number, call: () => void): () => void;
  /** In [0, 1). */
  random(): number;
}

export interface Listener {
  /** What to follow, asked at each new connection. */
  subscriptions(): readonly Subscription[];
  opened(hello: Hello): void;
  heard(message: Snap | Delta | Ack | No | Watching | Plain): void;
  /** Not connected any more; `final` where it will not come back by itself. */
  lost(final: boolean): void;
}

const RESYNC_EVERY = 1_000;
/** Subscriptions in one message: well under the server's 4 KiB. */
const SUBS_A_MESSAGE = 24;

type Phase = "idle" | "connecting" | "open" | "waiting" | "ended";

export class Session {
  #phase: Phase = "idle";
  #transport: Transport | null = null;
  #attempt = 0;
  #openedAt = 0;
  #heardAt = 0;
  #silence = PATIENCE;
  #cancelTimer = (): void => {};
  #cancelWatch = (): void => {};
  readonly #resynced = new Map<string, number>();
  readonly #resyncing = new Map<string, () => void>();

  constructor(
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {}

  get isOpen(): boolean {
    return this.#phase === "open";
  }

  /** Connect now, unless that is done already or the server said not to come back. */
  wake(): void {
    if (this.#phase === "idle" || this.#phase === "waiting") this.#connect();
    else if (this.#phase !== "ended" && this.around.now() - this.#heardAt > this.#silence) this.#drop();
  }

  /** Leave until `wake`; nothing is told. */
  sleep(): void {
    this.#letGo();
    if (this.#phase !== "ended") this.#phase = "idle";
  }

  /** Whether it was handed to an open connection. */
  send(message: ClientMessage): boolean {
    if (this.#phase !== "open") return false;
    this.#transport?.send(encode(message));
    return true;
  }

  /** Ask for the whole state of a channel, at most once a second each. */
  resync(channel: string): void {
    if (this.#resyncing.has(channel)) return;
    const last = this.#resynced.get(channel) ?? -Infinity;
    const wait = last + RESYNC_EVERY - this.around.now();
    if (wait <= 0) {
      this.#askAgain(channel);
      return;
    }
    const cancel = this.around.after(wait, () => {
      this.#resyncing.delete(channel);
      this.#askAgain(channel);
    });
    this.#resyncing.set(channel, cancel);
  }

  #askAgain(channel: string): void {
    if (this.send({ t: "resync", channel })) this.#resynced.set(channel, this.around.now());
  }

  #connect(): void {
    this.#letGo();
    this.#phase = "connecting";
    this.#silence = PATIENCE;
    this.#heardAt = this.#openedAt = this.around.now();
    const mine: Transport = this.around.connect({
      onText: (text) => this.#transport === mine && this.#onText(text),
      onClose: (code) => this.#transport === mine && this.#onClose(code),
    });
    this.#transport = mine;
    this.#watch();
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
    this.#onClose(1006);
  }

  #letGo(): void {
    const old = this.#transport;
    this.#transport = null;
    this.#cancelTimer();
    this.#cancelWatch();
    for (const cancel of this.#resyncing.values()) cancel();
    this.#resyncing.clear();
    this.#resynced.clear();
    old?.close();
  }

  #onClose(code: number): void {
    if (this.around.now() - this.#openedAt >= STEADY) this.#attempt = 0;
    this.#letGo();
    const final = !comesBack(code);
    this.#phase = final ? "ended" : "waiting";
    if (!final) this.#comeBack(waitBefore(this.#attempt++, this.around.random()));
    this.listener.lost(final);
  }

  #comeBack(wait: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.around.after(wait, () => this.#connect());
  }

  #onText(text: string): void {
    this.#heardAt = this.around.now();
    const message = parse(text);
    switch (message.t) {
      case "unknown":
        return;
      case "broken":
        return this.#drop();
      case "hello":
        return this.#onHello(message);
      case "ping":
        this.send({ t: "pong" });
        return;
      case "bye":
        // Still connected and served until the moment that chance gives this client.
        return this.#comeBack(this.around.random() * message.within);
      default:
        this.listener.heard(message);
    }
  }

  #onHello(hello: Hello): void {
    if (hello.protocol !== PROTOCOL) return this.#onClose(4500);
    this.#phase = "open";
    this.#silence = hello.ping + PATIENCE;
    this.#watch();
    const subs = this.listener.subscriptions();
    for (let i = 0; i < subs.length; i += SUBS_A_MESSAGE) {
      this.send({ t: "sub", subs: subs.slice(i, i + SUBS_A_MESSAGE) });
    }
    this.listener.opened(hello);
  }
}
