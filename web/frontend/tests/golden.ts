// The messages that the server's tests read too.
import { readFileSync } from "node:fs";
import path from "node:path";

declare const GOLDEN: string;

type Plain = Readonly<Record<string, unknown>>;

export interface GoldenMessage {
  readonly name: string;
  readonly direction: "client" | "server";
  readonly message: Plain & { readonly t: string };
  readonly json: string;
}

export interface GoldenSequence {
  readonly name: string;
  readonly snap: Plain;
  readonly deltas: readonly Plain[];
  readonly expect: { readonly version: readonly [number, number]; readonly tally: Plain };
  readonly gap?: boolean;
}

function read<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(path.join(GOLDEN, `${name}.json`), "utf8")) as T[];
}

export const messages = read<GoldenMessage>("messages");
export const sequences = read<GoldenSequence>("sequences");
