"""Themes and directions as the console edits them, and what they may be called (pure)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

LONGEST_THEME = 80
LONGEST_SLUG = 40


class ThemeFault(StrEnum):
    """Why a theme or a direction was not changed; the console says what to do."""

    UNKNOWN = "unknown"
    NO_NAME = "no-name"
    LONG_NAME = "long-name"
    BAD_SIGNS = "bad-signs"
    TAKEN = "taken"
    CHANGED = "changed"
    UNKNOWN_DIRECTION = "unknown-direction"
    LAST = "last"
    BAD_OP = "bad-op"
    NOT_A_REFERENT = "not-a-referent"
    ONLY_THEME = "only-theme"


@dataclass(frozen=True, slots=True)
class Direction:
    id: int
    name: str
    retired_at: int | None = None
    themes: tuple[str, ...] = ()
    """The names of the themes that it answers for."""


@dataclass(frozen=True, slots=True)
class ThemeEntry:
    """A theme as it is kept; ``number`` is that of its newest version (0: as the program brought it)."""

    id: int
    slug: str
    name: str
    number: int
    direction: Direction | None
    retired_at: int | None
    topics: int
    referents: tuple[tuple[int, str], ...]
    """Who answers for it: account and name."""


def name_fault(name: str, longest: int) -> ThemeFault | None:
    if not name:
        return ThemeFault.NO_NAME
    if any(unicodedata.category(sign).startswith("C") for sign in name):
        return ThemeFault.BAD_SIGNS
    return ThemeFault.LONG_NAME if len(name) > longest else None


def slug_of(name: str, taken: frozenset[str]) -> str:
    """What addresses call a theme of this name: letters and digits without accents, and none that is taken."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if sign.isascii())
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: LONGEST_SLUG - 4].strip("-") or "theme"
    number = 2
    found = slug
    while found in taken:
        found, number = f"{slug}-{number}", number + 1
    return found
