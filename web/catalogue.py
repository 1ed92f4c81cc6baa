"""The words that code and templates share, a catalogue for each language; part of it is handed to the browser."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

from realtime.refusals import Refusal
from storage.values import Theme

FOLDER = Path(__file__).parent / "locale"

NARROW_SPACE = "\u202f"

_FOR_THE_BROWSER = frozenset(
    {
        "refusals",
        "live",
        "notice",
        "own",
        "sign",
        "mine",
        "voters",
        "weather",
        "time",
        "departement",
        "posting",
        "debate",
        "contact-live",
        "statistics",
        "provenance",
    }
)

_BEFORE_SIGNS = re.compile(r"[ \u00a0]+(?=[?!;:»]|%(?!\())")
_AFTER_QUOTE = re.compile(r"(?<=«)[ \u00a0]+")
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_UNITS = (
    "votants?|votes?|voix|avis|signes|sujets?|habitants|personnes"
    "|ans|mois|jours?|heures?|minutes?|secondes?|h|min|km"
)
_AFTER_NUMBER = re.compile(rf"(?:(?<=\d)|(?<=\der)|(?<=}})|(?<=\)s))[ \u00a0]+(?=(?:{_MONTHS}|{_UNITS})\b)")


class Language(StrEnum):
    """What the pages speak; the first is what they are written in."""

    FRENCH = "fr"
    GERMAN = "de"
    ENGLISH = "en"

    @property
    def region(self) -> str:
        """CLDR's locale: how its speakers beside the Région write days and numbers."""
        return _REGIONS[self]

    @property
    def own_name(self) -> str:
        """As its speakers call it."""
        return str(Locale.parse(self.region).get_language_name(self.region)).capitalize()


_APPOINTMENTS = {
    Language.FRENCH: "EEEE d MMMM y 'à' H 'h' mm",
    Language.GERMAN: "EEEE, d. MMMM y, H:mm 'Uhr'",
    Language.ENGLISH: "EEEE d MMMM y, HH:mm",
}
_REGIONS = {Language.FRENCH: "fr_FR", Language.GERMAN: "de_DE", Language.ENGLISH: "en_GB"}


_BEFORE_PER_CENT = re.compile(r"(?<=\d)[ \u00a0]+(?=%)")
_BEFORE_DOTS = re.compile(r"[ \u00a0]+(?=…)")


def typography(text: str) -> str:
    """French spacing: what must not begin a line stays with the word before it, a unit or month with its number."""
    text = _AFTER_QUOTE.sub(NARROW_SPACE, _BEFORE_SIGNS.sub(NARROW_SPACE, text))
    return _AFTER_NUMBER.sub("\u00a0", text)


def german_typography(text: str) -> str:
    """Only the per cent sign and three dots stand apart, and stay with the word before them."""
    return _BEFORE_DOTS.sub("\u00a0", _BEFORE_PER_CENT.sub("\u00a0", text))


_TYPOGRAPHY = {Language.FRENCH: typography, Language.GERMAN: german_typography}


@dataclass(frozen=True)
class Catalogue:
    """Sentences by section and name, in one language."""

    sections: Mapping[str, Mapping[str, Any]]
    language: Language = Language.FRENCH
    translations: NullTranslations = field(default_factory=NullTranslations, compare=False)
    """Of what the templates say in French."""

    themes: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The themes' French names in this language."""

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(self.language.region)

    def say(self, section: str, entry: object, /, n: int | None = None, **values: object) -> str:
        """The sentence; ``n`` fills {n} and chooses between its singular (in French 0 and 1) and plural.

        Raises KeyError where the catalogue has no such entry: a missing word is a fault of the program.
        """
        words = self.sections[section][str(entry)]
        if isinstance(words, dict):
            words = words["other" if n is None else self._form(n)]
        return str(words).format(n="" if n is None else self.number(n), **values)

    def _form(self, n: int) -> str:
        """CLDR's plural form; the few large round numbers that French treats apart count as others."""
        return "one" if self.locale.plural_form(abs(n)) == "one" else "other"

    def number(self, value: int) -> str:
        """An integer as the language writes it."""
        return format_decimal(value, locale=self.locale)

    def percent(self, value: int) -> str:
        """« 62 % » of 62."""
        return self.typography(format_percent(value / 100, locale=self.locale))

    def day(self, at: date) -> str:
        """« 12 mars 2027 »."""
        return self.typography(format_date(at, "long", locale=self.locale))

    def moment(self, at: datetime, in_seconds: bool = False) -> str:
        """« 12 mars, 14:05 », or « 12 mars, 14:05:10 »; ``at`` is in the Région's own time."""
        day = self.typography(format_skeleton("MMMMd", at, locale=self.locale))
        return f"{day}, {format_time(at, 'medium' if in_seconds else 'short', locale=self.locale)}"

    def appointment(self, at: datetime) -> str:
        """« mardi 1er décembre 2026 à 18 h 30 »; ``at`` is in the Région's own time."""
        pattern = _APPOINTMENTS[self.language]
        if self.language is Language.FRENCH:
            pattern = pattern.replace("d", "d'er'") if at.day == 1 else pattern
            pattern = pattern.removesuffix(" mm") if at.minute == 0 else pattern
        return self.typography(format_datetime(at, pattern, locale=self.locale))

    def voters(self, count: int) -> str:
        """« 1 234 votants »."""
        forms = self.sections["voters"]
        return str(forms[self._form(count)]).format(n=self.number(count))

    def typography(self, text: str) -> str:
        """The spacing that the language asks for before and after its signs."""
        return _TYPOGRAPHY.get(self.language, str)(text)

    def theme(self, theme: Theme) -> str:
        """In this language where the catalogue knows the theme under its name of today; else as it is stored."""
        return self.themes.get(theme.name, theme.name)

    def refusal(self, code: Refusal) -> str:
        """What a person reads where something was refused."""
        return self.say("refusals", code)

    def for_the_browser(self) -> dict[str, Mapping[str, Any]]:
        """The part that the front end's program speaks with."""
        return {name: self.sections[name] for name in _FOR_THE_BROWSER}


def load_catalogue(language: Language = Language.FRENCH) -> Catalogue:
    sections = _sections(language)
    if language is Language.FRENCH:
        sections |= _console_sections(sections)
        sections = {name: _spaced_out(entries) for name, entries in sections.items()}
    french = _sections(Language.FRENCH)["theme"]
    themes = {french[slug]: name for slug, name in sections["theme"].items()}
    return Catalogue(sections, language, _translations(language), themes)


def _sections(language: Language) -> dict[str, dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = json.loads(
        (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    )
    return sections


def _spaced_out(entries: Mapping[str, Any]) -> dict[str, Any]:
    """A section of the French catalogue, the forms of a plural too, with French spacing."""
    return {
        name: typography(words) if isinstance(words, str) else _spaced_out(words)
        for name, words in entries.items()
    }


def _console_sections(others: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """What staff read: in French only. Raises ValueError where a section has a name that is taken."""
    sections: dict[str, dict[str, Any]] = json.loads((FOLDER / "console.json").read_text(encoding="utf-8"))
    if taken := sections.keys() & others.keys():
        raise ValueError(f"sections of console.json that fr.json has too: {sorted(taken)}")
    return sections


class _French(NullTranslations):
    """What the templates say, with French spacing."""

    def gettext(self, message: str) -> str:
        return _spaced(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _spaced(super().ngettext(msgid1, msgid2, n))

    ugettext, ungettext = gettext, ngettext
    """By these names Babel's class is asked, where it has them."""


_spaced = cache(typography)


@cache
def _translations(language: Language) -> NullTranslations:
    """What the templates' French is called in another language; read once, to read it takes longest at a start."""
    if language is Language.FRENCH:
        return _French()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=str(language)))
    compiled.seek(0)
    return Translations(compiled)
