import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, change } from "../src/since.ts";
import { A_VISIT, Visits } from "../src/visits.ts";
import { MemoryShelf } from "./surroundings.ts";

const DAY = 86_400_000;
const NOON = new Date(2027, 4, 5, 12).getTime();

test("a visit is compared with the end of the one before, however often it looks", () => {
  const visits = new Visits(new MemoryShelf());
  assert.equal(visits.before(7, 0), null);
  visits.note(7, { plus: 50, voters: 10, at: 0 });
  assert.equal(visits.before(7, A_VISIT), null);
  visits.note(7, { plus: 62, voters: 20, at: A_VISIT });
  const nextDay = A_VISIT + DAY;
  assert.deepEqual(visits.before(7, nextDay), { plus: 62, voters: 20, at: A_VISIT });
  visits.note(7, { plus: 66, voters: 30, at: nextDay });
  assert.deepEqual(visits.before(7, nextDay + 1), { plus: 62, voters: 20, at: A_VISIT });
});

test("the ratio is told where it moved, else the voters who came", () => {
  const before = { plus: 62, voters: 100, at: 0 };
  assert.deepEqual(change(before, 66, 120), { kind: "ratio", before: 62, now: 66 });
  assert.deepEqual(change(before, 62, 120), { kind: "voters", n: 20 });
  assert.deepEqual(change({ ...before, plus: null }, 66, 101), { kind: "voters", n: 1 });
  assert.equal(change(before, 62, 100), null);
  assert.equal(change(null, 62, 100), null);
});

test("a moment is named as people do", () => {
  assert.deepEqual([NOON - 3_600_000, NOON - 2 * DAY, NOON - 8 * DAY].map((at) => ago(at, NOON)), ["time", "weekday", "day"]);
});
