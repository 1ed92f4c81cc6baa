import assert from "node:assert/strict";
import { test } from "node:test";
import { clocked, countdown, nextSecond } from "../src/screen/countdown.ts";
import { Director, elapsed, isPaused } from "../src/screen/director.ts";
import { correction } from "../src/screen/film_pace.ts";
import { readMemory, writeMoment } from "../src/screen/kept.ts";
import { following, isUnpaired } from "../src/screen/program.ts";
import type { Step } from "../src/screen/program.ts";
import type { Show } from "../src/wire.ts";

const NOTHING: Show = {
  t: "show",
  channel: "screen:metz",
  event: 3,
  program: 1,
  number: 1,
  mode: "live",
  step: 10,
  since: 1000,
  at: 1000,
  before: null,
  paused: null,
  late: 0,
  held: false,
};

test("how far a film is, is told in seconds that have gone by", () => {
  assert.deepEqual([-500, 0, 999, 1000, 61_500, 3_661_000].map(clocked), ["0:00", "0:00", "0:00", "0:01", "1:01", "1:01:01"]);
});

test("a step is on from the agreed instant, not before", () => {
  const director = new Director();
  director.hear({ ...NOTHING, number: 2, step: 11, before: 10, at: 5000 });
  assert.deepEqual(director.cue(4999).step, 10);
  assert.deepEqual(director.cue(4999).next, { step: 11, at: 5000 });
  assert.equal(director.cue(5000).step, 11);
  assert.equal(director.cue(5000).next, null);
});

test("of two moves within their lead each takes effect at its own instant", () => {
  const director = new Director();
  director.hear(NOTHING);
  director.hear({ ...NOTHING, number: 2, step: 11, before: 10, at: 5000 });
  director.hear({ ...NOTHING, number: 3, step: 12, before: 11, at: 5500 });
  assert.deepEqual([4999, 5000, 5500].map((now) => director.cue(now).step), [10, 11, 12]);
});

test("what an older node says is not believed, and that of another event is", () => {
  const director = new Director();
  director.hear({ ...NOTHING, number: 7, step: 12 });
  assert.equal(director.hear({ ...NOTHING, number: 6, step: 11 }), false);
  assert.equal(director.cue(9000).step, 12);
  assert.equal(director.hear({ ...NOTHING, event: 4, number: 1, step: 20 }), true);
  assert.equal(director.cue(9000).step, 20);
});

test("a film that is paused stands, and goes on where it stood", () => {
  const paused = { ...NOTHING, number: 2, before: 10, at: 31_000, paused: 31_000 };
  const director = new Director();
  director.hear(NOTHING);
  director.hear(paused);
  const at = (now: number) => elapsed(director.cue(now).by!, now);
  assert.deepEqual([30_000, 31_000, 60_000].map(at), [29_000, 30_000, 30_000]);
  assert.equal(isPaused(paused, 60_000), true);
  director.hear({ ...NOTHING, number: 3, before: 10, at: 91_000, since: 61_000 });
  assert.deepEqual([90_000, 91_000, 92_000].map(at), [30_000, 30_000, 31_000]);
});

test("a countdown is never under nothing", () => {
  const told = [3_725_000, 60_000, 59_001, 1_000, 1, 0, -5_000].map((left) => countdown(left, 0));
  assert.deepEqual(told, ["1:02:05", "1:00", "1:00", "0:01", "0:01", "0:00", "0:00"]);
  assert.deepEqual([nextSecond(5000, 1200), nextSecond(5000, 2000), nextSecond(5000, 5000)], [800, 1000, null]);
});

test("a film a little away is brought near by its pace, and far away it jumps", () => {
  assert.deepEqual(correction(10, 10.1), { seek: null, rate: 1 });
  assert.equal(correction(10, 10.5).rate > 1, true);
  assert.equal(correction(10.5, 10).rate < 1, true);
  assert.deepEqual(correction(10, 42), { seek: 42, rate: 1 });
});

test("only the server's own word sends a screen away, not a proxy's refusal", async () => {
  const answer = (status: number, body: string): Response => new Response(body, { status });
  assert.equal(await isUnpaired(answer(403, '{"code":"not-paired","message":"…"}')), true);
  for (const body of ["<html>Forbidden</html>", "", "null", '{"code":"foreign-origin"}']) {
    assert.equal(await isUnpaired(answer(403, body)), false);
  }
  assert.equal(await isUnpaired(answer(502, '{"code":"not-paired"}')), false);
});

test("what follows a step is the next that was not removed", () => {
  const step = (id: number, removed = false): Step => ({
    ...{ step: id, kind: "black", palette: "night", html: "", at: null, topic: null, before: null },
    ...{ film: null, pictures: [], removed },
  });
  const program = { event: 3, program: 1, steps: [step(10), step(11, true), step(12)] };
  assert.deepEqual([null, 10, 11, 12].map((one) => following(program, one)), [10, 12, 12, null]);
});

const NOON = 1_780_000_000_000;
const MOMENT = {
  offset: -3_600_000,
  show: NOTHING,
  snaps: [
    { t: "snap", channel: "topic:7", version: [1, 4], tally: { voters: 12, headline: { plus: 9, minus: 3 }, series: new Map([["hall:metz", { plus: 9, minus: 1 }]]) } },
    { t: "snap", channel: "topic:8", version: [1, 2], tally: { voters: 3, headline: null, series: new Map() } },
  ],
} as const;
const PROGRAM = { event: 3, program: 1, steps: [] };

test("what a screen keeps is read again as it was, hidden results too", () => {
  const memory = readMemory(writeMoment(MOMENT, NOON), JSON.stringify(PROGRAM), NOON + 60_000);
  assert.deepEqual(memory, { ...MOMENT, program: PROGRAM });
});

test("what was kept on another evening, or of another event, is not shown", () => {
  const written = writeMoment(MOMENT, NOON);
  assert.equal(readMemory(written, null, NOON + 13 * 3_600_000), null);
  assert.equal(readMemory(written, null, NOON - 1), null, "the device's time was set back");
  assert.equal(readMemory(written, JSON.stringify({ ...PROGRAM, event: 4 }), NOON)?.program, null);
  assert.equal(readMemory(JSON.stringify({ at: NOON, offset: 0, show: { t: "show" }, snaps: [] }), null, NOON), null);
});
