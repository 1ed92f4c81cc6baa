import assert from "node:assert/strict";
import { test } from "node:test";
import type { Changes, Counts, Known, Sign, Tally, Version } from "../src/tally.ts";
import { afterDelta, afterSnap, apply, compare, project, shows } from "../src/tally.ts";
import type { Delta, Snap } from "../src/wire.ts";
import { parse, tallyOf } from "../src/wire.ts";
import { chance } from "./chance.ts";
import { sequences } from "./golden.ts";

function tally(plus: number, minus: number, series: Record<string, [number, number]> = {}): Tally {
  const entries = Object.entries(series).map(([key, [p, m]]): [string, Counts] => [key, { plus: p, minus: m }]);
  return { voters: plus + minus, headline: { plus, minus }, series: new Map(entries) };
}

function hidden(voters: number): Tally {
  return { voters, headline: null, series: new Map() };
}

for (const { name, snap, deltas, expect, gap = false } of sequences) {
  test(`a snapshot and its deltas: ${name}`, () => {
    const first = parse(JSON.stringify(snap)) as Snap;
    let known: Known = { version: first.version, tally: first.tally };
    let missed = false;
    for (const plain of deltas) {
      const delta = parse(JSON.stringify(plain)) as Delta;
      const after = afterDelta(known, delta.base, delta.version, delta.changed);
      if (after === "gap") missed = true;
      else known = after;
    }
    assert.deepEqual(known, { version: expect.version, tally: tallyOf(expect.tally) });
    assert.equal(missed, gap);
  });
}

const KEYS = ["dep:57", "dep:67", "sex:F", "age:75+", "hall:metz"];

function drawn(random: () => number): Tally {
  const upTo = (most: number): number => Math.floor(random() * most);
  const series = KEYS.filter(() => random() < 0.5).map((key) => [key, [upTo(9) * 5, upTo(9) * 5]] as const);
  return tally(upTo(5), upTo(5), Object.fromEntries(series) as Record<string, [number, number]>);
}

/** What the server would send between two tallies. */
function difference(old: Tally, now: Tally): Changes {
  const series = new Map<string, Counts | null>();
  for (const key of KEYS) {
    const [a, b] = [old.series.get(key), now.series.get(key)];
    if (a?.plus !== b?.plus || a?.minus !== b?.minus) series.set(key, b ?? null);
  }
  return {
    ...(old.voters === now.voters ? {} : { voters: now.voters }),
    ...(old.headline?.plus === now.headline?.plus ? {} : { plus: now.headline?.plus ?? 0 }),
    ...(old.headline?.minus === now.headline?.minus ? {} : { minus: now.headline?.minus ?? 0 }),
    ...(series.size ? { series } : {}),
  };
}

test("the old snapshot and all deltas make the new snapshot, whatever is repeated or comes late", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = chance(seed);
    const states = Array.from({ length: 12 }, () => drawn(random));
    const deltas = states.slice(1).map((now, i): [Version, Version, Changes] => {
      return [[1, i], [1, i + 1], difference(states[i] as Tally, now)];
    });
    let known: Known = { version: [1, 0], tally: states[0] as Tally };
    deltas.forEach((delta, i) => {
      const old = deltas[Math.floor(random() * (i + 1))];
      for (const [base, version, changes] of [delta, old ?? delta]) {
        const after = afterDelta(known, base, version, changes);
        assert.notEqual(after, "gap");
        known = after as Known;
      }
    });
    assert.deepEqual(known, { version: [1, 11], tally: states[11] }, `seed ${seed}`);
  }
});

test("a missing delta is noticed and nothing is applied", () => {
  const known: Known = { version: [1, 3], tally: tally(1, 1) };
  assert.equal(afterDelta(known, [1, 4], [1, 5], { plus: 9 }), "gap");
  assert.equal(afterDelta({ version: [1, 3], tally: null }, [1, 3], [1, 4], { plus: 9 }), "gap");
});

test("applying changes leaves the old tally as it was", () => {
  const old = tally(1, 1, { "dep:57": [5, 5] });
  apply(old, { plus: 2, voters: 3, series: new Map([["dep:57", null]]) });
  assert.deepEqual(old, tally(1, 1, { "dep:57": [5, 5] }));
});

test("versions are ordered by epoch, then by number", () => {
  assert.ok(compare([1, 9], [2, 0]) < 0);
  assert.ok(compare([1, 10], [1, 9]) > 0);
  assert.equal(compare([3, 4], [3, 4]), 0);
});

test("an older snapshot is dropped, one of a higher epoch always wins", () => {
  const known: Known = { version: [1, 9], tally: tally(4, 2) };
  assert.equal(afterSnap(known, [1, 8], tally(3, 2)), known);
  assert.deepEqual(afterSnap(known, [2, 0], tally(0, 0)), { version: [2, 0], tally: tally(0, 0) });
  assert.deepEqual(afterSnap(known, [1, 9], tally(5, 2)), { version: [1, 9], tally: tally(5, 2) });
});

test("results that were hidden are taken even from a snapshot that is a little older", () => {
  const known: Known = { version: [1, 9], tally: hidden(6) };
  assert.deepEqual(afterSnap(known, [1, 8], tally(3, 2)), { version: [1, 8], tally: tally(3, 2) });
  assert.equal(afterSnap(known, [1, 8], hidden(5)), known);
});

test("an own vote is projected on the headline and the voters", () => {
  assert.deepEqual(project(tally(3, 2), null, 1), tally(4, 2));
  assert.deepEqual(project(tally(3, 2), 1, -1), tally(2, 3));
  assert.deepEqual(project(tally(3, 2), -1, 0), tally(3, 1));
  assert.deepEqual(project(tally(3, 2), 0, -1), tally(3, 3));
  assert.deepEqual(project(hidden(5), null, -1), hidden(6));
  assert.deepEqual(project(tally(0, 0), 1, 0), tally(0, 0));
});

test("an own vote is never projected on a split: it shows what is published, or nothing", () => {
  const shown = tally(9, 2, { "dep:55": [5, 5] });
  for (const [from, to] of [[null, 1], [1, -1], [-1, 0]] as const) {
    assert.deepEqual(project(shown, from, to).series, shown.series);
    assert.equal(project(tally(9, 0), from, to).series.size, 0);
    assert.equal(project(hidden(9), from, to).headline, null);
    assert.equal(project(hidden(9), from, to).series.size, 0);
  }
});

test("a projected vote is recognised once the tally shows it", () => {
  const before = tally(3, 2);
  const move = (now: Tally, from: Sign | null, to: Sign): boolean => shows(before, now, from, to);
  assert.ok(move(tally(4, 2), null, 1));
  assert.ok(!move(tally(3, 3), null, 1));
  assert.ok(move(tally(2, 3), 1, -1));
  assert.ok(!move(tally(4, 2), 1, -1));
  assert.ok(shows(hidden(5), hidden(6), null, -1));
});
