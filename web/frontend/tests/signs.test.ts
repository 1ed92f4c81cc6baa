import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { clean, countSigns, countWithoutSegmenter } from "../src/signs.ts";

declare const GOLDEN: string;

interface Counted {
  readonly name: string;
  readonly text: string;
  readonly signs: number;
}

const file = path.join(GOLDEN, "..", "..", "web", "golden", "signs.json");
const table = JSON.parse(readFileSync(file, "utf8")) as readonly Counted[];

for (const { name, text, signs } of table) {
  test(`signs are counted as the server counts them: ${name}`, () => {
    assert.equal(countSigns(text), signs);
  });
  test(`without a segmenter too: ${name}`, () => {
    assert.equal(countWithoutSegmenter(clean(text)), signs);
  });
}
