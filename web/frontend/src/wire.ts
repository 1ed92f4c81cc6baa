// The wire's messages as the browser speaks them (pure): channels/PROTOCOL.md in JSON.
import type { Changes, Counts, Sign, Tally, Version } from "./tally.ts";

export const SUBPROTOCOL = "imaginest.v1.json";
export const PROTOCOL = 1;

export interface Subscription {
  readonly channel: string;
  readonly at: Version | null;
  readonly seen: string | null;
  /** The version of a tally whose results are hidden; where no websocket passes it spares sending that again. */
  readonly hiddenAt?: Version | null;
}

export type ClientMessage =
  | { readonly t: "sub"; readonly subs: readonly Subscription[] }
  | { readonly t: "unsub"; readonly channels: readonly string[] }
  | { readonly t: "vote"; readonly topic: number; readonly sign: Sign; readonly op: string }
  | { readonly t: "resync"; readonly channel: string }
  | { readonly t: "pong" }
  | { readonly t: "clock"; readonly sent: number };

export interface Hello {
  readonly t: "hello";
  readonly protocol: number;
  readonly time: number;
  readonly ping: number;
}
export interface Snap {
  readonly t: "snap";
  readonly channel: string;
  readonly version: Version;
  readonly tally: Tally;
}
export interface Delta {
  readonly t: "delta";
  readonly channel: string;
  readonly base: Version;
  readonly version: Version;
  readonly changed: Changes;
}
export interface Ack {
  readonly t: "ack";
  readonly op: string;
  readonly topic: number;
  readonly sign: Sign;
  readonly seen: string;
}
export interface No {
  readonly t: "no";
  readonly code: string;
  readonly retry: boolean;
  readonly op?: string;
  readonly channel?: string;
}
export interface Bye {
  readonly t: "bye";
  readonly within: number;
}
export interface Watching {
  readonly t: "watching";
  readonly channel: string;
  readonly watching: number;
}
/** What became of a topic; another number with each step that is told. */
export interface Steps {
  readonly t: "steps";
  readonly channel: string;
  readonly number: number;
}
export type Severity = "info" | "warning";
export interface Banner {
  readonly text: string;
  readonly severity: Severity;
  /** In ms since 1970; null: until it is taken away. */
  readonly until: number | null;
}
/** What the Région has begun to ask, and when (ms since 1970). */
/** What opened a short while ago. */
export interface Fresh {
  readonly sort: "topic" | "questionnaire" | "campaign";
  readonly id: number;
  readonly title: string;
  readonly opened: number;
}
/** What staff have switched for everybody; `paused` says of topics why they take no votes. */
export interface Notice {
  readonly t: "notice";
  readonly number: number;
  readonly posting: string | null;
  readonly banner: Banner | null;
  readonly paused: ReadonlyMap<number, string>;
  readonly fresh?: readonly Fresh[];
}
/** What waits for staff, in numbers. */
export interface DeskLoad {
  readonly t: "desk";
  readonly mark: number;
  readonly waiting: number;
  readonly oldest: number | null;
  readonly themes: ReadonlyMap<string, number>;
  readonly reports: number;
  readonly contact: number;
}
/** The server's clock (ms since 1970) when it was asked with `sent`. */
export interface Time {
  readonly t: "time";
  readonly sent: number;
  readonly time: number;
}
export type Mode = "off" | "rehearsal" | "live" | "over";
/** What is on in an event or on a hall's screen; instants are ms since 1970 by the server's clock. */
export interface Show {
  readonly t: "show";
  readonly channel: string;
  readonly event: number | null;
  readonly program: number;
  readonly number: number;
  readonly mode: Mode;
  readonly step: number | null;
  readonly since: number;
  readonly at: number;
  readonly before: number | null;
  readonly paused: number | null;
  readonly late: number;
  readonly held: boolean;
}
export interface Plain {
  readonly t: "stale" | "fresh" | "ping";
}
/** `unknown` is a message of a newer server, to be passed over; `broken` is none at all. */
export interface Misread {
  readonly t: "unknown" | "broken";
}
export type ServerMessage =
  | Hello
  | Snap
  | Delta
  | Ack
  | No
  | Bye
  | Watching
  | Steps
  | Notice
  | DeskLoad
  | Time
  | Show
  | Plain;

export function topicChannel(topic: number): string {
  return `topic:${topic}`;
}

export function topicOf(channel: string): number | null {
  const match = /^topic:([1-9][0-9]{0,15})$/.exec(channel);
  return match ? Number(match[1]) : null;
}

export function encode(message: ClientMessage): string {
  if (message.t !== "sub") return JSON.stringify(message);
  const subs = message.subs.map(({ channel, at, seen }) => ({
    channel,
    ...(at ? { at } : {}),
    ...(seen ? { seen } : {}),
  }));
  return JSON.stringify({ t: "sub", subs });
}

export function parse(text: string): ServerMessage | Misread {
  try {
    const plain = fields(JSON.parse(text));
    const read = typeof plain.t === "string" && Object.hasOwn(READERS, plain.t) ? READERS[plain.t] : undefined;
    return read ? read(plain) : { t: "unknown" };
  } catch {
    return { t: "broken" };
  }
}

type Fields = Readonly<Record<string, unknown>>;

const READERS: Readonly<Record<string, (plain: Fields) => ServerMessage>> = {
  hello: ({ protocol, time, ping }) => ({
    t: "hello",
    protocol: integer(protocol),
    time: integer(time),
    ping: integer(ping),
  }),
  snap: ({ channel, version, tally }) => ({
    t: "snap",
    channel: text(channel),
    version: versionOf(version),
    tally: tallyOf(tally),
  }),
  delta: ({ channel, base, version, changed }) => ({
    t: "delta",
    channel: text(channel),
    base: versionOf(base),
    version: versionOf(version),
    changed: changesOf(changed),
  }),
  ack: ({ op, topic, sign, seen }) => ({
    t: "ack",
    op: text(op),
    topic: integer(topic),
    sign: signOf(sign),
    seen: text(seen),
  }),
  no: ({ code, retry, op, channel }) => ({
    t: "no",
    code: text(code),
    retry: retry === true,
    ...(op === undefined ? {} : { op: text(op) }),
    ...(channel === undefined ? {} : { channel: text(channel) }),
  }),
  stale: () => ({ t: "stale" }),
  fresh: () => ({ t: "fresh" }),
  ping: () => ({ t: "ping" }),
  watching: ({ channel, watching }) => ({ t: "watching", channel: text(channel), watching: integer(watching) }),
  steps: ({ channel, number }) => ({ t: "steps", channel: text(channel), number: integer(number) }),
  notice: ({ number, posting, banner, paused, fresh }) => ({
    t: "notice",
    number: integer(number),
    posting: posting === null ? null : text(posting),
    banner: banner === null ? null : bannerOf(banner),
    paused: new Map(Object.entries(fields(paused)).map(([topic, why]) => [Number(topic), text(why)])),
    ...(fresh === undefined ? {} : { fresh: list(fresh).map(freshOf) }),
  }),
  desk: ({ mark, waiting, oldest, themes, reports, contact }) => ({
    t: "desk",
    mark: integer(mark),
    waiting: integer(waiting),
    oldest: oldest === null ? null : integer(oldest),
    themes: new Map(Object.entries(fields(themes)).map(([theme, posts]) => [theme, integer(posts)])),
    reports: integer(reports),
    contact: integer(contact),
  }),
  time: ({ sent, time }) => ({ t: "time", sent: integer(sent), time: integer(time) }),
  show: ({ channel, event, program, number, mode, step, since, at, before, paused, late, held }) => ({
    t: "show",
    channel: text(channel),
    event: maybe(event),
    program: integer(program),
    number: integer(number),
    mode: modeOf(mode),
    step: maybe(step),
    since: integer(since),
    at: integer(at),
    before: maybe(before),
    paused: maybe(paused),
    late: integer(late ?? 0),
    held: held === true,
  }),
  bye: ({ within }) => ({ t: "bye", within: integer(within) }),
};

class Wrong extends Error {}

function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Wrong();
  return value as Fields;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Wrong();
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Wrong();
  return value;
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Wrong();
  return value as number;
}

function maybe(value: unknown): number | null {
  return value === null ? null : integer(value);
}

function modeOf(value: unknown): Mode {
  if (value !== "off" && value !== "rehearsal" && value !== "live" && value !== "over") throw new Wrong();
  return value;
}

function bannerOf(value: unknown): Banner {
  const { text: told, severity, until } = fields(value);
  if (severity !== "info" && severity !== "warning") throw new Wrong();
  return { text: text(told), severity, until: until === null ? null : integer(until) };
}

function freshOf(value: unknown): Fresh {
  const { sort, id, title, opened } = fields(value);
  if (sort !== "topic" && sort !== "questionnaire" && sort !== "campaign") throw new Wrong();
  return { sort, id: integer(id), title: text(title), opened: integer(opened) };
}

function signOf(value: unknown): Sign {
  if (value !== 1 && value !== 0 && value !== -1) throw new Wrong();
  return value;
}

/** A version as the wire and the page's `data-version` carry it. Throws where it is none. */
export function versionOf(value: unknown): Version {
  if (!Array.isArray(value) || value.length !== 2) throw new Wrong();
  return [integer(value[0]), integer(value[1])];
}

function countsOf(value: unknown): Counts {
  const { plus, minus } = fields(value);
  return { plus: integer(plus), minus: integer(minus) };
}

/** A public tally as the wire and the page carry it. Throws where it is none. */
export function tallyOf(value: unknown): Tally {
  const plain = fields(value);
  const voters = integer(plain.voters);
  if (plain.plus === undefined && plain.minus === undefined) return { voters, headline: null, series: new Map() };
  const series = Object.entries(fields(plain.series ?? {}));
  return { voters, headline: countsOf(plain), series: new Map(series.map(([key, c]) => [key, countsOf(c)])) };
}

function changesOf(value: unknown): Changes {
  const { plus, minus, voters, series } = fields(value);
  return {
    ...(plus === undefined ? {} : { plus: integer(plus) }),
    ...(minus === undefined ? {} : { minus: integer(minus) }),
    ...(voters === undefined ? {} : { voters: integer(voters) }),
    ...(series === undefined ? {} : { series: seriesOf(series) }),
  };
}

function seriesOf(value: unknown): ReadonlyMap<string, Counts | null> {
  return new Map(Object.entries(fields(value)).map(([key, c]) => [key, c === null ? null : countsOf(c)]));
}
