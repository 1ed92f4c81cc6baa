"""What became of a topic, and the page of the ideas that the Région has answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from storage.database import Database
from storage.follow_up import answered_ideas, answered_themes, follow_ups, steps_number
from storage.quarantine import steps
from storage.values import Topic
from storage.values_follow_up import (
    ANSWERS,
    OWED,
    FollowUp,
    FollowUpStep,
    Outcome,
    day_of,
    days_left,
    last_day,
    runs_from,
)
from web.citizen.set_aside import StepLine, lines
from web.citizen.visit import asked_topic, visit
from web.forms import read_page

ANSWERS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One step: ``phrase`` names its heading in the catalogue's section ``follow-up``."""

    phrase: str
    on: date
    text: str = ""
    direction: str = ""
    step: FollowUpStep = FollowUpStep.ASKED
    outcome: Outcome | None = None
    changed_on: date | None = None

    @property
    def is_answer(self) -> bool:
        return self.step in ANSWERS


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the answer is due: an entry of the catalogue's section ``follow-up``, its number of days, the day."""

    phrase: str
    n: int
    on: date
    runs: str
    """From when the days run: an entry of the section ``answer-runs``."""


@dataclass(frozen=True, slots=True)
class Course:
    """What became of a topic; ``number`` is another with each step that is told or corrected.

    ``set_aside`` are the votes that were set aside by rule, and those that came back.
    """

    entries: list[Entry]
    deadline: Deadline | None
    set_aside: Sequence[StepLine] = ()
    number: int = 0


def course(topic: Topic, told: Sequence[FollowUp], now: int) -> Course:
    return Course(entries(topic, told), deadline(topic, told, now))


async def course_of(database: Database, topic: Topic, now: int) -> Course:
    number = await steps_number(database, topic.id)  # first: what is told meanwhile makes it another
    told = await follow_ups(database, topic.id)
    set_aside = lines(await steps(database, topic.id))
    return replace(course(topic, told, now), set_aside=set_aside, number=number)


def entries(topic: Topic, told: Sequence[FollowUp]) -> list[Entry]:
    """The steps of a topic in their order, the first of which is that it was asked."""
    asked = next((one for one in told if one.step is FollowUpStep.ASKED), None)
    first = Entry(
        f"asked-{topic.kind}",
        day_of(topic.rules.opens_at if asked is None else asked.at),
        "" if asked is None else asked.text,
    )
    later = (one for one in told if one.step is not FollowUpStep.ASKED)
    return [
        first,
        *map(_entry, later),
    ]


def _entry(told: FollowUp) -> Entry:
    changed = None if told.changed_at is None else day_of(told.changed_at)
    return Entry(str(told.step), day_of(told.at), told.text, told.direction, told.step, told.outcome, changed)


def deadline(topic: Topic, told: Sequence[FollowUp], now: int) -> Deadline | None:
    """None where the Région owes no answer, or has said something back."""
    since = runs_from(topic, told)
    if since is None:
        return None
    left = days_left(since, now)
    phrase = "late" if left < 0 else "due" if left else "today"
    return Deadline(phrase, abs(left), last_day(since), "published" if topic.kind in OWED else "handed")


async def steps_part(request: Request) -> Response:
    """What became of a topic, as a part of its page that stays open."""
    visitor = await visit(request)
    topic = await asked_topic(visitor, request)
    (card,) = await visitor.cards([topic])
    context = visitor.context(
        card=card, course=await course_of(visitor.services.database, topic, visitor.now)
    )
    return visitor.pages.page("parts/steps.html", context)


async def answers_page(request: Request) -> Response:
    """Ideas that were answered, the newest answer first, all or those of one theme."""
    visitor = await visit(request)
    database = visitor.services.database
    themes = await answered_themes(database)
    wanted = request.query_params.get("theme")
    theme = next((one for one in themes if one.slug == wanted), None)
    slug = None if theme is None else theme.slug
    page = read_page(request.query_params)
    shown, number = await answered_ideas(
        database, slug, first=(page - 1) * ANSWERS_A_PAGE, most=ANSWERS_A_PAGE
    )
    pages = max(1, -(-number // ANSWERS_A_PAGE))
    if page > pages:
        page = pages
        shown, number = await answered_ideas(
            database, slug, first=(page - 1) * ANSWERS_A_PAGE, most=ANSWERS_A_PAGE
        )
    cards = await visitor.cards([one.topic for one in shown])
    context = visitor.context(
        answered=[(card, one.answer, day_of(one.answer.at)) for card, one in zip(cards, shown, strict=True)],
        themes=themes,
        theme=theme,
        number=number,
        page=page,
        pages=pages,
        rate=await visitor.services.answers.rate(),
        path=f"/reponses?theme={theme.slug}&page=" if theme else "/reponses?page=",
    )
    return visitor.pages.page("answers.html", context)
