// What the device keeps for us beyond a page: many small entries, so that two tabs never overwrite each other's.
import type { Shelf } from "./pending.ts";

/** The methods of `localStorage` that are needed; nothing in it throws. */
export interface Store extends Shelf {
  removeItem(key: string): void;
  keys(prefix: string): string[];
}

/** Ours in the browser; where that is full or forbidden, what is kept lasts as long as the page. */
export function deviceStore(): Store {
  const meanwhile = new Map<string, string>();
  return {
    getItem: (key) => meanwhile.get(key) ?? attempt(() => localStorage.getItem(key)),
    setItem: (key, value) => {
      meanwhile.delete(key);
      if (attempt(() => (localStorage.setItem(key, value), true)) === null) meanwhile.set(key, value);
    },
    removeItem: (key) => {
      meanwhile.delete(key);
      attempt(() => localStorage.removeItem(key));
    },
    keys: (prefix) => {
      const kept = attempt(() => Object.keys(localStorage)) ?? [];
      return [...new Set([...kept, ...meanwhile.keys()])].filter((key) => key.startsWith(prefix));
    },
  };
}

/** An entry as it was written, null where it is none. */
export function read(store: Shelf, key: string): Readonly<Record<string, unknown>> | null {
  const value: unknown = attempt(() => JSON.parse(store.getItem(key) ?? "null"));
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
