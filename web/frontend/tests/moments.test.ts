import assert from "node:assert/strict";
import { test } from "node:test";
import type { Moment } from "../src/moments.ts";
import { drawing, extended, inSeconds, rows, stepPath } from "../src/moments.ts";

test("plus is up and time goes right, as the server draws it", () => {
  const { line, area } = drawing([[1000, 10, 0], [2000, 10, 10], [3000, 10, 30]]);
  assert.equal(line, "0,0 300,100 600,150");
  assert.equal(area, "0,200 0,180 300,160 600,120 600,200");
});

test("no two instants of a line read alike", () => {
  const of = (...instants: number[]): boolean => inSeconds(instants.map((at): Moment => [at, 30, 0]));
  assert.ok(of(10_000, 40_000));
  assert.ok(of(0, 10_000, 86_400_000));
  assert.ok(!of(0, 60_000, 120_000));
  assert.ok(!of(0, 60_000, 60_000, 120_000));
});

test("a moment is added at the end", () => {
  assert.deepEqual(extended([[0, 10, 0], [1000, 10, 1]], [2000, 10, 2]).at(-1), [2000, 10, 2]);
});

test("the line never goes back in time, whatever the clocks say", () => {
  const past: Moment[] = [[0, 10, 0], [10_000, 10, 5]];
  assert.deepEqual(extended(past, [9_000, 10, 6]), [[0, 10, 0], [10_000, 10, 6]]);
});

test("a last moment that is very near gives way", () => {
  const past: Moment[] = [[0, 10, 0], [100_000, 10, 5], [100_100, 10, 6]];
  assert.deepEqual(extended(past, [100_200, 10, 7]), [[0, 10, 0], [100_000, 10, 5], [100_200, 10, 7]]);
});

test("what was seen live goes on from a past that arrives later", () => {
  const live: Moment[] = [[25_000, 20, 4], [26_000, 20, 5]];
  const past: Moment[] = [[10_000, 12, 0], [20_000, 18, 2], [30_000, 20, 4]];
  assert.deepEqual(live.reduce(extended, past), [[10_000, 12, 0], [20_000, 18, 2], [30_000, 20, 5]]);
});

test("a step stands where its instant is", () => {
  assert.equal(stepPath([[1000, 10, 0], [3000, 10, 30]], 1500), "M150 0V200");
});

test("the table is short and begins with the newest", () => {
  const moments = Array.from({ length: 100 }, (_, i): Moment => [i, 10 + i, 0]);
  const told = rows(moments);
  assert.ok(told.length <= 12);
  assert.deepEqual(told[0], [99, 109, 0]);
});
