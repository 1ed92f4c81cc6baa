// The catalogue's words, handed over by the page, and how French writes numbers.

type Forms = Readonly<Record<"one" | "other", string>>;
export type Section = Readonly<Record<string, string | Forms>>;
export type Sections = Readonly<Record<string, Section>>;

const NARROW = "\u202f";
const whole = new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 0 });

/** Thousands apart by a narrow no-break space. */
export function number(value: number): string {
  return whole.format(value);
}

/** « 62 % ». */
export function percent(value: number): string {
  return `${whole.format(value)}${NARROW}%`;
}

/** What must not stand at the beginning of a line is kept with the word before it. */
export function typography(text: string): string {
  return text.replace(/[ \u00a0]+(?=[?!;:»%])/g, NARROW).replace(/(?<=«)[ \u00a0]+/g, NARROW);
}

export class Words {
  constructor(private readonly sections: Sections) {}

  has(section: string, name: string): boolean {
    return this.sections[section]?.[name] !== undefined;
  }

  /** A sentence; a number called `n` chooses between its singular (0 and 1) and plural. Empty where missing. */
  say(section: string, name: string, values: Readonly<Record<string, string | number>> = {}): string {
    const entry = this.sections[section]?.[name] ?? "";
    const n = values.n;
    const form = typeof entry === "string" ? entry : entry[typeof n === "number" && n < 2 ? "one" : "other"];
    const filled = form.replace(/\{(\w+)\}/g, (whole, key: string) => {
      const value = values[key];
      return value === undefined ? whole : typeof value === "number" ? number(value) : value;
    });
    return typography(filled);
  }

  /** « 1 234 votants ». */
  voters(n: number): string {
    const forms = this.sections.voters as unknown as Forms | undefined;
    return (forms?.[n < 2 ? "one" : "other"] ?? "{n}").replace("{n}", number(n));
  }

  refusal(code: string): string {
    return this.say("refusals", this.has("refusals", code) ? code : "try-again");
  }
}

let words: Words | null = null;

/** The words of this page. */
export function pageWords(): Words {
  words ??= new Words(JSON.parse(document.getElementById("words")?.textContent || "{}") as Sections);
  return words;
}
