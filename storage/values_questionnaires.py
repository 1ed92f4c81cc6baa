"""Questionnaires as they cross storage's border, and what makes a good one (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from realtime.tally import Sign
from storage.values import NewTopic, Provenance, TopicRules, TopicState

MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a step leads after each answer: the number of a later step (from 1), or None, the end."""

    plus: int | None
    minus: int | None
    skip: int | None

    def after(self, sign: Sign | None) -> int | None:
        """The next step after an answer, None or 0 being none."""
        return self.plus if sign is Sign.PLUS else self.minus if sign is Sign.MINUS else self.skip

    @property
    def all(self) -> set[int]:
        return {number for number in (self.plus, self.minus, self.skip) if number is not None}


@dataclass(frozen=True, slots=True)
class Step:
    topic: int
    ways: Ways


@dataclass(frozen=True, slots=True)
class NewStep:
    topic: NewTopic
    ways: Ways


@dataclass(frozen=True, slots=True)
class NewQuestionnaire:
    """Its topics are created with it."""

    title: str
    opens_at: int
    closes_at: int
    steps: tuple[NewStep, ...]
    body: str = ""
    provenance: Provenance = Provenance.REAL


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """``steps`` are numbered from 1 in their order."""

    id: int
    title: str
    body: str
    opens_at: int
    closes_at: int
    steps: tuple[Step, ...]
    provenance: Provenance

    @property
    def rules(self) -> TopicRules:
        """When it runs, as a topic says it."""
        return TopicRules(self.opens_at, self.closes_at)

    @property
    def topics(self) -> list[int]:
        return [step.topic for step in self.steps]

    def state(self, now: int) -> TopicState:
        return self.rules.state(now)


class Stage(StrEnum):
    """How far someone came; each holds those before it."""

    ACTIVE = "active"
    STARTED = "started"
    VOTED = "voted"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Engagement:
    """How many people: on the site while it ran, began, answered at least one question by + or −, ended."""

    active: int
    started: int
    voted: int
    finished: int


class PlanFault(StrEnum):
    """Why steps make no questionnaire."""

    EMPTY = "it has no step"
    TOO_LONG = f"it has more than {MOST_STEPS} steps"
    BACKWARD = "a step leads to itself, to one before it or to one that does not exist"
    UNREACHABLE = "no answer leads to one of its steps"


def plan_fault(ways: Sequence[Ways]) -> PlanFault | None:
    """Steps lead forward only: so every way ends, and nobody goes in a circle."""
    if not ways:
        return PlanFault.EMPTY
    if len(ways) > MOST_STEPS:
        return PlanFault.TOO_LONG
    reached = {1}
    for number, step in enumerate(ways, 1):
        if any(not number < target <= len(ways) for target in step.all):
            return PlanFault.BACKWARD
        if number not in reached:
            return PlanFault.UNREACHABLE
        reached |= step.all
    return None
