import assert from "node:assert/strict";
import { test } from "node:test";
import { PendingVotes } from "../src/pending.ts";
import { MemoryShelf } from "./surroundings.ts";

let now = 0;
const wall = (): number => (now += 1);
const everybody = (): boolean => true;

function ops(votes: PendingVotes): string[] {
  return votes.all.map(({ op }) => op);
}

test("votes of a page that is gone are answered for by the next, in the order in which they were cast", () => {
  const shelf = new MemoryShelf();
  const first = new PendingVotes(shelf, "first", wall);
  first.put(7, 1, "op-00001", "Un sujet");
  first.put(8, -1, "op-00002");
  const next = new PendingVotes(shelf, "next", wall);
  assert.deepEqual(ops(next), []);
  assert.deepEqual(next.adopt(everybody), [7, 8]);
  assert.deepEqual(ops(next), ["op-00001", "op-00002"]);
  assert.equal(next.last(7)?.title, "Un sujet");
  assert.equal(next.last(7)?.kept, true);
});

test("only one page answers for a vote", () => {
  const shelf = new MemoryShelf();
  new PendingVotes(shelf, "first", wall).put(7, 1, "op-00001");
  const [one, other] = ["one", "other"].map((page) => new PendingVotes(shelf, page, wall));
  one?.adopt(({ page }) => page === "first");
  other?.adopt(({ page }) => page === "first");
  assert.deepEqual([one, other].map((votes) => votes && ops(votes)), [["op-00001"], []]);
});

test("a later choice in another page supersedes what never left", () => {
  const shelf = new MemoryShelf();
  const [one, other] = [new PendingVotes(shelf, "one", wall), new PendingVotes(shelf, "other", wall)];
  one.put(7, 1, "op-00001");
  other.put(7, -1, "op-00002");
  assert.deepEqual(one.letGo(), [7]);
  assert.deepEqual([ops(one), ops(other)], [[], ["op-00002"]]);
});

test("a vote that left is nobody's to drop but the page's that hears the answer", () => {
  const shelf = new MemoryShelf();
  const [one, other] = [new PendingVotes(shelf, "one", wall), new PendingVotes(shelf, "other", wall)];
  one.put(7, 1, "op-00001");
  one.mark("op-00001", { sent: true });
  other.put(7, -1, "op-00002");
  assert.deepEqual(one.letGo(), []);
  other.settle("op-00002");
  assert.deepEqual(ops(one), ["op-00001"]);
  one.settle("op-00001");
  assert.deepEqual(shelf.keys(""), []);
});

test("a page that takes over an older vote keeps its own later one", () => {
  const shelf = new MemoryShelf();
  const [one, other] = [new PendingVotes(shelf, "one", wall), new PendingVotes(shelf, "other", () => 0)];
  one.put(7, 1, "op-00001");
  shelf.setItem("imaginest.vote.op-00000", JSON.stringify({ topic: 7, sign: -1, page: "gone", at: 0 }));
  one.adopt(({ page }) => page === "gone");
  other.adopt(everybody);
  assert.deepEqual(ops(other), ["op-00001"]);
});

test("what else lies in the storage is passed over", () => {
  const shelf = new MemoryShelf();
  for (const [i, junk] of ["{", "7", "null", '{"topic":"x","sign":1}', '{"topic":7,"sign":3}'].entries()) {
    shelf.setItem(`imaginest.vote.${i}`, junk);
  }
  const votes = new PendingVotes(shelf, "page", wall);
  assert.deepEqual(votes.adopt(everybody), []);
});
