// How a German page's program writes words and numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Words, number, percent, typography } from "../src/words.ts";

Object.assign(globalThis, { document: { documentElement: { lang: "de" } } });

test("thousands and per cents are written as Germans do", () => {
  assert.equal(number(1_234_567), "1.234.567");
  assert.equal(percent(62), "62\u00a0%");
});

test("a colon stays with its word, a per cent sign with its number", () => {
  assert.equal(typography("Meuse: 62 % Plus …"), "Meuse: 62\u00a0% Plus\u00a0…");
});

test("none are many, as German counts", () => {
  const words = new Words({ voters: { one: "{n} Stimme", other: "{n} Stimmen" } });
  assert.deepEqual([0, 1, 2].map((n) => words.voters(n)), ["0 Stimmen", "1 Stimme", "2 Stimmen"]);
});
