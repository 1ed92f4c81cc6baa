// The browser's side of the session: its doors, and the moments at which to come back at once.
import { Doors } from "./doors.ts";
import type { Door } from "./doors.ts";
import { EventStream } from "./events.ts";
import type { Shelf } from "./pending.ts";
import { Polling } from "./poll.ts";
import type { Listener, Surroundings, Transport, TransportEvents } from "./session.ts";
import { Session } from "./session.ts";
import type { Subscription } from "./wire.ts";
import { SUBPROTOCOL, encode } from "./wire.ts";

function openSocket(path: string, events: TransportEvents): Transport {
  const address = new URL(path, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address, SUBPROTOCOL);
  socket.onmessage = ({ data }) => events.onText(String(data));
  socket.onclose = ({ code }) => events.onClose(code);
  return {
    isSubscribed: false,
    send: (message) => socket.send(encode(message)),
    close: () => socket.close(),
  };
}

function open(
  path: string,
  door: Door,
  events: TransportEvents,
  subscriptions: () => readonly Subscription[],
): Transport {
  switch (door) {
    case "socket":
      return openSocket(path, events);
    case "events":
      return new EventStream(path, events, subscriptions);
    case "poll":
      return new Polling(path, events, subscriptions);
  }
}

export function after(milliseconds: number, call: () => void): () => void {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
}

/** What outlives the page; where the browser forbids it, nothing does. */
const shelf: Shelf = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, value),
};

/** A session over `path` that wakes with the page and sleeps while the browser keeps it aside. */
export function openSession(path: string, listener: Listener): Session {
  const around: Surroundings = {
    connect: (door, events, subscriptions) => open(path, door, events, subscriptions),
    now: () => performance.now(),
    after,
    random: Math.random,
  };
  const session = new Session(around, listener, new Doors(shelf, Date.now));
  addEventListener("offline", () => session.cut());
  addEventListener("online", () => session.reconsider());
  addEventListener("pageshow", () => session.wake());
  addEventListener("pagehide", () => session.sleep());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") session.wake();
    // A browser has six connections for a site: a page that nobody looks at must not hold one of them.
    else if (session.isMakeshift) session.sleep();
  });
  return session;
}
