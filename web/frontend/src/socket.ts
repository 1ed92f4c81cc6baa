// The browser's side of the session: its websocket, and the moments at which to come back at once.
import type { Listener, Surroundings, Transport, TransportEvents } from "./session.ts";
import { Session } from "./session.ts";
import { SUBPROTOCOL } from "./wire.ts";

function connect(path: string, events: TransportEvents): Transport {
  const address = new URL(path, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address, SUBPROTOCOL);
  socket.onmessage = ({ data }) => events.onText(String(data));
  socket.onclose = ({ code }) => events.onClose(code);
  return {
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
}

export function after(milliseconds: number, call: () => void): () => void {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
}

/** A session over `path` that wakes with the page and sleeps while the browser keeps it aside. */
export function openSession(path: string, listener: Listener): Session {
  const around: Surroundings = {
    connect: (events) => connect(path, events),
    now: () => performance.now(),
    after,
    random: Math.random,
  };
  const session = new Session(around, listener);
  addEventListener("online", () => session.wake());
  addEventListener("pageshow", () => session.wake());
  addEventListener("pagehide", () => session.sleep());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") session.wake();
  });
  return session;
}
