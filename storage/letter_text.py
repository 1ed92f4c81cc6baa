"""The text of a section, as an editor types it, and the blocks that readers see (pure)."""

import re
from collections.abc import Iterable

from storage.values_contact import Block, BlockKind
from storage.values_letter import (
    LONGEST_HEADING,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_SECTIONS,
    LetterFault,
    Section,
)

_LINK = re.compile(r"\[([^\[\]]{1,140})\]\(([^()\s]{1,400})\)")
_BROKEN_LINK = re.compile(r"^\[.*\]\(.*\)$")


def is_safe(href: str) -> bool:
    """Whether a link leads where it says: https, or a path of ours."""
    clean = href.isprintable() and not any(sign.isspace() for sign in href)
    ours = href.startswith("/") and not href.startswith(("//", "/\\"))
    return clean and (ours or href.startswith("https://"))


def blocks_of(sections: Iterable[Section]) -> tuple[Block, ...]:
    """What is in the letter, in its order; what is left out, or empty, is not."""
    blocks: list[Block] = []
    for section in sections:
        if section.is_out:
            continue
        if section.heading.strip():
            blocks.append(Block(BlockKind.HEADING, section.heading.strip()))
        blocks += text_blocks(section.text)
    return tuple(blocks)


def text_blocks(text: str) -> Iterable[Block]:
    """Paragraphs, lists and links; whatever else stands there is words."""
    paragraph: list[str] = []
    items: list[str] = []

    def gathered() -> Iterable[Block]:
        if paragraph:
            yield Block(BlockKind.PARAGRAPH, " ".join(paragraph))
        if items:
            yield Block(BlockKind.ITEMS, items=tuple(items))
        paragraph.clear()
        items.clear()

    for line in [*(one.strip() for one in text.splitlines()), ""]:
        link = _LINK.fullmatch(line)
        is_item = line.startswith("- ")
        if not line or link or (is_item and paragraph) or (items and not is_item):
            yield from gathered()
        if link:
            yield Block(BlockKind.LINK, link[1], href=link[2])
        elif is_item:
            items.append(line[2:].strip())
        elif line:
            paragraph.append(line)


def letter_fault(title: str, sections: Iterable[Section]) -> LetterFault | None:
    """Why this cannot be kept."""
    kept = list(sections)
    if not title.strip():
        return LetterFault.NO_TITLE
    if len(title) > LONGEST_TITLE:
        return LetterFault.LONG_TITLE
    if len(kept) > MOST_SECTIONS:
        return LetterFault.TOO_MANY
    if any(len(one.heading) > LONGEST_HEADING or len(one.text) > LONGEST_TEXT for one in kept):
        return LetterFault.LONG_TEXT
    return LetterFault.BAD_LINK if any(has_bad_link(one.text) for one in kept) else None


def has_bad_link(text: str) -> bool:
    """Whether a line means to be a link and is none, or leads where none may."""
    for line in map(str.strip, text.splitlines()):
        link = _LINK.fullmatch(line)
        if (link and not is_safe(link[2])) or (not link and _BROKEN_LINK.match(line)):
            return True
    return False


def renewed(sections: Iterable[Section], made: Iterable[Section]) -> tuple[Section, ...]:
    """The sections of a draft made anew: what somebody wrote, left out or put in order stays as it is.

    An edited section keeps its text, and learns what would have been written. One that is made no more goes,
    unless it was edited: then it is somebody's own.
    """
    fresh = {section.key: section for section in made}
    kept: list[Section] = []
    for old in sections:
        new = fresh.pop(old.key, None)
        if new is not None:
            words = old if old.is_edited else new
            kept.append(Section(old.key, words.heading, words.text, old.is_out, new.heading, new.text))
        elif old.is_own or old.is_edited:
            kept.append(old)
    return (*kept, *fresh.values())
