// The line that says how many people are watching a topic; without this program there is none.
import type { Watching } from "./wire.ts";
import { topicOf } from "./wire.ts";
import type { Words } from "./words.ts";

export function writeWatching({ channel, watching }: Watching, words: Words): void {
  for (const line of document.querySelectorAll<HTMLElement>(`.watching[data-watching="${topicOf(channel)}"]`)) {
    line.textContent = watching ? words.say("live", "watching", { n: watching }) : "";
    line.hidden = !watching;
  }
}
