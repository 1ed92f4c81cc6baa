"""What a moderator is shown beside a text (pure): marks, each with its reason, that decide nothing.

Rude words come from a maintained list; the rest are rules of thumb, made to mark too much rather than too little.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from web.console.screening_persons import address_spans, name_spans
from web.console.screening_rude import rude_spans

PHONE_REGIONS = ("FR", "LU", "DE", "BE", "CH")
CAPITALS_FROM = 12
CAPITALS_SHARE = 0.7


class Concern(StrEnum):
    """In the order in which they go before one another where two meet."""

    EMAIL = "email"
    LINK = "link"
    PHONE = "phone"
    ADDRESS = "address"
    RUDE = "rude"
    NAME = "name"
    CAPITALS = "capitals"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the text; ``concern`` is None where there is nothing to say about it."""

    text: str
    concern: Concern | None = None


@dataclass(frozen=True, slots=True)
class Screened:
    """The whole text in parts, and what was found, each once."""

    parts: tuple[Part, ...]
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    concern: Concern


def screen(text: str, rude: Mapping[str, int]) -> Screened:
    """``rude``: folded words and phrases with how sure it is that they are, from 0 to 2."""
    found = [*_emails(text), *_links(text), *_phones(text)]
    found += [_Found(start, end, Concern.ADDRESS) for start, end in address_spans(text)]
    found += [_Found(start, end, Concern.RUDE) for start, end in rude_spans(text, rude)]
    is_shouted = _is_shouted(text)
    if not is_shouted:  # in capitals every word looks like a name
        found += [_Found(start, end, Concern.NAME) for start, end in name_spans(text)]
    order = list(Concern)
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: (order.index(one.concern), one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    kept.sort(key=lambda one: one.start)
    concerns = {one.concern for one in kept} | ({Concern.CAPITALS} if is_shouted else set())
    return Screened(tuple(_parts(text, kept)), tuple(one for one in order if one in concerns))


def _parts(text: str, found: list[_Found]) -> Iterator[Part]:
    at = 0
    for one in found:
        if one.start > at:
            yield Part(text[at : one.start])
        yield Part(text[one.start : one.end], one.concern)
        at = one.end
    if at < len(text):
        yield Part(text[at:])


_EMAIL = re.compile(r"[\w.+-]+ ?(?:@|\(at\)|\[at\]| arobase ) ?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:fr|com|org|net|eu|de|lu|be|ch|io|info|alsace|me|ly)\b(?:/\S*)?",
    re.IGNORECASE,
)


def _emails(text: str) -> Iterator[_Found]:
    for match in _EMAIL.finditer(text):
        yield _Found(match.start(), match.end(), Concern.EMAIL)


def _links(text: str) -> Iterator[_Found]:
    for match in _LINK.finditer(text):
        yield _Found(match.start(), match.start() + len(match[0].rstrip(".,;:!?)»")), Concern.LINK)


def _phones(text: str) -> Iterator[_Found]:
    import phonenumbers  # tables of every country: loaded with the first text that somebody screens

    for region in PHONE_REGIONS:
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            if match.raw_string.lstrip("(")[:1] in {"0", "+"}:  # else years and sums would be local numbers
                yield _Found(match.start, match.end, Concern.PHONE)


def _is_shouted(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) >= CAPITALS_FROM and sum(map(str.isupper, letters)) >= CAPITALS_SHARE * len(letters)
