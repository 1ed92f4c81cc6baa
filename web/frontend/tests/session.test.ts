import assert from "node:assert/strict";
import { test } from "node:test";
import { Doors } from "../src/doors.ts";
import type { Listener } from "../src/session.ts";
import { Session } from "../src/session.ts";
import type { Subscription } from "../src/wire.ts";
import { MemoryShelf, World } from "./surroundings.ts";

class Page implements Listener {
  readonly told: string[] = [];
  subs: Subscription[] = [{ channel: "topic:7", at: [1, 4], seen: "token" }];

  subscriptions = (): readonly Subscription[] => this.subs;
  opened = (): void => void this.told.push("opened");
  lost = (final: boolean): void => void this.told.push(final ? "ended" : "lost");
  heard = ({ t }: { t: string }): void => void this.told.push(t);
}

function begun(page = new Page(), shelf = new MemoryShelf()): { world: World; page: Page; session: Session } {
  const world = new World();
  const session = new Session(world, page, new Doors(shelf, () => 1_780_000_000_000 + world.now()));
  session.wake();
  return { world, page, session };
}

const SUB = { t: "sub", subs: [{ channel: "topic:7", at: [1, 4], seen: "token" }] };

test("subscribes with what it has once the server said hello", () => {
  const { world, page } = begun();
  assert.deepEqual(world.line.sent, []);
  world.line.hello();
  assert.deepEqual(world.line.sent, [SUB]);
  assert.deepEqual(page.told, ["opened"]);
});

test("what the server could not read just now is asked for again, on the same connection only", () => {
  const { world, page } = begun();
  const no = { t: "no", code: "try-again", message: "", retry: true, channel: "topic:7" };
  world.line.hello();
  page.subs = [...page.subs, { channel: "event:3", at: null, seen: null }];
  world.line.says(no);
  world.line.says({ ...no, channel: "topic:8" });
  world.line.says({ ...no, code: "unknown-topic", retry: false });
  assert.deepEqual(world.line.sent, [SUB]);
  world.time.pass(3_000);
  assert.deepEqual(world.line.sent, [SUB, SUB]);
  world.line.says(no);
  const before = world.line;
  before.closes(1006);
  world.time.pass(10_000);
  assert.notEqual(world.line, before);
  assert.deepEqual(before.sent, [SUB, SUB]);
});

test("with nothing to follow nothing is asked, until there is something", () => {
  const world = new World();
  const page = new Page();
  const sub = page.subs;
  page.subs = [];
  const session = new Session(world, page, new Doors(new MemoryShelf(), () => world.now()));
  session.wake();
  session.reconsider();
  world.time.pass(60_000);
  assert.equal(world.lines.length, 0);
  page.subs = sub;
  session.wake();
  world.line.hello();
  assert.deepEqual([world.line.sent, page.told], [[SUB], ["opened"]]);
  page.subs = [];
  world.line.closes(1006);
  world.time.pass(60_000);
  assert.deepEqual([world.lines.length, page.told], [1, ["opened"]]);
});

test("a page that waits for what opens asks also with nothing to follow", () => {
  const world = new World();
  const page = Object.assign(new Page(), { isWaiting: true, subs: [] });
  new Session(world, page, new Doors(new MemoryShelf(), () => world.now())).wake();
  world.line.hello();
  world.line.says({ t: "notice", number: 1, posting: null, banner: null, paused: {} });
  world.line.closes(1006);
  assert.deepEqual([world.line.sent, page.told], [[], ["opened", "notice", "lost"]]);
  world.time.pass(60_000);
  assert.ok(world.lines.length > 1, "it comes back");
});

test("many subscriptions go out in messages that stay small", () => {
  const { world, page } = begun();
  page.subs = Array.from({ length: 60 }, (_, i) => ({
    channel: `topic:${10 ** 15 + i}`,
    at: [1, 2 ** 50],
    seen: "x".repeat(64),
  }));
  world.line.hello();
  assert.equal(world.line.sent.length, 3);
  for (const message of world.line.sent) assert.ok(JSON.stringify(message).length < 4096);
});

test("follows more topics on the running connection", () => {
  const { world, session } = begun();
  session.subscribe([]);
  world.line.hello();
  session.subscribe([{ channel: "topic:8", at: null, seen: null }]);
  assert.deepEqual(world.line.sent.at(-1), { t: "sub", subs: [{ channel: "topic:8" }] });
});

test("a device without a network does not wait for the silence, and comes back with it", () => {
  const { world, page, session } = begun();
  session.cut();
  assert.deepEqual(page.told, []);
  world.line.hello();
  session.cut();
  assert.deepEqual(page.told, ["opened", "lost"]);
  assert.ok(world.line.isClosed);
  session.wake();
  world.line.hello();
  assert.deepEqual(page.told, ["opened", "lost", "opened"]);
});

test("answers a ping and passes other messages on", () => {
  const { world, page } = begun();
  world.line.hello();
  world.line.says({ t: "ping" });
  world.line.says({ t: "stale" });
  world.line.says({ t: "fanfare" });
  assert.deepEqual(world.line.sent.at(-1), { t: "pong" });
  assert.deepEqual(page.told, ["opened", "stale"]);
});

test("comes back after a random wait between half a second and a bound that doubles up to 20 s", () => {
  const { world } = begun();
  world.chance = 1;
  for (const wait of [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]) {
    const before = world.lines.length;
    world.line.closes(1006);
    world.time.pass(wait - 1);
    assert.equal(world.lines.length, before, `not before ${wait}`);
    world.time.pass(1);
    assert.equal(world.lines.length, before + 1);
  }
  world.chance = 0;
  world.line.closes(1006);
  world.time.pass(500);
  assert.equal(world.lines.length, 9);
});

test("one of few waits no longer than it says", () => {
  const { world } = begun(Object.assign(new Page(), { longestWait: 1_500 }));
  world.chance = 1;
  for (const wait of [1_000, 1_500, 1_500]) {
    const before = world.lines.length;
    world.line.closes(1006);
    world.time.pass(wait);
    assert.equal(world.lines.length, before + 1);
  }
});

test("after a connection that lasted, the first wait is short again", () => {
  const { world } = begun();
  world.chance = 1;
  for (let i = 0; i < 5; i += 1) {
    world.line.closes(1006);
    world.time.pass(20_000 - 1);
    if (i < 4) continue;
    world.time.pass(1);
  }
  world.line.hello();
  world.time.pass(10_000);
  const before = world.lines.length;
  world.line.closes(1012);
  world.time.pass(1_000);
  assert.equal(world.lines.length, before + 1);
});

for (const code of [1000, 1001, 1006, 1012, 4000, 4008, 4499]) {
  test(`comes back after close code ${code}`, () => {
    const { world, page } = begun();
    world.line.hello();
    world.line.closes(code);
    world.time.pass(500);
    assert.equal(world.lines.length, 2);
    assert.deepEqual(page.told, ["opened", "lost"]);
  });
}

for (const code of [4500, 4501, 4502, 4999]) {
  test(`stays away after close code ${code}, whatever wakes it`, () => {
    const { world, page, session } = begun();
    world.line.hello();
    world.line.closes(code);
    world.time.pass(100_000);
    session.wake();
    assert.equal(world.lines.length, 1);
    assert.deepEqual(page.told, ["opened", "ended"]);
  });
}

test("another protocol is final", () => {
  const { world, page } = begun();
  world.line.says({ t: "hello", protocol: 2, time: 1, ping: 1 });
  world.time.pass(100_000);
  assert.equal(world.lines.length, 1);
  assert.deepEqual(page.told, ["ended"]);
});

test("what cannot be read ends the connection, and the next one starts afresh", () => {
  const { world } = begun();
  world.line.hello();
  world.line.babbles("{");
  assert.ok(world.line.isClosed);
  world.time.pass(20_000);
  world.line.hello();
  assert.deepEqual(world.line.sent, [SUB]);
});

test("the watchdog drops a connection that is silent for the ping interval and ten seconds", () => {
  const { world, page } = begun();
  world.line.hello(25_000);
  world.time.pass(30_000);
  world.line.says({ t: "ping" });
  world.time.pass(34_999);
  assert.deepEqual(page.told, ["opened"]);
  world.time.pass(1);
  assert.ok(world.lines[0]?.isClosed);
  assert.deepEqual(page.told, ["opened", "lost"]);
});

test("a connection that never says hello is given up after ten seconds", () => {
  const { world, page } = begun();
  world.time.pass(10_000);
  assert.deepEqual(page.told, ["lost"]);
  assert.ok(world.lines[0]?.isClosed);
});

test("what a dropped connection still says is not heard", () => {
  const { world, page } = begun();
  world.line.hello();
  const old = world.line;
  world.time.pass(40_000);
  old.says({ t: "fresh" });
  old.closes(4500);
  assert.deepEqual(page.told, ["opened", "lost"]);
});

test("waking connects at once instead of waiting", () => {
  const { world, session } = begun();
  world.chance = 1;
  world.line.closes(1006);
  session.wake();
  assert.equal(world.lines.length, 2);
  world.time.pass(5_000);
  assert.equal(world.lines.length, 2);
});

test("waking an open connection does nothing", () => {
  const { world, session } = begun();
  world.line.hello();
  session.wake();
  assert.equal(world.lines.length, 1);
});

test("a bye keeps the connection until a random moment within it", () => {
  const { world, page } = begun();
  world.chance = 0.5;
  world.line.hello();
  world.line.says({ t: "bye", within: 8_000 });
  world.time.pass(3_999);
  world.line.says({ t: "fresh" });
  assert.equal(world.lines.length, 1);
  world.time.pass(1);
  assert.equal(world.lines.length, 2);
  assert.ok(world.lines[0]?.isClosed);
  assert.deepEqual(page.told, ["opened", "fresh"]);
});

test("asleep it is closed and silent; awake it subscribes again", () => {
  const { world, page, session } = begun();
  world.line.hello();
  session.sleep();
  assert.ok(world.line.isClosed);
  world.time.pass(100_000);
  assert.equal(world.lines.length, 1);
  session.wake();
  world.line.hello();
  assert.deepEqual(world.line.sent, [SUB]);
  assert.deepEqual(page.told, ["opened", "opened"]);
});

test("a channel is asked for again at most once a second", () => {
  const { world, session } = begun();
  world.line.hello();
  const asked = (): number => world.line.sent.filter(({ t }) => t === "resync").length;
  for (let i = 0; i < 5; i += 1) session.resync("topic:7");
  assert.equal(asked(), 1);
  session.resync("topic:8");
  assert.equal(asked(), 2);
  world.time.pass(999);
  assert.equal(asked(), 2);
  world.time.pass(1);
  assert.equal(asked(), 3);
});

test("nothing is handed to a connection that is not open", () => {
  const { world, session } = begun();
  assert.equal(session.send({ t: "pong" }), false);
  world.line.hello();
  assert.equal(session.send({ t: "pong" }), true);
});
