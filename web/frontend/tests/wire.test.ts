import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientMessage, ServerMessage, Subscription } from "../src/wire.ts";
import { encode, parse, topicOf } from "../src/wire.ts";
import { messages } from "./golden.ts";

/** As the wire carries it, for comparison: maps become objects. */
function plain(message: ServerMessage | { t: string }): unknown {
  const replaced = JSON.stringify(message, (_, value: unknown) => {
    if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>);
    if (typeof value === "object" && value !== null && "headline" in value) {
      const { headline, voters, series } = value as { headline: object | null; voters: number; series: unknown };
      return headline ? { ...headline, voters, series } : { voters };
    }
    return value;
  });
  return JSON.parse(replaced);
}

for (const { name, direction, message, json } of messages) {
  if (direction === "server") {
    test(`reads ${name}`, () => assert.deepEqual(plain(parse(json)), message));
  } else {
    test(`writes ${name} as the server reads it`, () => {
      const subs = (message.subs as Partial<Subscription>[] | undefined)?.map((sub) => ({ at: null, seen: null, ...sub }));
      const sent = (subs ? { t: "sub", subs } : message) as ClientMessage;
      assert.equal(encode(sent), json);
    });
  }
}

test("a message of a newer server is passed over", () => {
  assert.deepEqual(parse('{"t":"fanfare","loud":true}'), { t: "unknown" });
  assert.deepEqual(parse('{"t":"constructor"}'), { t: "unknown" });
});

const BROKEN = [
  "",
  "plus",
  "[]",
  "null",
  '{"t":"snap","channel":"topic:7","version":[1],"tally":{"voters":1}}',
  '{"t":"snap","channel":"topic:7","version":[1,2],"tally":{"voters":-1}}',
  '{"t":"snap","channel":"topic:7","version":[1,2],"tally":{"voters":1,"plus":1}}',
  '{"t":"snap","channel":"topic:7","version":[1,2],"tally":{"voters":1.5}}',
  '{"t":"delta","channel":"topic:7","base":[1,2],"version":[1,3],"changed":{"plus":"4"}}',
  '{"t":"delta","channel":"topic:7","base":[1,2],"version":[1,3],"changed":{"series":{"dep:57":{"plus":1}}}}',
  '{"t":"delta","channel":7,"base":[1,2],"version":[1,3],"changed":{}}',
  '{"t":"ack","op":"abcdefgh","topic":7,"sign":2,"seen":"x"}',
  '{"t":"ack","op":"abcdefgh","topic":7,"sign":true,"seen":"x"}',
  '{"t":"no","retry":true}',
  '{"t":"bye"}',
];
for (const json of BROKEN) {
  test(`takes nothing from ${json || "an empty message"}`, () => assert.equal(parse(json).t, "broken"));
}

test("a channel names its topic", () => {
  assert.equal(topicOf("topic:7"), 7);
  for (const other of ["topic:0", "topic:07", "topic:", "screen:metz", "topic:7x"]) assert.equal(topicOf(other), null);
});
