// A stream of server-sent events as a transport: what is followed stands in its address, votes are posted.
import { address } from "./address.ts";
import { VotePost, askTime } from "./post.ts";
import type { Transport, TransportEvents } from "./session.ts";
import type { ClientMessage, Subscription } from "./wire.ts";
import { parse, topicChannel } from "./wire.ts";

const LOST = 1006;
const HELLO = '{"t":"hello"';

export class EventStream implements Transport {
  readonly isSubscribed = true;
  #source: EventSource | null = null;
  #isGreeted = false;
  #notice: number | null = null;
  readonly #post: VotePost;

  constructor(
    private readonly path: string,
    private readonly events: TransportEvents,
    private readonly subscriptions: () => readonly Subscription[],
  ) {
    this.#post = new VotePost(`${path}/vote`, (text) => this.#answered(text), () => this.#lost());
    this.#open();
  }

  send(message: ClientMessage): void {
    if (message.t === "vote") this.#post.send(message);
    else if (message.t === "clock") void askTime(this.path, message.sent, (text) => this.events.onText(text));
    else if (message.t === "sub" || message.t === "resync") this.#open();
  }

  close(): void {
    this.#post.close();
    this.#source?.close();
    this.#source = null;
  }

  /** From what the page now has: the server answers with what is newer. */
  #open(): void {
    this.#source?.close();
    const mine = new EventSource(address(`${this.path}/events`, this.subscriptions(), { notice: this.#notice }));
    this.#source = mine;
    mine.onmessage = ({ data }) => this.#onData(String(data));
    mine.onerror = () => this.#source === mine && this.#lost();
  }

  #onData(data: string): void {
    const isHello = data.startsWith(HELLO);
    if (isHello && this.#isGreeted) return; // it was opened again; for the session nothing has begun anew
    this.#isGreeted ||= isHello;
    this.#notice = noticeIn(data) ?? this.#notice;
    this.events.onText(data);
  }

  #answered(text: string): void {
    this.events.onText(text);
    if (this.#source && reveals(text, this.subscriptions())) this.#open();
  }

  /** The browser would come back by itself, but when is for the session to say. */
  #lost(): void {
    this.close();
    this.events.onClose(LOST);
  }
}

/** The number of the notice that this message is, null where it is none. */
export function noticeIn(text: string): number | null {
  if (!text.startsWith('{"t":"notice"')) return null;
  const message = parse(text);
  return message.t === "notice" ? message.number : null;
}

/** Whether this answer to a vote lets the page see results that are hidden from it so far. */
export function reveals(text: string, subscriptions: readonly Subscription[]): boolean {
  const message = parse(text);
  if (message.t !== "ack") return false;
  const channel = topicChannel(message.topic);
  return subscriptions.some((one) => one.channel === channel && Boolean(one.hiddenAt));
}
