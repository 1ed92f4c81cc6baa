"""The French words that code and templates share; one catalogue, also handed to the browser."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realtime.refusals import Refusal

FOLDER = Path(__file__).parent / "locale"

NARROW_SPACE = "\u202f"

_FOR_THE_BROWSER = ("refusals", "live", "own", "voters", "weather", "time", "departement", "month")


def number(value: int) -> str:
    """An integer as French writes it: thousands apart by a narrow no-break space."""
    return f"{value:,}".replace(",", NARROW_SPACE)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Sentences by section and name."""

    sections: Mapping[str, Mapping[str, Any]]

    def say(self, section: str, entry: object, /, n: int | None = None, **values: object) -> str:
        """The sentence; ``n`` fills {n} and chooses between its singular (0 and 1) and plural.

        Raises KeyError where the catalogue has no such entry: a missing word is a fault of the program.
        """
        words = self.sections[section][str(entry)]
        if isinstance(words, dict):
            words = words["one" if n is not None and abs(n) < 2 else "other"]
        return str(words).format(n="" if n is None else number(n), **values)

    def voters(self, count: int) -> str:
        """« 1 234 votants »."""
        forms = self.sections["voters"]
        return str(forms["one" if count < 2 else "other"]).format(n=number(count))

    def refusal(self, code: Refusal) -> str:
        """What a person reads where something was refused."""
        return self.say("refusals", code)

    def for_the_browser(self) -> dict[str, Mapping[str, Any]]:
        """The part that the front end's program speaks with."""
        return {name: self.sections[name] for name in _FOR_THE_BROWSER}


def load_catalogue(language: str = "fr") -> Catalogue:
    return Catalogue(json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8")))
