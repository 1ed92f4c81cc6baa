// A world of the tests' own: a clock that moves when told to, timers, chance and a network of one socket.
import type { Door } from "../src/doors.ts";
import type { Store } from "../src/store.ts";
import type { Surroundings, Transport, TransportEvents } from "../src/session.ts";
import type { ClientMessage } from "../src/wire.ts";
import { encode } from "../src/wire.ts";

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

export class Time {
  #now = 0;
  #timers: Timer[] = [];

  now = (): number => this.#now;

  after = (milliseconds: number, call: () => void): (() => void) => {
    const timer = { at: this.#now + milliseconds, call };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  };

  /** Let time pass, calling what falls due in order. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.call();
    }
    this.#now = end;
  }
}

/** One connection as the server's side sees it. */
export class Line implements Transport {
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;

  constructor(
    readonly door: Door,
    private readonly events: TransportEvents,
  ) {}

  get isSubscribed(): boolean {
    return this.door !== "socket";
  }

  send(message: ClientMessage): void {
    this.sent.push(JSON.parse(encode(message)) as Record<string, unknown>);
  }

  close(): void {
    this.isClosed = true;
  }

  says(message: object): void {
    this.events.onText(JSON.stringify(message));
  }

  hello(ping = 25_000): void {
    this.says({ t: "hello", protocol: 1, time: 1_780_000_000_000, ping });
  }

  babbles(text: string): void {
    this.events.onText(text);
  }

  closes(code: number): void {
    this.events.onClose(code);
  }
}

export class MemoryShelf implements Store {
  readonly #kept = new Map<string, string>();
  getItem = (key: string): string | null => this.#kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.#kept.set(key, value);
  removeItem = (key: string): void => void this.#kept.delete(key);
  keys = (prefix: string): string[] => [...this.#kept.keys()].filter((key) => key.startsWith(prefix));
}

export class World implements Surroundings {
  readonly time = new Time();
  readonly lines: Line[] = [];
  chance = 0;

  connect = (door: Door, events: TransportEvents): Line => {
    const line = new Line(door, events);
    this.lines.push(line);
    return line;
  };

  now = (): number => this.time.now();
  after = (milliseconds: number, call: () => void): (() => void) => this.time.after(milliseconds, call);
  random = (): number => this.chance;

  get line(): Line {
    const last = this.lines.at(-1);
    if (!last) throw new Error("nothing connected yet");
    return last;
  }
}
