import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../src/connection.ts";
import { Words } from "../src/words.ts";
import { Time } from "./surroundings.ts";

const WORDS = new Words({ live: { "connection-lost": "Perdue.", "connection-back": "De retour.", stale: "Daté." } });

function begun(): { time: Time; line: { textContent: string }; connection: Connection } {
  const time = new Time();
  const line = { textContent: "" };
  return { time, line, connection: new Connection(line as unknown as HTMLElement, WORDS, time.after) };
}

test("a short interruption is not worth a word", () => {
  const { time, line, connection } = begun();
  connection.opened();
  connection.lost(false);
  time.pass(1_999);
  connection.opened();
  time.pass(60_000);
  assert.equal(line.textContent, "");
});

test("a longer one is told after two seconds, however many attempts failed meanwhile, and so is its end", () => {
  const { time, line, connection } = begun();
  for (let i = 0; i < 4; i += 1) {
    connection.lost(false);
    time.pass(500);
  }
  assert.equal(line.textContent, "Perdue.");
  connection.opened();
  assert.equal(line.textContent, "De retour.");
  time.pass(4_000);
  assert.equal(line.textContent, "");
});

test("figures that may be old are marked until they are fresh", () => {
  const { line, connection } = begun();
  connection.opened();
  connection.stale(true);
  assert.equal(line.textContent, "Daté.");
  connection.stale(false);
  assert.equal(line.textContent, "");
});

test("an end for good is told at once", () => {
  const { time, line, connection } = begun();
  connection.lost(false);
  connection.lost(true);
  time.pass(0);
  assert.equal(line.textContent, "Daté.");
});
