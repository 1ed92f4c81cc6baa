import assert from "node:assert/strict";
import { test } from "node:test";
import { OwnVotes, withVote } from "../src/own.ts";
import type { Shelf } from "../src/pending.ts";
import type { Beginning } from "../src/standings.ts";
import { Standings } from "../src/standings.ts";

class MemoryShelf implements Shelf {
  readonly #kept = new Map<string, string>();
  getItem = (key: string): string | null => this.#kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.#kept.set(key, value);
}

const HIDDEN: Beginning = {
  version: [1, 4],
  tally: { voters: 5, headline: null, series: new Map() },
  own: null,
  seen: null,
  gate: null,
  sealed: false,
};

test("counted votes are kept for the tab", () => {
  const shelf = new MemoryShelf();
  new OwnVotes(shelf).set(7, { sign: -1, seen: "token" });
  assert.deepEqual(new OwnVotes(shelf).get(7), { sign: -1, seen: "token" });
  assert.equal(new OwnVotes(shelf).get(8), null);
});

test("what else lies in the storage does no harm", () => {
  for (const junk of ["{", "null", "7", '{"7":null}', '{"7":{"sign":2,"seen":"x"}}', '{"7":{"sign":1}}']) {
    const shelf = new MemoryShelf();
    shelf.setItem("imaginest.own", junk);
    assert.equal(new OwnVotes(shelf).get(7), null);
  }
});

test("a page out of the history is corrected, a new one is believed", () => {
  const vote = { sign: 1, seen: "token" } as const;
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
