"""Pages that editors write, as they cross storage's border, and what may stand in them (pure)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from storage.letter_text import has_bad_link, text_blocks
from storage.values_contact import Block, BlockKind

LONGEST_TITLE = 140
LONGEST_TEXT = 20_000
LONGEST_HEADING = 140

_HEADING = re.compile(r"#{1,6} +(.+)")


class PageKind(StrEnum):
    """FREE: at an address of its own. INTRODUCTION: above what the program says on one of its pages."""

    FREE = "free"
    INTRODUCTION = "introduction"


class PageFault(StrEnum):
    """Why a page was not kept as it was; the console says what to do."""

    UNKNOWN = "unknown"
    NO_TITLE = "no-title"
    LONG_TITLE = "long-title"
    NO_TEXT = "no-text"
    LONG_TEXT = "long-text"
    BAD_SIGNS = "bad-signs"
    BAD_LINK = "bad-link"
    CHANGED = "changed"
    BAD_OP = "bad-op"


@dataclass(frozen=True, slots=True)
class PageContent:
    """``is_listed``: a free page is named at the end of « Comment ça marche »."""

    title: str = ""
    text: str = ""
    is_listed: bool = False

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(page_blocks(self.text))

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        return cls(plain["title"], plain["text"], plain["is_listed"])


@dataclass(frozen=True, slots=True)
class Page:
    """``number`` is of its newest version (0: none), which ``content`` is; ``shown`` that of the public one."""

    id: int
    kind: PageKind
    slug: str
    number: int
    shown: int | None
    content: PageContent
    by: str = ""
    changed_at: int | None = None

    @property
    def path(self) -> str:
        return f"/pages/{self.slug}" if self.kind is PageKind.FREE else f"/{self.slug}"


def page_blocks(text: str) -> Iterable[Block]:
    """Headings (« # » at a line's beginning), paragraphs, lists and links."""
    gathered: list[str] = []
    for line in text.splitlines():
        heading = _HEADING.fullmatch(line.strip())
        if heading is None:
            gathered.append(line)
            continue
        yield from text_blocks("\n".join(gathered))
        gathered.clear()
        yield Block(BlockKind.HEADING, heading[1].strip())
    yield from text_blocks("\n".join(gathered))


def page_fault(kind: PageKind, content: PageContent) -> PageFault | None:
    """Why this cannot be kept; an introduction has no title, and may be empty."""
    if kind is PageKind.FREE and not content.title:
        return PageFault.NO_TITLE
    if len(content.title) > LONGEST_TITLE:
        return PageFault.LONG_TITLE
    if kind is PageKind.FREE and not content.text.strip():
        return PageFault.NO_TEXT
    headings = [block.text for block in content.blocks if block.kind is BlockKind.HEADING]
    if len(content.text) > LONGEST_TEXT or any(len(one) > LONGEST_HEADING for one in headings):
        return PageFault.LONG_TEXT
    words = content.title + content.text.replace("\n", "").replace("\t", "")
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in words):
        return PageFault.BAD_SIGNS
    return PageFault.BAD_LINK if has_bad_link(content.text) else None
