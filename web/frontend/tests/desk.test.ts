import assert from "node:assert/strict";
import { test } from "node:test";
import type { Told } from "../src/desk.ts";
import { Desk } from "../src/desk.ts";
import { PendingVotes } from "../src/pending.ts";
import type { Store } from "../src/store.ts";
import { Standings } from "../src/standings.ts";
import type { Sign, Tally } from "../src/tally.ts";
import type { ClientMessage } from "../src/wire.ts";
import { MemoryShelf, Time } from "./surroundings.ts";

const TOPIC = 7;

function tally(plus: number, minus: number): Tally {
  return { voters: plus + minus, headline: { plus, minus }, series: new Map() };
}

let pages = 0;

/** A page with one topic, its socket and the world around it. */
class Page {
  readonly time = new Time();
  readonly sent: ClientMessage[] = [];
  readonly told: Told[] = [];
  readonly posted: [number, Sign, string][] = [];
  readonly standings = new Standings(() => {});
  readonly desk: Desk;
  readonly pending: PendingVotes;
  isOpen = false;
  isReachable = true;
  wakes = 0;

  constructor(shelf: Store = new MemoryShelf(), own: Sign | null = null, sealed = false) {
    this.standings.begin(TOPIC, { version: [1, 4], tally: tally(3, 2), own, seen: null, gate: null, sealed });
    this.pending = new PendingVotes(shelf, `page ${(pages += 1)}`, this.time.now);
    this.desk = new Desk(this.standings, this.pending, this, {
      tell: (_, told) => this.told.push(told),
      reachable: () => Promise.resolve(this.isReachable),
      post: (...vote) => Boolean(this.posted.push(vote)),
      now: this.time.now,
      after: this.time.after,
      random: () => 0,
    });
    this.takeOver();
  }

  /** As if every page before this one were gone. */
  takeOver(): void {
    this.desk.begin(this.pending.adopt(() => true));
  }

  send(message: ClientMessage): boolean {
    if (this.isOpen) this.sent.push(message);
    return this.isOpen;
  }

  wake(): void {
    this.wakes += 1;
  }

  connect(): this {
    this.isOpen = true;
    this.desk.onOpened();
    return this;
  }

  disconnect(): void {
    this.isOpen = false;
    this.desk.onLost();
  }

  ack(op: string, sign: Sign): void {
    this.desk.onAck({ t: "ack", op, topic: TOPIC, sign, seen: "token" });
  }

  no(op: string, code: string, retry: boolean): void {
    this.desk.onNo({ t: "no", op, code, retry });
  }

  delta(number: number, plus: number, minus: number): void {
    const changed = { plus, minus, voters: plus + minus };
    const message = { t: "delta", channel: "topic:7", base: [1, number - 1], version: [1, number], changed } as const;
    assert.ok(this.standings.take(message));
  }

  get headline(): readonly [number, number] {
    const { plus, minus } = this.standings.shown(TOPIC)?.headline ?? { plus: -1, minus: -1 };
    return [plus, minus];
  }

  async settle(milliseconds: number): Promise<void> {
    this.time.pass(milliseconds);
    await Promise.resolve();
    await Promise.resolve();
  }
}

const vote = (sign: Sign, op: string): ClientMessage => ({ t: "vote", topic: TOPIC, sign, op });

test("a vote is shown and sent at once", () => {
  const page = new Page().connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  assert.deepEqual(page.sent, [vote(1, "op-00001")]);
  assert.equal(page.desk.chosen(TOPIC), 1);
  assert.deepEqual(page.headline, [4, 2]);
});

test("the number of a counted vote neither jumps back nor counts twice, whichever message comes first", () => {
  const acked = new Page().connect();
  acked.desk.cast(TOPIC, 1, "op-00001");
  acked.ack("op-00001", 1);
  assert.deepEqual(acked.headline, [4, 2]);
  acked.delta(5, 4, 2);
  assert.deepEqual(acked.headline, [4, 2]);

  const told = new Page().connect();
  told.desk.cast(TOPIC, 1, "op-00001");
  told.delta(5, 4, 2);
  assert.deepEqual(told.headline, [4, 2]);
  told.ack("op-00001", 1);
  assert.deepEqual(told.headline, [4, 2]);
});

test("somebody else's vote in between is added to one's own", () => {
  const page = new Page().connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.delta(5, 3, 3);
  assert.deepEqual(page.headline, [4, 3]);
  page.delta(6, 4, 3);
  assert.deepEqual(page.headline, [4, 3]);
});

test("a guess that the tally never confirms is given up", () => {
  const page = new Page().connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.ack("op-00001", 1);
  page.time.pass(2_000);
  assert.deepEqual(page.headline, [3, 2]);
  assert.equal(page.desk.chosen(TOPIC), 1);
});

test("a sealed headline does not move with one's own vote", () => {
  const page = new Page(new MemoryShelf(), null, true).connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  assert.deepEqual(page.headline, [3, 2]);
  assert.equal(page.desk.chosen(TOPIC), 1);
});

test("the same choice again sends nothing, nor does withdrawing what is not there", () => {
  const page = new Page().connect();
  page.desk.cast(TOPIC, 0, "op-00000");
  page.desk.cast(TOPIC, 1, "op-00001");
  page.desk.cast(TOPIC, 1, "op-00002");
  assert.equal(page.sent.length, 1);
});

test("a change and a withdrawal follow in order", () => {
  const page = new Page().connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.desk.cast(TOPIC, -1, "op-00002");
  assert.deepEqual(page.headline, [3, 3]);
  page.ack("op-00001", 1);
  assert.equal(page.desk.chosen(TOPIC), -1);
  page.ack("op-00002", -1);
  page.delta(5, 3, 3);
  page.desk.cast(TOPIC, 0, "op-00003");
  assert.deepEqual(page.headline, [3, 2]);
  page.ack("op-00003", 0);
  assert.equal(page.desk.chosen(TOPIC), 0);
  assert.deepEqual(page.told.at(-1), { kind: "withdrawn" });
});

test("a refusal takes the vote back and says why", () => {
  const page = new Page(new MemoryShelf(), -1).connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.no("op-00001", "closed", false);
  assert.equal(page.desk.chosen(TOPIC), -1);
  assert.deepEqual(page.headline, [3, 2]);
  assert.deepEqual(page.told.at(-1), { kind: "refused", code: "closed" });
});

test("a vote on a topic that staff have paused is taken back and not sent again by itself", () => {
  const page = new Page(new MemoryShelf(), -1).connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.no("op-00001", "paused", true);
  assert.equal(page.desk.chosen(TOPIC), -1);
  page.time.pass(60_000);
  assert.equal(page.sent.length, 1);
  assert.deepEqual(page.told.at(-1), { kind: "refused", code: "paused" });
});

test("a refusal that may pass keeps the choice and sends the same op again, later and later", () => {
  const page = new Page().connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.no("op-00001", "try-again", true);
  assert.equal(page.desk.chosen(TOPIC), 1);
  page.time.pass(499);
  assert.equal(page.sent.length, 1);
  page.time.pass(1);
  assert.deepEqual(page.sent, [vote(1, "op-00001"), vote(1, "op-00001")]);
});

test("a refused vote that another one has overtaken is not sent again", () => {
  const page = new Page().connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.desk.cast(TOPIC, -1, "op-00002");
  page.no("op-00001", "try-again", true);
  page.ack("op-00002", -1);
  page.time.pass(60_000);
  assert.deepEqual(page.sent, [vote(1, "op-00001"), vote(-1, "op-00002")]);
});

test("unanswered votes are sent again with the same op after an interruption, in order", () => {
  const page = new Page().connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.desk.cast(TOPIC, -1, "op-00002");
  page.disconnect();
  page.sent.length = 0;
  page.connect();
  assert.deepEqual(page.sent, [vote(1, "op-00001"), vote(-1, "op-00002")]);
  page.ack("op-00001", 1);
  page.ack("op-00002", -1);
  page.disconnect();
  page.sent.length = 0;
  page.connect();
  assert.deepEqual(page.sent, []);
});

test("a vote that never left is superseded by the next", () => {
  const page = new Page();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.desk.cast(TOPIC, -1, "op-00002");
  page.connect();
  assert.deepEqual(page.sent, [vote(-1, "op-00002")]);
});

test("unanswered votes survive a reload and are shown again", () => {
  const shelf = new MemoryShelf();
  const before = new Page(shelf).connect();
  before.desk.cast(TOPIC, 1, "op-00001");
  const after = new Page(shelf);
  assert.equal(after.desk.chosen(TOPIC), 1);
  assert.deepEqual(after.headline, [4, 2]);
  after.connect();
  assert.deepEqual(after.sent, [vote(1, "op-00001")]);
});

test("a page that already shows the vote has nothing left to send", () => {
  const shelf = new MemoryShelf();
  new Page(shelf).connect().desk.cast(TOPIC, 1, "op-00001");
  const after = new Page(shelf, 1).connect();
  assert.deepEqual(after.sent, []);
  assert.deepEqual(after.headline, [3, 2]);
});

test("where the socket stays shut and the server answers, the form is used", async () => {
  const page = new Page();
  page.desk.cast(TOPIC, 1, "op-00001");
  await page.settle(1_999);
  assert.equal(page.wakes, 0);
  await page.settle(1);
  assert.equal(page.wakes, 1);
  await page.settle(1_000);
  assert.deepEqual(page.posted, [[TOPIC, 1, "op-00001"]]);
});

test("a posted vote is not posted again by the next page, only sent", async () => {
  const shelf = new MemoryShelf();
  const page = new Page(shelf);
  page.desk.cast(TOPIC, 1, "op-00001");
  await page.settle(2_000);
  await page.settle(1_000);
  const next = new Page(shelf);
  await next.settle(10_000);
  assert.deepEqual(next.posted, []);
  next.connect();
  assert.deepEqual(next.sent, [vote(1, "op-00001")]);
});

test("after more than two seconds without a socket the next vote does not wait again", async () => {
  const page = new Page().connect();
  page.disconnect();
  await page.settle(3_000);
  page.desk.cast(TOPIC, 1, "op-00001");
  await page.settle(0);
  await page.settle(1_000);
  assert.equal(page.posted.length, 1);
});

test("a socket that comes back in time is used instead of the form", async () => {
  const page = new Page();
  page.desk.cast(TOPIC, 1, "op-00001");
  await page.settle(2_000);
  page.connect();
  await page.settle(5_000);
  assert.deepEqual(page.posted, []);
  assert.deepEqual(page.sent, [vote(1, "op-00001")]);
});

test("where nothing answers, the vote is kept and says so", async () => {
  const page = new Page();
  page.isReachable = false;
  page.desk.cast(TOPIC, 1, "op-00001");
  await page.settle(2_000);
  assert.deepEqual(page.told.at(-1), { kind: "waiting" });
  await page.settle(60_000);
  assert.deepEqual(page.posted, []);
  page.connect();
  assert.deepEqual(page.sent, [vote(1, "op-00001")]);
});

test("a slow answer is announced as on its way, a quick one is not", () => {
  const page = new Page().connect();
  page.desk.cast(TOPIC, 1, "op-00001");
  page.ack("op-00001", 1);
  page.time.pass(400);
  assert.deepEqual(page.told.map(({ kind }) => kind), ["nothing", "counted"]);
  page.desk.cast(TOPIC, -1, "op-00002");
  page.time.pass(400);
  assert.deepEqual(page.told.at(-1), { kind: "sending" });
});
