// The catalogue's words, handed over by the page, and how its language writes numbers.

type Forms = Readonly<Record<"one" | "other", string>>;
export type Section = Readonly<Record<string, string | Forms>>;
export type Sections = Readonly<Record<string, Section>>;

const NARROW = "\u202f";
const REGIONS: Readonly<Record<string, string>> = { fr: "fr-FR", de: "de-DE", en: "en-GB" };

/** As web/catalogue.py has it; the words of the catalogue come with their spacing, what is put into them here has none yet. */
const AFTER_NUMBER =
  /(?<=\d|\der)[ \u00a0]+(?=(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|votants?)(?!\p{L}))/gu;

/** The page's language, as its speakers beside the Région write it. */
export function region(): string {
  const language = globalThis.document?.documentElement?.lang ?? "";
  return REGIONS[language] ?? "fr-FR";
}

/** `element`, which holds a text in `language`, marked where that is not the page's. */
export function inLanguage<E extends HTMLElement>(element: E, language: string): E {
  if (language !== document.documentElement.lang) element.lang = language;
  return element;
}

let whole: Intl.NumberFormat | null = null;
let perCent: Intl.NumberFormat | null = null;
let plurals: Intl.PluralRules | null = null;

/** An integer, its thousands apart as the language writes them. */
export function number(value: number): string {
  whole ??= new Intl.NumberFormat(region(), { maximumFractionDigits: 0 });
  return whole.format(value);
}

/** « 62 % » of 62. */
export function percent(value: number): string {
  perCent ??= new Intl.NumberFormat(region(), { style: "percent", maximumFractionDigits: 0 });
  return typography(perCent.format(value / 100));
}

/** What must not stand at the beginning of a line is kept with the word before it: much in French, little in German. */
export function typography(text: string): string {
  if (region() === "en-GB") return text;
  if (region() === "de-DE") return text.replace(/[ \u00a0]+(?=…)|(?<=\d)[ \u00a0]+(?=%)/g, "\u00a0");
  const signed = text.replace(/[ \u00a0]+(?=[?!;:»%])/g, NARROW).replace(/(?<=«)[ \u00a0]+/g, NARROW);
  return signed.replace(AFTER_NUMBER, "\u00a0");
}

/** The large round numbers that French treats apart count as others. */
function pluralForm(n: number): "one" | "other" {
  plurals ??= new Intl.PluralRules(region());
  return plurals.select(n) === "one" ? "one" : "other";
}

export class Words {
  constructor(private readonly sections: Sections) {}

  has(section: string, name: string): boolean {
    return this.sections[section]?.[name] !== undefined;
  }

  /** A sentence; a number called `n` chooses between its singular (in French 0 and 1) and plural. Empty where missing. */
  say(section: string, name: string, values: Readonly<Record<string, string | number>> = {}): string {
    const entry = this.sections[section]?.[name] ?? "";
    const n = values.n;
    const form = typeof entry === "string" ? entry : entry[typeof n === "number" ? pluralForm(n) : "other"];
    const filled = form.replace(/\{(\w+)\}/g, (whole, key: string) => {
      const value = values[key];
      return value === undefined ? whole : typeof value === "number" ? number(value) : value;
    });
    return typography(filled);
  }

  /** « 1 234 votants ». */
  voters(n: number): string {
    const forms = this.sections.voters as unknown as Forms | undefined;
    return (forms?.[pluralForm(n)] ?? "{n}").replace("{n}", number(n));
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
