import assert from "node:assert/strict";
import { test } from "node:test";
import { Notices } from "../src/notices.ts";
import type { Banner, Fresh, Notice } from "../src/wire.ts";
import { Time } from "./surroundings.ts";

const QUIET: Notice = { t: "notice", number: 1, posting: null, banner: null, paused: new Map() };

function page(): { time: Time; notices: Notices; shown: { banner: Banner | null; posting: string | null; paused: number[]; fresh: Fresh[] } } {
  const time = new Time();
  const shown = { banner: null as Banner | null, posting: "as it came" as string | null, paused: [-1], fresh: [] as Fresh[] };
  const places = {
    banner: (banner: Banner | null) => void (shown.banner = banner),
    posting: (why: string | null) => void (shown.posting = why),
    paused: (topics: ReadonlyMap<number, string>) => void (shown.paused = [...topics.keys()]),
    fresh: (fresh: readonly Fresh[]) => void shown.fresh.push(...fresh),
  };
  return { time, notices: new Notices(places, { now: time.now, after: time.after }), shown };
}

test("a page stays as it came until the server has spoken, and silence after its greeting means that all is as usual", () => {
  const { time, notices, shown } = page();
  assert.equal(shown.posting, "as it came");
  notices.opened();
  time.pass(999);
  assert.equal(shown.posting, "as it came");
  time.pass(1);
  assert.deepEqual(shown, { banner: null, posting: null, paused: [], fresh: [] });
});

test("a notice that follows the greeting holds, also after the silence would have told", () => {
  const { time, notices, shown } = page();
  notices.opened();
  notices.take({ ...QUIET, posting: "later", paused: new Map([[7, "a moment"]]) });
  time.pass(5_000);
  assert.deepEqual(shown, { banner: null, posting: "later", paused: [7], fresh: [] });
});

test("a connection that is lost before anything was told changes nothing", () => {
  const { time, notices, shown } = page();
  notices.opened();
  notices.lost();
  time.pass(5_000);
  assert.equal(shown.posting, "as it came");
});

test("a banner goes by itself when its time is over", () => {
  const { time, notices, shown } = page();
  const banner: Banner = { text: "Bonsoir", severity: "info", until: 4_000 };
  notices.take({ ...QUIET, banner });
  time.pass(3_999);
  assert.equal(shown.banner, banner);
  time.pass(1);
  assert.equal(shown.banner, null);
});
