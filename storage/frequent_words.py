"""Which words people use most (pure): one of a stem, as most of them write it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from storage.words import forms, stem

LEAST_TEXTS = 2
"""A word that only one person used is nobody else's."""

LEAST_SIGNS = 4
"""Shorter words that are no stop words are mostly numbers and abbreviations."""

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
"""A compound is one word: « week-end » says more than « week »."""

_INVERTED = re.compile(
    r"(?:-t)?-(?:il|ils|elle|elles|on|je|tu|nous|(?<!rendez-)vous|ce|y|en|le|la|les|lui|leur|moi|toi|là|ci)$"
)
"""What only stands behind a verb or points: « propose-t-on », « ceux-là »."""


@dataclass(frozen=True, slots=True)
class FrequentWord:
    word: str
    texts: int
    """In how many texts it stands."""


def frequent_words(
    texts: Iterable[str], most: int, refused: frozenset[str] = frozenset()
) -> list[FrequentWord]:
    """The words that stand in most texts, however often each repeats them; none that folds to a ``refused`` one."""
    counts: Counter[str] = Counter()
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        found: dict[str, str] = {}
        for written_so in _WORD.findall(text.lower()):
            word = _INVERTED.sub("", written_so)
            parts = forms(word)
            if len(word) >= LEAST_SIGNS and parts and refused.isdisjoint(parts):
                found.setdefault("-".join(map(stem, parts)), word)
        counts.update(found.keys())
        for root, word in found.items():
            written[root][word] += 1
    often = sorted((-texts, root) for root, texts in counts.items() if texts >= LEAST_TEXTS)
    return [FrequentWord(written[root].most_common(1)[0][0], -texts) for texts, root in often[:most]]
