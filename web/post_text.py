"""What a citizen's text may be (pure): one line of at most 140 signs, counted as a reader counts them.

A sign is an extended grapheme cluster (Unicode UAX #29) after normalisation to NFC. The browser counts the same
(``web/frontend/src/signs.ts``; both read tests/web/golden/signs.json). HTML and templates' syntax are text like
any other: pages escape what they show.
"""

import unicodedata
from enum import StrEnum

import regex

from storage.values_posts import LONGEST_POST

MOST_SIGNS = 140
MOST_MARKS = 4
"""Combining marks on one sign; Hebrew and Vietnamese need at most 3 after NFC."""

MOST_IN_A_SIGN = 16
"""Code points in one sign; the longest emoji in use have 10."""

LEAST_LETTERS = 3


class TextFault(StrEnum):
    """Why a text is not taken."""

    NO_TEXT = "no-text"
    NO_WORDS = "no-words"
    TOO_LONG = "too-long"
    CONTROL = "control-character"
    DIRECTION = "direction-character"
    MARKS = "too-many-marks"
    LINK = "link"


def clean(text: str) -> str:
    """One line in NFC: line breaks and tabs are spaces, runs of spaces one, what only has no width is gone."""
    line = _SPACES.sub(" ", without_hidden(text))
    return unicodedata.normalize("NFC", line.strip(" "))


def without_hidden(text: str) -> str:
    """Without what has no look of its own and could hide words from readers; a flag keeps the tags in it."""
    shown: str = _HIDDEN.sub(r"\1", text)
    return shown


def count_signs(text: str) -> int:
    """Signs of a clean text."""
    return len(_SIGN.findall(text))


def read_text(text: str) -> str | TextFault:
    """The clean text, or the first thing that is wrong with it."""
    line = clean(text)
    if not line:
        return TextFault.NO_TEXT
    if _CONTROL.search(line):
        return TextFault.CONTROL
    if _DIRECTION.search(line):
        return TextFault.DIRECTION
    if not _VISIBLE.search(line):
        return TextFault.NO_TEXT
    if len(line) > MOST_SIGNS * MOST_IN_A_SIGN:  # whatever its signs are
        return TextFault.TOO_LONG
    signs = _SIGN.findall(line)
    if any(len(sign) > MOST_IN_A_SIGN or len(_MARK.findall(sign)) > MOST_MARKS for sign in signs):
        return TextFault.MARKS
    if len(signs) > MOST_SIGNS or len(line) > LONGEST_POST:
        return TextFault.TOO_LONG
    if _LINK.search(line):
        return TextFault.LINK
    return line if len(_LETTER.findall(line)) >= LEAST_LETTERS else TextFault.NO_WORDS


_SIGN = regex.compile(r"\X")
_HIDDEN = regex.compile(
    r"(\U0001F3F4[\U000E0030-\U000E0039\U000E0061-\U000E007A]{3,6}\U000E007F)"
    r"|[\u00AD\u034F\u17B4\u17B5\u180E\u200B\u2060-\u2065\u206A-\u206F\uFE00-\uFE0D\uFEFF\uFFF0-\uFFF8]"
    r"|[\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]"
    r"|(?<=[\uFE0E\uFE0F])[\uFE0E\uFE0F]+|(?<=[\u061C\u200C-\u200F])[\u061C\u200C-\u200F]+"
    r"|(?<=\p{Script=Latin})[\u200C-\u200F]+"
)
"""Unicode's default-ignorable code points but joiners where scripts and emoji need them, the look of an emoji,
marks of direction, and Hangul's fillers. Tags (UTS #51, annex C) are kept as the flag of a part of a country."""
_SPACES = regex.compile(r"[ \t\n\v\f\r\x85\u2028\u2029]+")
_CONTROL = regex.compile(r"[\p{Cc}\p{Cs}\uFFFE\uFFFF\uFFF9-\uFFFB]")
_DIRECTION = regex.compile(r"[\u202A-\u202E\u2066-\u2069]")
_VISIBLE = regex.compile(r"[^\p{C}\p{Z}\p{M}\u115F\u1160\u3164\uFFA0\u2800]")
_MARK = regex.compile(r"(?![\uFE00-\uFE0F\u20E3])[\p{Mn}\p{Me}]")
_LETTER = regex.compile(r"(?![\u115F\u1160\u3164\uFFA0])\p{L}")
_ENDINGS = "alsace|app|biz|com|eu|fr|info|io|lu|ly|net|org|ru|tk|tv|uk|xyz"
_LINK = regex.compile(
    r"(?:https?|ftps?|file|wss?)\s?:\s?//"
    r"|(?:java|vb)script:|data:\w+/|mailto:|\bwww\."
    r"|[\w-]\s?@[\w-]+\.\w"
    rf"|\b[\w-]{{2,}}\.(?:{_ENDINGS})(?:/|\b(?![.\w]*\p{{L}}))",
    regex.IGNORECASE,
)
"""Addresses of sites and mailboxes, without their scheme too where the ending is usual and no French word."""
