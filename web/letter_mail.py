"""An issue of the letter as a mail: HTML of plain tables and style attributes, and the same as plain text.

Nothing in it is fetched from anywhere, so that nobody learns who has opened it.
"""

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from storage.values_contact import PUBLIC, Block, BlockKind
from web.rendering import Pages

TOKEN = "zqTOKENzq"  # noqa: S105 - the place where each subscriber's own is filled in
UNSUBSCRIBE = f"{PUBLIC}/lettre/desabonnement/{TOKEN}"
_WIDTH = 72


@dataclass(frozen=True, slots=True)
class LetterMail:
    """Links in it begin with PUBLIC; the subscriber's token is at TOKEN."""

    subject: str
    text: str
    html: str


def letter_mail(
    pages: Pages, number: int, title: str, blocks: Iterable[Block], unsubscribe: str = UNSUBSCRIBE
) -> LetterMail:
    """The letter is written in French, and so is all around it."""
    say, typo = pages.catalogue.say, pages.catalogue.typography
    shown = [_absolute(block) for block in blocks]
    words = {name: say("letter-mail", name) for name in ("name", "online", "why", "unsubscribe")}
    online = f"{PUBLIC}/lettre/{number}"
    context = {
        "title": title,
        "blocks": shown,
        "words": words,
        "online": online,
        "unsubscribe": unsubscribe,
        "kicker": say("letter-mail", "kicker", number=number),
    }
    html = pages.environment.get_template("mails/letter.html").render(context)
    parts = [f"{typo(title)}\n{'=' * min(len(title), _WIDTH)}", *(_plain(block, typo) for block in shown)]
    foot = [f"{words['online']}\n{online}", words["why"], f"{words['unsubscribe']}\n{unsubscribe}"]
    text = "\n\n".join([*parts, "-" * 20, *foot]) + "\n"
    return LetterMail(title, text, html)


def _absolute(block: Block) -> Block:
    href = PUBLIC + block.href if block.href.startswith("/") else block.href
    return Block(block.kind, block.text, block.items, href)


def _plain(block: Block, typo: Callable[[str], str]) -> str:
    match block.kind:
        case BlockKind.HEADING:
            return f"{typo(block.text)}\n{'-' * min(len(block.text), _WIDTH)}"
        case BlockKind.PARAGRAPH:
            return textwrap.fill(typo(block.text), _WIDTH, break_long_words=False)
        case BlockKind.ITEMS:
            return "\n".join(
                textwrap.fill(f"- {typo(item)}", _WIDTH, subsequent_indent="  ", break_long_words=False)
                for item in block.items
            )
        case BlockKind.LINK:
            return f"{typo(block.text)}\n{block.href}"
