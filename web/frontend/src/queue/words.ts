// The words of the queue, and where its pieces stand on the page.
import { pageWords } from "../words.ts";

const words = pageWords();

export function say(name: string, values: Record<string, string | number> = {}): string {
  return words.say("browser", name, values);
}

export function find<T extends HTMLElement>(selector: string): T | null {
  return document.querySelector<T>(selector);
}
