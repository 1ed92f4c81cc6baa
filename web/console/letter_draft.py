"""A month's draft, made from what the Région decided and answered and from the topics people voted on (pure)."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from storage.letter_material import Material
from storage.values import Topic
from storage.values_follow_up import Answered
from storage.values_letter import LONGEST_TEXT, LONGEST_TITLE, Section
from web.catalogue import Catalogue

MOST_LISTED = 5
LONGEST_QUOTE = 600
LONGEST_LINK_LINE = LONGEST_TITLE + 30
"""Of a title that leads to a topic."""

_HERE = ZoneInfo("Europe/Paris")


def month_of(now: int) -> str:
    """The month at an instant, like 2026-11."""
    return f"{datetime.fromtimestamp(now / 1000, UTC).astimezone(_HERE):%Y-%m}"


def months(now: int) -> list[str]:
    """Those of which a letter can be made: this one and the one before."""
    first = date.fromisoformat(month_of(now) + "-01")
    before = (
        first.replace(year=first.year - 1, month=12)
        if first.month == 1
        else first.replace(month=first.month - 1)
    )
    return [f"{first:%Y-%m}", f"{before:%Y-%m}"]


def bounds(month: str) -> tuple[int, int]:
    """When a month begins and ends in the Région, in ms since 1970."""
    first = date.fromisoformat(month + "-01")
    after = (
        first.replace(year=first.year + 1, month=1)
        if first.month == 12
        else first.replace(month=first.month + 1)
    )
    since, until = (
        int(datetime(day.year, day.month, 1, tzinfo=_HERE).timestamp() * 1000) for day in (first, after)
    )
    return since, until


def month_name(month: str) -> str:
    """« novembre 2026 »."""
    return format_date(date.fromisoformat(month + "-01"), "MMMM y", locale="fr_FR")


def made_title(catalogue: Catalogue, month: str) -> str:
    return catalogue.say("letter-made", "title", month=month_name(month))


def made_sections(catalogue: Catalogue, month: str, found: Material) -> list[Section]:
    """The parts of the month's letter; a part about nothing is not there."""
    say = catalogue.say
    loved = [one for one in found.topics if one.plus is not None]
    loved.sort(key=lambda one: (-(one.plus or 0), -one.voters, one.topic.id))
    best = loved[:MOST_LISTED]
    listed = {one.topic.id for one in best}
    others = sorted(
        (one for one in found.topics if one.topic.id not in listed and one.voters),
        key=lambda one: (-one.voters, one.topic.id),
    )
    parts = {
        "decisions": _told(catalogue, found.decided),
        "answers": _told(catalogue, found.answered),
        "loved": _listed(
            catalogue,
            [
                (one.topic, say("letter-made", "loved", one.voters, plus=catalogue.percent(one.plus or 0)))
                for one in best
            ],
        ),
        "followed": _listed(
            catalogue,
            [(one.topic, say("letter-made", "followed", one.voters)) for one in others[:MOST_LISTED]],
        ),
    }
    if parts["answers"]:
        parts["answers"] += f"\n\n[{say('letter-made', 'answers-link')}](/reponses)"
    intro = say("letter-made", "intro-text", month=month_name(month))
    last = f"{say('letter-made', 'next-text')}\n\n[{say('letter-made', 'next-link')}](/)"
    told = [("intro", intro), *((key, text) for key, text in parts.items() if text), ("next", last)]
    return [_section(key, say("letter-made", f"{key}-heading"), text) for key, text in told]


def _section(key: str, heading: str, text: str) -> Section:
    return Section(key, heading, text, made_heading=heading, made_text=text)


def _told(catalogue: Catalogue, told: Sequence[Answered]) -> str:
    """Each under its title, as much of it as leaves room for all of them in one part."""
    room = LONGEST_TEXT // max(1, len(told)) - LONGEST_LINK_LINE
    shown = ((one.topic, quoted(one.answer.text, min(LONGEST_QUOTE, room))) for one in told)
    return _listed(catalogue, shown)


def _listed(catalogue: Catalogue, told: Iterable[tuple[Topic, str]]) -> str:
    """Each begins with its title, which leads to its page."""
    return "\n\n".join(
        f"[{_named(catalogue, topic)}](/sujets/{topic.id})\n{words}".rstrip() for topic, words in told
    )


def _named(catalogue: Catalogue, topic: Topic) -> str:
    """As the words of a link, which hold no brackets; what is not real says so."""
    caveats = [catalogue.say("provenance", caveat).lower() for caveat in topic.provenance.caveats]
    note = f" ({', '.join(caveats)})" if caveats else ""
    title = " ".join(topic.title.replace("[", "(").replace("]", ")").split())
    return _cut(title, LONGEST_TITLE - len(note)) + note


def quoted(text: str, most: int) -> str:
    """A text of at most ``most`` signs in its paragraphs, each of its lines one; what it says links to nothing."""
    lines = [" ".join(line.split()) for line in text.replace("](", "] (").splitlines()]
    found = ""
    for line in filter(None, lines):
        is_listed = line.startswith("- ") and found.rpartition("\n")[2].startswith("- ")
        found += ("\n" if is_listed else "\n\n" if found else "") + line
    return _cut(found, most)


def _cut(text: str, most: int) -> str:
    """The text, ended between two words where it is long."""
    if len(text) <= most:
        return text
    return re.sub(r"[\s,;:.-]*\s\S*$", "", text[: most - 1]) + "…"
