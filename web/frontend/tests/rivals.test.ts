import assert from "node:assert/strict";
import { test } from "node:test";
import { Rivals } from "../src/rivals.ts";
import type { Sign } from "../src/tally.ts";

/** One page and a server that holds the truth. */
class Page {
  own: Sign | null = null;
  pending = false;
  asked = 0;

  constructor(public truth: Sign | null) {}

  readonly rivals = new Rivals({
    ask: () => Promise.resolve(((this.asked += 1), this.truth)),
    own: () => this.own,
    isPending: () => this.pending,
    settle: (_, sign) => (this.own = sign),
  });
}

const answered = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("where two pages differ, the server's word counts in both", async () => {
  const page = new Page(1);
  page.own = 1;
  page.rivals.heard(7, -1);
  await answered();
  assert.equal(page.own, 1);
  page.truth = -1;
  page.rivals.heard(7, -1);
  await answered();
  assert.equal(page.own, -1);
});

test("a vote under way is waited for before the server is asked", async () => {
  const page = new Page(1);
  page.pending = true;
  page.rivals.heard(7, 1);
  page.rivals.answered(7);
  await answered();
  assert.equal(page.asked, 0);
  Object.assign(page, { pending: false, own: -1 });
  page.rivals.answered(7);
  await answered();
  assert.deepEqual([page.own, page.asked], [1, 1]);
  page.rivals.answered(7);
  assert.equal(page.asked, 1);
});

test("what a page knows already is not asked for, and the other's word stands in for a silent server", async () => {
  const page = new Page(null);
  page.own = 1;
  page.rivals.heard(7, 1);
  assert.equal(page.asked, 0);
  page.rivals.heard(7, 0);
  await answered();
  assert.equal(page.own, 0);
});
