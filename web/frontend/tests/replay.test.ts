// How a vote stood at any instant of its course.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fittingSpeed, instantAt, partAt, standingAt } from "../src/replay.ts";
import type { Course } from "../src/replay.ts";

const COURSE: Course = {
  topic: 7,
  from: 1_000,
  until: 11_000,
  moments: [
    [2_000, 10, 5],
    [6_000, 40, 20],
  ],
  halls: [
    [3_000, "metz", 5, 5],
    [5_000, "reims", 10, 0],
    [7_000, "metz", null, null],
  ],
};
const LAST = { voters: 63, headline: { plus: 42, minus: 21 }, series: new Map([["hall:reims", { plus: 15, minus: 5 }]]) };

test("before the first moment nobody has voted", () => {
  assert.deepEqual(standingAt(COURSE, 1_500, LAST), { voters: 0, headline: { plus: 0, minus: 0 }, series: new Map() });
});

test("at an instant it stands as it was published last", () => {
  const standing = standingAt(COURSE, 5_500, LAST);
  assert.deepEqual(standing.headline, { plus: 10, minus: 5 });
  assert.deepEqual([...standing.series.keys()], ["hall:metz", "hall:reims"]);
});

test("a hall that publishes nothing any more is gone", () => {
  assert.deepEqual([...standingAt(COURSE, 8_000, LAST).series.keys()], ["hall:reims"]);
});

test("it ends with the exact result", () => {
  assert.equal(standingAt(COURSE, 11_000, LAST), LAST);
});

test("a part of the course is an instant, and the other way round", () => {
  assert.equal(instantAt(COURSE, 0.5), 6_000);
  assert.equal(partAt(COURSE, 6_000), 0.5);
  assert.equal(instantAt(COURSE, 7), 11_000);
  assert.equal(partAt({ ...COURSE, until: 1_000 }, 1_000), 1);
});

test("a vote is offered at the speed at which it is over in some twenty seconds", () => {
  const lasting = (seconds: number): number => fittingSpeed({ ...COURSE, until: 1_000 + seconds * 1_000 }, [1, 5, 20, 60, 300]);
  assert.deepEqual([0, 25, 90, 500, 1_200, 9_000].map(lasting), [1, 1, 5, 20, 60, 300]);
});
