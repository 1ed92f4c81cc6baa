import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { bestFirst } from "../src/ranking.ts";

declare const GOLDEN: string;

interface Case {
  readonly contenders: readonly (readonly [number, number, number])[];
  readonly best: readonly number[];
}

const file = path.join(GOLDEN, "..", "..", "realtime", "golden", "ranking.json");

for (const { contenders, best } of JSON.parse(readFileSync(file, "utf8")) as readonly Case[]) {
  test(`arguments are ranked as the server ranks them: ${best.join(", ")}`, () => {
    const ranked = bestFirst(contenders.map(([id, plus, minus]) => ({ id, counts: { plus, minus } })));
    assert.deepEqual(ranked.map(({ id }) => id), best);
  });
}
