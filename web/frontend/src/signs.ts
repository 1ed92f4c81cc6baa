// The signs of a text as a reader counts them; the same count as web/post_text.py.

export const MOST_SIGNS = 140;

/** What could hide words from readers, as the server has it; the flag before it, which is made of tags, stays. */
const HIDDEN = new RegExp(
  [
    String.raw`(\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f})`,
    String.raw`[\u00ad\u034f\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\ufe00-\ufe0d\ufeff\ufff0-\ufff8]`,
    String.raw`[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]`,
    String.raw`(?<=[\ufe0e\ufe0f])[\ufe0e\ufe0f]+|(?<=[\u061c\u200c-\u200f])[\u061c\u200c-\u200f]+`,
    String.raw`(?<=\p{Script=Latin})[\u200c-\u200f]+`,
  ].join("|"),
  "gu",
);
const SPACES = /[ \t\n\v\f\r\x85\u2028\u2029]+/g;

/** One line, as the server keeps it. */
export function clean(text: string): string {
  return text.replace(HIDDEN, "$1").replace(SPACES, " ").replace(/^ | $/g, "").normalize("NFC");
}

let segmenter: Intl.Segmenter | null = null;

/** Signs (extended grapheme clusters) of a text as it was typed. */
export function countSigns(text: string): number {
  const line = clean(text);
  if (!("Segmenter" in Intl)) return countWithoutSegmenter(line);
  segmenter ??= new Intl.Segmenter("fr", { granularity: "grapheme" });
  let count = 0;
  for (const _ of segmenter.segment(line)) count++;
  return count;
}

const EXTEND = String.raw`[\p{M}\u200c\u200d\uff9e\uff9f\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]`;
const CLUSTER = new RegExp(
  [
    String.raw`\p{Regional_Indicator}{2}${EXTEND}*`,
    String.raw`\p{Extended_Pictographic}(?:(?:(?!\u200d)${EXTEND})*\u200d\p{Extended_Pictographic})*${EXTEND}*`,
    String.raw`[\u1100-\u115f]*(?:[\uac00-\ud7a3][\u1160-\u11a7]*|[\u1160-\u11a7]+)[\u11a8-\u11ff]*${EXTEND}*`,
    String.raw`(?:\P{M}|^)${EXTEND}+`,
    String.raw`[^]`,
  ].join("|"),
  "gu",
);

/** The same for browsers without Intl.Segmenter; `line` is clean. Exported for its test. */
export function countWithoutSegmenter(line: string): number {
  return line.match(CLUSTER)?.length ?? 0;
}
