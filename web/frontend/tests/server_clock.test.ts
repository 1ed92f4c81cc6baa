// How well a device knows the server's clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../src/server_clock.ts";
import { chance } from "./chance.ts";

const SERVER = 1_800_000_000_000;

/** A device whose own clock began at 0 and whose time is an hour wrong, and a server behind a network. */
class Device {
  time = 5_000;
  wallOffset = SERVER + 3_600_000;
  sent: number[] = [];
  #due: { at: number; call: () => void }[] = [];
  readonly clock = new ServerClock({
    now: () => this.time,
    wall: () => this.time + this.wallOffset,
    after: (wait, call) => {
      const due = { at: this.time + wait, call };
      this.#due.push(due);
      return () => (this.#due = this.#due.filter((one) => one !== due));
    },
  });

  /** How long the next question takes there and back, where it is answered by itself. */
  network: (() => [number, number]) | null = null;

  connect(): void {
    this.clock.opened((sent) => {
      this.sent.push(sent);
      const [there, back] = this.network?.() ?? [];
      if (there === undefined || back === undefined) return true;
      const call = () => this.clock.take({ t: "time", sent, time: SERVER + sent + Math.floor(there) });
      this.#due.push({ at: this.time + there + back, call });
      return true;
    });
  }

  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.time = Math.max(this.time, next.at);
      this.#due = this.#due.filter((one) => one !== next);
      next.call();
    }
    this.time = end;
  }

  /** The server answers the last question, `there` ms on its way to it and `back` ms from it. */
  answer(there: number, back: number): void {
    const sent = this.sent.at(-1) ?? 0;
    this.time = sent + there + back;
    this.clock.take({ t: "time", sent, time: SERVER + sent + there });
  }

  get wrong(): number {
    return Math.abs(this.clock.now() - (SERVER + this.time));
  }
}

test("until it has an answer it has the device's own time", () => {
  const device = new Device();
  assert.equal(device.clock.isKnown, false);
  assert.equal(device.wrong, 3_600_000);
});

test("what was known before a restart is told until there is an answer", () => {
  const device = new Device();
  device.clock.assume(-3_600_000);
  assert.ok(device.clock.isKnown);
  assert.equal(device.clock.offset, null, "it is nothing to be kept again");
  assert.equal(device.wrong, 0);
  device.connect();
  device.pass(0);
  device.wallOffset = 0;
  device.answer(20, 20);
  assert.equal(device.wrong, 0);
});

test("one answer tells the time whatever the device's own says", () => {
  const device = new Device();
  device.connect();
  device.pass(0);
  device.answer(20, 20);
  assert.equal(device.wrong, 0);
  assert.equal(device.clock.error, 21);
});

test("the quickest way there and the quickest way back tell more than either answer", () => {
  const device = new Device();
  device.connect();
  device.pass(0);
  device.answer(400, 10);
  assert.equal(device.wrong, 195);
  device.pass(250);
  device.answer(14, 390);
  assert.equal(device.wrong, 2);
  device.pass(250);
  device.answer(390, 390);
  assert.equal(device.wrong, 2);
});

test("of a bad network, 300 ms and 100 more or less each way, it knows the time to the tenth of a second it is for", () => {
  const random = chance(7);
  const wrong = Array.from({ length: 400 }, () => {
    const device = new Device();
    device.connect();
    device.network = () => [200 + 200 * random(), 200 + 200 * random()];
    device.pass(8_000);
    return device.wrong;
  });
  assert.equal(Math.max(...wrong) < 50, true);
  assert.equal(wrong.toSorted((a, b) => a - b)[200]! < 10, true);
});

test("where an answer contradicts what is known, a clock was set: it is believed", () => {
  const device = new Device();
  device.connect();
  device.pass(0);
  device.answer(20, 20);
  device.pass(250);
  const sent = device.sent.at(-1) ?? 0;
  device.time = sent + 100;
  device.clock.take({ t: "time", sent, time: SERVER + 500 + sent + 50 });
  assert.equal(device.clock.now(), SERVER + 500 + device.time);
});

test("a question without an answer is asked again", () => {
  const device = new Device();
  device.connect();
  device.pass(1_000);
  assert.equal(device.sent.length, 5);
  device.pass(5_000);
  assert.equal(device.sent.length, 6);
});

test("it does not wait for what is on its way, and asks more of a network that tells little", () => {
  const device = new Device();
  device.connect();
  device.network = () => [300, 300];
  device.pass(1_000);
  assert.equal(device.sent.length, 5);
  device.pass(10_000);
  assert.equal(device.sent.length >= 16 && device.sent.length < 25, true);
});

test("it asks a few times at once and then now and then", () => {
  const device = new Device();
  device.connect();
  device.network = () => [5, 5];
  device.pass(16_000);
  assert.equal(device.sent.length, 5);
  device.pass(5_001);
  assert.equal(device.sent.length, 6);
});

test("after a sleep the next answer is believed, however slow it was", () => {
  const device = new Device();
  device.connect();
  device.pass(0);
  device.answer(1, 1);
  device.wallOffset += 600_000; // the own clock stood still for ten minutes
  device.clock.woke();
  device.pass(0);
  const sent = device.sent.at(-1) ?? 0;
  device.time = sent + 200;
  device.clock.take({ t: "time", sent, time: SERVER + 600_000 + sent + 100 });
  assert.equal(device.clock.now(), SERVER + 600_000 + device.time);
});

test("a device whose time is set meanwhile keeps what it knows until then", () => {
  const device = new Device();
  device.connect();
  device.pass(0);
  device.answer(1, 1);
  device.wallOffset -= 3_600_000;
  device.clock.woke();
  assert.equal(device.wrong, 0);
});

test("an answer to nothing that was asked is passed over", () => {
  const device = new Device();
  device.connect();
  device.pass(0);
  device.clock.take({ t: "time", sent: 9_999_999, time: 1 });
  assert.equal(device.clock.isKnown, false);
});
