import assert from "node:assert/strict";
import { test } from "node:test";
import { regionMap } from "../map.mjs";
import { neighbour } from "../src/elements/compass.ts";

const KEYS = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"];
const { departements } = regionMap();

function step(code: string, key: string): string | undefined {
  const from = departements.find((one) => one.code === code);
  return from && neighbour(departements, from, key)?.code;
}

test("arrows go where they point on the map", () => {
  assert.equal(step("08", "ArrowDown"), "51");
  assert.equal(step("51", "ArrowRight"), "55");
  assert.equal(step("68", "ArrowUp"), "67");
});

test("from every département the arrows lead to every other", () => {
  for (const { code } of departements) {
    const reached = new Set([code]);
    for (const here of reached) {
      for (const key of KEYS) {
        const next = step(here, key);
        if (next) reached.add(next);
      }
    }
    assert.equal(reached.size, departements.length, `from ${code} only ${[...reached].join(" ")}`);
  }
});

test("at the edge, and for other keys, there is nowhere to go", () => {
  assert.equal(step("10", "ArrowLeft"), undefined);
  assert.equal(step("10", "Enter"), undefined);
});
