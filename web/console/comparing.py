"""What differs between two versions of a text, line by line and within a line word by word (pure)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"\s+|[^\s]+")


class Fate(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    fate: Fate
    text: str


Line = tuple[Piece, ...]


def compare(before: str, after: str) -> list[Line]:
    """The lines of both; a line that was changed is one, with what went and what came in it."""
    old, new = before.splitlines(), after.splitlines()
    found: list[Line] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [(Piece(Fate.KEPT, line),) for line in new[k:m]]
            continue
        both = min(j - i, m - k)
        found += [_within(old[i + at], new[k + at]) for at in range(both)]
        found += [(Piece(Fate.REMOVED, line),) for line in old[i + both : j]]
        found += [(Piece(Fate.ADDED, line),) for line in new[k + both : m]]
    return found


def _within(before: str, after: str) -> Line:
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.3:
        return tuple(_pieces((Fate.REMOVED, old), (Fate.ADDED, new)))
    pieces: list[Piece] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            pieces += _pieces((Fate.KEPT, new[k:m]))
        else:
            pieces += _pieces((Fate.REMOVED, old[i:j]), (Fate.ADDED, new[k:m]))
    return tuple(pieces)


def _pieces(*parts: tuple[Fate, Sequence[str]]) -> Iterator[Piece]:
    for fate, words in parts:
        if words:
            yield Piece(fate, "".join(words))
