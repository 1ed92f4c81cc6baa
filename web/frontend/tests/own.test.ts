import assert from "node:assert/strict";
import { test } from "node:test";
import { OwnVotes, withVote } from "../src/own.ts";
import type { Beginning } from "../src/standings.ts";
import { Standings } from "../src/standings.ts";
import { MemoryShelf } from "./surroundings.ts";

const HIDDEN: Beginning = {
  version: [1, 4],
  tally: { voters: 5, headline: null, series: new Map() },
  own: null,
  seen: null,
  gate: null,
  sealed: false,
};

test("counted votes are kept on the device, each by itself, the last one first", () => {
  const shelf = new MemoryShelf();
  const [one, other] = [new OwnVotes(shelf), new OwnVotes(shelf)];
  one.set(7, { sign: -1, seen: "token", at: 5 });
  other.set(8, { sign: 1, seen: "other", at: 9 });
  assert.deepEqual(new OwnVotes(shelf).get(7), { sign: -1, seen: "token", at: 5 });
  assert.deepEqual(one.topics, [8, 7]);
  assert.equal(one.get(9), null);
  other.remove(8);
  assert.deepEqual(one.topics, [7]);
});

test("what is known is not written again, so that two pages do not answer each other for ever", () => {
  const shelf = new MemoryShelf();
  const votes = new OwnVotes(shelf);
  votes.set(7, { sign: 1, seen: "token", at: 5 });
  shelf.setItem = () => assert.fail("written again");
  votes.set(7, { sign: 1, seen: "token", at: 6 });
});

test("what else lies in the storage does no harm", () => {
  for (const junk of ["{", "null", "7", "[]", '{"sign":2,"seen":"x"}', '{"sign":1}']) {
    const shelf = new MemoryShelf();
    shelf.setItem("imaginest.own.7", junk);
    shelf.setItem("imaginest.own.x", '{"sign":1,"seen":"x"}');
    assert.equal(new OwnVotes(shelf).get(7), null);
    assert.deepEqual(new OwnVotes(shelf).topics, []);
  }
});

test("a page out of the history is corrected, a new one is believed", () => {
  const vote = { sign: 1, seen: "token", at: 5 } as const;
  assert.deepEqual(withVote(HIDDEN, vote, true), { ...HIDDEN, own: 1, seen: "token" });
  assert.deepEqual(withVote({ ...HIDDEN, own: 0, seen: "new" }, vote, false), { ...HIDDEN, own: 0, seen: "new" });
  assert.equal(withVote(HIDDEN, null, true), HIDDEN);
});

test("what is shown without results is asked for whole, results from their version on", () => {
  const asked = (beginning: Beginning): unknown => {
    const standings = new Standings(() => {});
    standings.begin(7, beginning);
    return standings.subscriptions()[0]?.at;
  };
  assert.equal(asked({ ...HIDDEN, seen: "token" }), null);
  assert.equal(asked({ ...HIDDEN, tally: null }), null);
  assert.equal(asked(HIDDEN), null);
  const open = { voters: 5, headline: { plus: 3, minus: 2 }, series: new Map() };
  assert.deepEqual(asked({ ...HIDDEN, tally: open, seen: "token" }), [1, 4]);
});
