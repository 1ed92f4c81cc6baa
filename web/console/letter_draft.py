"""A month's draft, made from what the Région decided and answered and from the topics people voted on (pure)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from storage.letter_material import Material
from storage.values import Topic
from storage.values_follow_up import Answered
from storage.values_letter import Section
from web.catalogue import Catalogue

MOST_LISTED = 5
LONGEST_QUOTE = 240
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
            (
                one.topic,
                say(
                    "letter-made",
                    "loved",
                    one.voters,
                    title=_named(catalogue, one.topic),
                    plus=catalogue.percent(one.plus or 0),
                ),
            )
            for one in best
        ),
        "followed": _listed(
            (one.topic, say("letter-made", "followed", one.voters, title=_named(catalogue, one.topic)))
            for one in others[:MOST_LISTED]
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
    lines = []
    for one in told:
        entry = "told" if one.answer.text.strip() else "untold"
        words = catalogue.say(
            "letter-made", entry, title=_named(catalogue, one.topic), text=_quoted(one.answer.text)
        )
        lines.append((one.topic, words))
    return _listed(lines)


def _listed(lines: Iterable[tuple[Topic, str]]) -> str:
    """Each in a paragraph of its own, with the way to its page."""
    return "\n\n".join(f"{words}\n[{_bare(topic.title)}](/sujets/{topic.id})" for topic, words in lines)


def _named(catalogue: Catalogue, topic: Topic) -> str:
    """What is not real says so."""
    title = " ".join(topic.title.split())
    caveats = [catalogue.say("provenance", caveat).lower() for caveat in topic.provenance.caveats]
    return f"{title} ({', '.join(caveats)})" if caveats else title


def _quoted(text: str) -> str:
    """One line, cut between words where it is long."""
    plain = " ".join(text.split())
    if len(plain) <= LONGEST_QUOTE:
        return plain
    return plain[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _bare(title: str) -> str:
    """As the words of a link, which hold no brackets."""
    return " ".join(title.replace("[", "(").replace("]", ")").split())[:140]
