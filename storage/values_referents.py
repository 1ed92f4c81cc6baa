"""The frozen values of who answers citizens' ideas: what waits, who has it, what is drafted, who is reminded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from storage.values import Caveat, Theme, Topic
from storage.values_follow_up import DAYS_TO_ANSWER, FollowUp, FollowUpStep, Outcome


class IdeaState(StrEnum):
    """Which of the ideas are looked at; the days of those that wait run out, of the late ones they have."""

    WAITING = "waiting"
    LATE = "late"
    ANSWERED = "answered"
    DECIDED = "decided"
    ALL = "all"


class IdeaOrder(StrEnum):
    DAYS = "days"
    POPULARITY = "popularity"


class CareFault(StrEnum):
    """Why an idea is not assigned, or an answer not taken, as asked."""

    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    NOT_A_COLLEAGUE = "not-a-colleague"
    CHANGED = "changed"
    NO_TEXT = "no-text"
    TOO_LONG = "too-long"
    BAD_SIGNS = "bad-signs"
    NO_DIRECTION = "no-direction"
    LONG_DIRECTION = "long-direction"
    NO_OUTCOME = "no-outcome"
    BAD_STEP = "bad-step"
    BAD_OP = "bad-op"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is written for a topic; ``outcome`` belongs to a decision alone."""

    step: FollowUpStep
    text: str = ""
    direction: str = ""
    outcome: Outcome | None = None

    def plain(self) -> str:
        return json.dumps(
            {"step": self.step, "text": self.text, "direction": self.direction, "outcome": self.outcome},
            ensure_ascii=False,
        )

    @classmethod
    def read(cls, text: str) -> "Draft | None":
        """The inverse of ``plain``; None for an empty text."""
        if not text:
            return None
        told = json.loads(text)
        outcome = Outcome(told["outcome"]) if told["outcome"] else None
        return cls(FollowUpStep(told["step"]), told["text"], told["direction"], outcome)


@dataclass(frozen=True, slots=True)
class IdeasAsked:
    """``themes`` (slugs) bound what is seen at all; ``assignee`` 0: nobody's."""

    themes: frozenset[str]
    state: IdeaState = IdeaState.WAITING
    order: IdeaOrder = IdeaOrder.DAYS
    theme: str = ""
    assignee: int | None = None


@dataclass(frozen=True, slots=True)
class IdeaLine:
    """``since`` begins the twelve days, None where none run; ``answered_at`` is when something was first said back.

    ``assignee`` is 0 and ``name`` empty where nobody has it who answers for its theme.
    """

    topic: Topic
    since: int | None
    answered_at: int | None
    assignee: int = 0
    name: str = ""
    has_draft: bool = False
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What a step said before it was corrected; ``name`` is empty for an operator."""

    step: FollowUpStep
    text: str
    direction: str
    outcome: Outcome | None
    name: str
    replaced_at: int


@dataclass(frozen=True, slots=True)
class Idea:
    """All that a referent sees of one; ``number`` is that of the last change, made by ``changed_by``."""

    line: IdeaLine
    told: tuple[FollowUp, ...]
    versions: tuple[Version, ...]
    draft: Draft | None
    number: int
    changed_by: str
    changed_at: int | None


class ReminderKind(StrEnum):
    """The days that are left when a reminder is written, or that there are none."""

    FIVE = "five"
    TWO = "two"
    OVERDUE = "overdue"


REMIND_AT: Mapping[ReminderKind, int] = {
    ReminderKind.FIVE: DAYS_TO_ANSWER - 5,
    ReminderKind.TWO: DAYS_TO_ANSWER - 2,
    ReminderKind.OVERDUE: DAYS_TO_ANSWER + 1,
}
"""How many days after their beginning each is due."""


@dataclass(frozen=True, slots=True)
class Reminder:
    kind: ReminderKind
    topic: int
    title: str
    since: int
    assigned: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """What one referent is told on one ``day`` (YYYY-MM-DD): the most urgent first."""

    staff: int
    name: str
    email: str
    day: str
    reminders: tuple[Reminder, ...]
    now: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Of the ideas whose twelve days are over (``due``), how many were answered within them (``kept``)."""

    due: int
    kept: int


@dataclass(frozen=True, slots=True)
class AnswerRate:
    """``caveats`` are what is not real about the ideas counted."""

    all: Rate
    themes: tuple[tuple[Theme, Rate], ...]
    caveats: tuple[Caveat, ...]
