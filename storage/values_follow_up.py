"""What became of a topic, as it crosses storage's border."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from storage.values import Topic, TopicKind

DAYS_TO_ANSWER = 12
"""Within so many days the Région means to answer."""

OWED = (TopicKind.IDEA, TopicKind.DEBATE)
"""What citizens publish: the days run from that moment on, whoever handles it. Of what the Région itself publishes
they run once it was handed to a direction."""

LONGEST_TEXT = 2000
LONGEST_DIRECTION = 120


class FollowUpStep(StrEnum):
    """In the order in which they usually come."""

    ASKED = "asked"
    HANDED = "handed"
    ANSWERED = "answered"
    DECIDED = "decided"
    DONE = "done"


ANSWERS = (FollowUpStep.ANSWERED, FollowUpStep.DECIDED, FollowUpStep.DONE)
"""The steps in which the Région says something back."""


class Outcome(StrEnum):
    """What was decided of an idea."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    REFUSED = "refused"
    STUDIED = "studied"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """``text`` has at most 2000 signs and may be empty, as ``direction`` may be, the Région's directorate.

    ``outcome`` is a decision's; ``changed_at`` is None for what still stands as it was first said.
    """

    topic: int
    step: FollowUpStep
    at: int
    text: str = ""
    direction: str = ""
    outcome: Outcome | None = None
    changed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """An idea and the Région's answer to it."""

    topic: Topic
    answer: FollowUp


class FollowUpFault(StrEnum):
    """Why a step is not taken."""

    UNKNOWN_TOPIC = "no topic has this number"
    TEXT_MISSING = "an answer needs a text"
    DIRECTION_MISSING = "say to which direction the topic is handed"
    TEXT_TOO_LONG = f"the text has more than {LONGEST_TEXT} signs"
    DIRECTION_TOO_LONG = f"the direction's name has more than {LONGEST_DIRECTION} signs"
    OUTCOME_MISSING = "say what was decided"


def follow_up_fault(step: FollowUp) -> FollowUpFault | None:
    if step.step is FollowUpStep.ANSWERED and not step.text.strip():
        return FollowUpFault.TEXT_MISSING
    if step.step is FollowUpStep.HANDED and not step.direction.strip():
        return FollowUpFault.DIRECTION_MISSING
    if len(step.text) > LONGEST_TEXT:
        return FollowUpFault.TEXT_TOO_LONG
    if len(step.direction) > LONGEST_DIRECTION:
        return FollowUpFault.DIRECTION_TOO_LONG
    return None


def day_of(at: int) -> date:
    """The day in the Région on which an instant (ms since 1970) falls."""
    return datetime.fromtimestamp(at / 1000, _HERE).date()


def midnight(now: int, days: int) -> int:
    """When the day begins, in the Région, that is ``days`` after the one of ``now``; in ms since 1970."""
    day = day_of(now) + timedelta(days=days)
    return int(datetime(day.year, day.month, day.day, tzinfo=_HERE).timestamp() * 1000)


def runs_from(topic: Topic, told: Sequence[FollowUp]) -> int | None:
    """When a topic's days begin, in ms since 1970; None where none run, or not any more.

    What people said elsewhere and is replayed here is owed no answer.
    """
    if topic.provenance.is_recorded or any(one.step in ANSWERS for one in told):
        return None
    if topic.kind in OWED:
        return topic.rules.opens_at
    return next((one.at for one in told if one.step is FollowUpStep.HANDED), None)


def last_day(since: int) -> date:
    """The last of the twelve days."""
    return day_of(since) + timedelta(days=DAYS_TO_ANSWER)


def days_left(since: int, now: int) -> int:
    """Of the twelve days that begin with the day of ``since``; 0 on the last one, negative where it is over."""
    return DAYS_TO_ANSWER - (day_of(now) - day_of(since)).days


def is_in_time(since: int, answered_at: int) -> bool:
    return (day_of(answered_at) - day_of(since)).days <= DAYS_TO_ANSWER


_HERE = ZoneInfo("Europe/Paris")
