// Polls that wait as a transport: each asks for what is newer than what the page has, votes are posted.
import { address } from "./address.ts";
import { noticeIn, reveals } from "./events.ts";
import { VotePost, askTime } from "./post.ts";
import type { Transport, TransportEvents } from "./session.ts";
import type { ClientMessage, Subscription } from "./wire.ts";

const LOST = 1006;
/** Seconds; the server answers then at the latest. */
const WAIT = 25;
/** On a topic that never rests: one poll a second is enough. */
const PAUSE = 1_000;

export class Polling implements Transport {
  readonly isSubscribed = true;
  #isClosed = false;
  #isLeaving = false;
  #isStale = false;
  #notice: number | null = null;
  #asking = new AbortController();
  #wakeUp = (): void => {};
  readonly #post: VotePost;

  constructor(
    private readonly path: string,
    private readonly events: TransportEvents,
    private readonly subscriptions: () => readonly Subscription[],
  ) {
    this.#post = new VotePost(`${path}/vote`, (text) => this.#answered(text), () => this.#lost());
    void this.#run();
  }

  send(message: ClientMessage): void {
    if (message.t === "vote") this.#post.send(message);
    else if (message.t === "clock") void askTime(this.path, message.sent, (text) => this.events.onText(text));
    else if (message.t === "sub" || message.t === "resync") this.#again();
  }

  close(): void {
    this.#isClosed = true;
    this.#post.close();
    this.#again();
  }

  async #run(): Promise<void> {
    for (let wait = 0; !this.#isClosed && !this.#isLeaving; wait = WAIT) {
      const asking = (this.#asking = new AbortController());
      const answer = await this.#ask(wait, asking.signal);
      if (this.#isClosed) return;
      if (asking.signal.aborted) continue;
      if (answer === null) return this.#lost();
      for (const line of answer.split("\n")) this.#hear(line);
      if (wait) await this.#pause();
    }
  }

  /** The lines of an answer, null where there was none. */
  async #ask(wait: number, signal: AbortSignal): Promise<string | null> {
    const url = address(`${this.path}/poll`, this.subscriptions(), { wait, stale: this.#isStale, notice: this.#notice });
    try {
      const answer = await fetch(url, { cache: "no-store", signal });
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  }

  #hear(line: string): void {
    if (!line || this.#isClosed) return;
    if (line === '{"t":"stale"}') this.#isStale = true;
    if (line === '{"t":"fresh"}') this.#isStale = false;
    this.#notice = noticeIn(line) ?? this.#notice;
    if (line.startsWith('{"t":"bye"')) this.#isLeaving = true; // the session comes back in a moment
    this.events.onText(line);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PAUSE);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ask at once, with what the page now has. */
  #again(): void {
    this.#asking.abort();
    this.#wakeUp();
  }

  #answered(text: string): void {
    this.events.onText(text);
    if (!this.#isClosed && reveals(text, this.subscriptions())) this.#again();
  }

  #lost(): void {
    if (this.#isClosed) return;
    this.close();
    this.events.onClose(LOST);
  }
}
