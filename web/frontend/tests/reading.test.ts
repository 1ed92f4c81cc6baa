import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Announcer } from "../src/announcer.ts";
import { Clock, timeLeft } from "../src/clock.ts";
import { GAUGE_FROM, share, weather } from "../src/share.ts";
import { Words, number, percent } from "../src/words.ts";
import { Time } from "./surroundings.ts";

const HOUR = 3_600_000;

test("shares are whole per cents that make 100, halves rounded up", () => {
  assert.deepEqual(share({ plus: 0, minus: 0 }), { plus: 50, minus: 50, ratio: 0.5, lean: 0 });
  assert.deepEqual(share({ plus: 1, minus: 7 }), { plus: 13, minus: 87, ratio: 0.125, lean: 3 });
  assert.deepEqual(share({ plus: 9, minus: 0 }), { plus: 100, minus: 0, ratio: 1, lean: -4 });
  assert.deepEqual(share({ plus: 2, minus: 1 }), { plus: 67, minus: 33, ratio: 0.6667, lean: -1.33 });
});

test("the weather goes by exact shares, from 30 voters on", () => {
  const sky = (plus: number, minus: number): string => weather({ plus, minus });
  assert.equal(sky(29, 0), "fog");
  assert.deepEqual([sky(75, 25), sky(749, 251), sky(60, 40), sky(59, 41), sky(40, 60)], ["sun", "bright", "bright", "clouds", "rain"]);
  assert.deepEqual([sky(399, 601), sky(25, 75), sky(249, 751)], ["rain", "storm", "storm"]);
});

declare const GOLDEN: string;

interface Looks {
  readonly voters: number;
  readonly gauge: boolean;
  readonly weather: string;
  readonly plus: readonly number[];
  readonly ratio: readonly number[];
  readonly lean: readonly number[];
}

test("every ratio looks as the server draws it", () => {
  const file = path.join(GOLDEN, "..", "..", "web", "golden", "weather.json");
  const table = JSON.parse(readFileSync(file, "utf8")) as readonly Looks[];
  assert.ok(table.length > 60);
  for (const row of table) {
    const { voters } = row;
    const counts = Array.from({ length: voters + 1 }, (_, plus) => ({ plus, minus: voters - plus }));
    const shares = counts.map(share);
    const looks = {
      voters,
      gauge: voters >= GAUGE_FROM,
      weather: counts.map(weather).join(" "),
      plus: shares.map(({ plus }) => plus),
      ratio: shares.map(({ ratio }) => ratio),
      lean: shares.map(({ lean }) => lean + 0), // level is no -0
    };
    assert.deepEqual(looks, row);
  }
});

test("numbers and per cents are written as French does", () => {
  assert.equal(number(1234567), "1\u202f234\u202f567");
  assert.equal(percent(62), "62\u202f%");
});

test("words are filled in, with the singular for 0 and 1 and French spacing", () => {
  const words = new Words({
    live: { place: "{name} : {plus} % de plus" },
    time: { days: { one: "encore {n} jour", other: "encore {n} jours" } },
    voters: { one: "{n} votant", other: "{n} votants" },
    refusals: { "try-again": "Réessayez.", closed: "Terminé." },
  });
  assert.equal(words.say("live", "place", { name: "Meuse", plus: 5 }), "Meuse\u202f: 5\u202f% de plus");
  assert.equal(words.say("time", "days", { n: 1 }), "encore 1 jour");
  assert.equal(words.say("time", "days", { n: 12 }), "encore 12 jours");
  assert.deepEqual([words.voters(0), words.voters(1), words.voters(2000)], ["0 votant", "1 votant", "2\u202f000 votants"]);
  assert.equal(words.refusal("closed"), "Terminé.");
  assert.equal(words.refusal("of-a-newer-server"), "Réessayez.");
  assert.equal(words.say("live", "missing"), "");
});

test("the time left is the largest whole unit, rounded down", () => {
  assert.deepEqual(timeLeft(49 * HOUR, 0), { phrase: "days", n: 2 });
  assert.deepEqual(timeLeft(24 * HOUR - 1, 0), { phrase: "hours", n: 23 });
  assert.deepEqual(timeLeft(HOUR - 1, 0), { phrase: "minutes", n: 59 });
  assert.deepEqual(timeLeft(59_999, 0), { phrase: "moments" });
  assert.deepEqual(timeLeft(5, 5), { phrase: "closed" });
});

test("the clock is the server's", () => {
  let wall = 1_000;
  const clock = new Clock(() => wall);
  clock.set(61_000);
  wall += 500;
  assert.equal(clock.now(), 61_500);
});

test("announcements are at most one in twenty seconds, and always the newest", () => {
  const time = new Time();
  const said: string[] = [];
  const announcer = new Announcer((text) => said.push(text), time.now, time.after);
  announcer.say("one");
  announcer.say("two");
  time.pass(10_000);
  announcer.say("three");
  time.pass(9_999);
  assert.deepEqual(said, ["one"]);
  time.pass(1);
  assert.deepEqual(said, ["one", "three"]);
  time.pass(60_000);
  assert.deepEqual(said, ["one", "three"]);
});
