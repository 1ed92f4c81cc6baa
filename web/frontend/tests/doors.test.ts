import assert from "node:assert/strict";
import { test } from "node:test";
import { address } from "../src/address.ts";
import { Doors } from "../src/doors.ts";
import type { Listener } from "../src/session.ts";
import { Session } from "../src/session.ts";
import type { Subscription } from "../src/wire.ts";
import { MemoryShelf, World } from "./surroundings.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** One page in a network; the next page of the same browser is given its shelf. */
class Page implements Listener {
  readonly world = new World();
  readonly told: string[] = [];
  readonly session: Session;

  constructor(
    readonly shelf = new MemoryShelf(),
    wall = 1_780_000_000_000,
  ) {
    this.session = new Session(this.world, this, new Doors(shelf, () => wall + this.world.now()));
    this.session.wake();
  }

  subscriptions = (): readonly Subscription[] => [{ channel: "topic:7", at: [1, 4], seen: null }];
  opened = (): void => void this.told.push("opened");
  lost = (): void => void this.told.push("lost");
  heard = (): void => {};

  /** The doors tried so far. */
  get tried(): string {
    return this.world.lines.map(({ door }) => door).join(" ");
  }

  refused(times: number): this {
    for (let i = 0; i < times; i += 1) {
      const { length } = this.world.lines;
      this.world.line.closes(1006);
      while (this.world.lines.length === length) this.world.time.pass(100);
    }
    return this;
  }

  /** What a page comes to where websockets are refused. */
  makeshift(): this {
    this.refused(2).world.line.hello(15_000);
    return this;
  }
}

test("where websockets are refused twice, events are tried, and then polls", () => {
  const page = new Page();
  page.world.line.closes(1006);
  page.world.time.pass(500);
  page.world.line.closes(1006);
  page.world.time.pass(500);
  assert.equal(page.tried, "socket socket events");
  page.world.line.closes(1006);
  page.world.time.pass(500);
  page.world.line.closes(1006);
  page.world.time.pass(500);
  assert.equal(page.tried, "socket socket events events poll");
  page.world.line.hello();
  assert.equal(page.told.at(-1), "opened");
});

test("a door that opens and stays silent is not tried twice", () => {
  const page = new Page();
  page.world.time.pass(10_000 + 500);
  assert.equal(page.tried, "socket events");
  page.world.time.pass(10_000 + 500);
  assert.equal(page.tried, "socket events poll");
});

test("after the last door comes the first again", () => {
  const page = new Page().refused(6);
  assert.equal(page.tried, "socket socket events events poll poll socket");
});

test("what was opened with the subscriptions is not sent them", () => {
  const page = new Page().makeshift();
  assert.equal(page.world.line.door, "events");
  assert.deepEqual(page.world.line.sent, []);
  page.session.send({ t: "vote", topic: 7, sign: 1, op: "op-00001" });
  assert.deepEqual(page.world.line.sent, [{ t: "vote", topic: 7, sign: 1, op: "op-00001" }]);
});

test("a door that has opened on this page is not given up for a restart of the server", () => {
  const page = new Page();
  page.world.line.hello();
  page.refused(5);
  assert.equal(page.tried, "socket ".repeat(6).trim());
  page.refused(1);
  assert.equal(page.world.line.door, "events");
});

test("the next page begins with the door that worked, for four hours", () => {
  const { shelf } = new Page().makeshift();
  const now = 1_780_000_000_000;
  assert.equal(new Page(shelf, now + 4 * HOUR - MINUTE).tried, "events");
  assert.equal(new Page(shelf, now + 4 * HOUR + MINUTE).tried, "socket");
  assert.equal(new Page(shelf, now - HOUR).tried, "socket");
});

test("a door that never opened is not remembered, nor is the best one", () => {
  const failed = new Page().refused(3);
  assert.equal(failed.world.line.door, "events");
  assert.equal(new Page(failed.shelf).tried, "socket");
  const good = new Page();
  good.world.line.hello();
  assert.equal(good.shelf.getItem("imaginest.door"), null);
});

test("what else lies in the storage, or a storage that is forbidden, does no harm", () => {
  for (const junk of ["{", "7", "null", '{"door":"window","until":9e15}', '{"door":"poll","until":9e15}']) {
    const shelf = new MemoryShelf();
    shelf.setItem("imaginest.door", junk);
    assert.equal(new Page(shelf).tried, "socket");
  }
  const forbidden = new MemoryShelf();
  forbidden.getItem = forbidden.setItem = () => {
    throw new Error("forbidden");
  };
  assert.equal(new Page(forbidden).makeshift().told.at(-1), "opened");
});

test("after ten minutes the best door is tried beside the running connection, which goes on where it is shut", () => {
  const page = new Page().makeshift();
  const running = page.world.line;
  live(page, running, 10 * MINUTE);
  assert.equal(page.world.line.door, "socket");
  page.world.line.closes(1006);
  assert.ok(page.session.isOpen && !running.isClosed);
  assert.equal(page.told.filter((told) => told === "opened").length, 1);
  live(page, running, 10 * MINUTE);
  assert.equal(page.tried, "socket socket events socket socket");
});

test("a trial that stays silent is given up, and the connection goes on", () => {
  const page = new Page().makeshift();
  const running = page.world.line;
  page.session.reconsider();
  const trial = page.world.line;
  live(page, running, 11_000);
  assert.ok(trial.isClosed && page.session.isOpen && !running.isClosed);
});

test("where the best door has opened, it takes over without a gap and the other is forgotten", () => {
  const page = new Page().makeshift();
  const makeshift = page.world.line;
  page.session.reconsider();
  page.world.line.hello();
  assert.ok(makeshift.isClosed && page.session.isOpen);
  assert.equal(page.told.at(-1), "opened");
  assert.deepEqual(page.world.line.sent, [{ t: "sub", subs: [{ channel: "topic:7", at: [1, 4] }] }]);
  makeshift.closes(1006);
  assert.ok(page.session.isOpen);
  assert.equal(new Page(page.shelf).tried, "socket");
});

test("a page that had a websocket before tries it again soon", () => {
  const page = new Page();
  page.world.line.hello();
  page.refused(6).world.line.hello();
  assert.equal(page.world.line.door, "events");
  live(page, page.world.line, MINUTE);
  assert.equal(page.world.line.door, "socket");
});

test("where every door was shut the network was away: the websocket is tried at once, and once", () => {
  const page = new Page();
  page.world.line.hello();
  page.refused(8).world.line.hello();
  const running = page.world.line;
  assert.equal(running.door, "poll");
  live(page, running, 1_000);
  assert.equal(page.world.line.door, "socket");
  page.world.line.closes(1006);
  const { tried } = page;
  live(page, running, MINUTE - 1_000);
  assert.equal(page.tried, tried);
  live(page, running, 1_000);
  assert.equal(page.tried, `${tried} socket`);
});

test("asleep, nothing is tried", () => {
  const page = new Page().makeshift();
  page.session.sleep();
  const before = page.tried;
  page.world.time.pass(HOUR);
  assert.equal(page.tried, before);
});

/** Time passes on a connection that is pinged. */
function live(page: Page, line: { says(message: object): void }, milliseconds: number): void {
  for (let passed = 0; passed < milliseconds; passed += 5_000) {
    page.world.time.pass(Math.min(5_000, milliseconds - passed));
    line.says({ t: "ping" });
  }
}

test("an address says what the page has, and whether that is without results", () => {
  const subs: Subscription[] = [
    { channel: "topic:7", at: [17, 4], seen: "a_-B" },
    { channel: "topic:8", at: null, seen: null },
    { channel: "topic:9", at: [17, 5], hiddenAt: [17, 5], seen: null },
    { channel: "topic:10", at: null, hiddenAt: [17, 6], seen: "x" },
  ];
  assert.equal(
    address("/live/poll", subs, { wait: 25, stale: true }),
    "/live/poll?sub=topic:7@17.4~a_-B&sub=topic:8&sub=topic:9@17.5h&sub=topic:10@17.6h~x&wait=25&stale=1",
  );
});
