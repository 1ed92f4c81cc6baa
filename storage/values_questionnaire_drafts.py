"""Questionnaires in the making, and what is wrong with their ways (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_drafts import DraftFault, DraftSort
from storage.values_questionnaires import MOST_STEPS, NewQuestionnaire, NewStep, Ways

NEXT = 0
"""A way to whatever question comes after in their order, or to the end behind the last one."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A question to be; a way is a step's number (from 1), ``NEXT``, or None, the end."""

    title: str
    theme: str
    body: str = ""
    plus: int | None = NEXT
    minus: int | None = NEXT
    skip: int | None = NEXT


@dataclass(frozen=True, slots=True)
class QuestionnaireContent:
    """All that an editor says of a questionnaire to be; the policies are those of all its questions.

    Its ways may be wrong as long as it is not published (see ``problems``).
    """

    sort: ClassVar[DraftSort] = DraftSort.QUESTIONNAIRE
    picture: ClassVar[None] = None
    title: str
    body: str
    steps: tuple[PlannedStep, ...]
    results: ResultPolicy = ResultPolicy.AFTER_VOTE
    headline: HeadlinePolicy = HeadlinePolicy.LIVE
    profile_required: bool = False
    opens_at: int | None = None
    closes_at: int | None = None

    @property
    def themes(self) -> frozenset[str]:
        return frozenset(step.theme for step in self.steps)

    @property
    def ways(self) -> tuple[Ways, ...]:
        return resolved([(step.plus, step.minus, step.skip) for step in self.steps])

    @property
    def lacks(self) -> DraftFault | None:
        if self.closes_at is None:
            return DraftFault.NO_CLOSES
        return DraftFault.BAD_PLAN if not self.steps or problems(self.ways) else None

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        known = {
            "steps": tuple(PlannedStep(**step) for step in plain["steps"]),
            "results": ResultPolicy(plain["results"]),
            "headline": HeadlinePolicy(plain["headline"]),
        }
        return cls(**{**plain, **known})

    def questionnaire(self, opens_at: int) -> NewQuestionnaire:
        """The questionnaire that it becomes; it lacks nothing."""
        assert self.closes_at is not None  # noqa: S101 - it would be lacking
        rules = TopicRules(opens_at, self.closes_at, self.results, self.headline, self.profile_required)
        steps = tuple(
            NewStep(NewTopic(TopicKind.QUESTION, step.title, step.theme, rules, step.body), ways)
            for step, ways in zip(self.steps, self.ways, strict=True)
        )
        return NewQuestionnaire(self.title, opens_at, self.closes_at, steps, self.body)

    def has_ways_of(self, other: "QuestionnaireContent") -> bool:
        """Whether nothing but words differs."""
        return _without_words(self) == _without_words(other)


def _without_words(content: QuestionnaireContent) -> tuple[object, ...]:
    rules = (content.results, content.headline, content.profile_required, content.opens_at, content.closes_at)
    return (*rules, *((step.theme, step.plus, step.minus, step.skip) for step in content.steps))


def resolved(ways: Sequence[tuple[int | None, int | None, int | None]]) -> tuple[Ways, ...]:
    """The same with ``NEXT`` as the number it stands for."""

    def number(way: int | None, step: int) -> int | None:
        if way != NEXT:
            return way
        return step + 1 if step < len(ways) else None

    return tuple(Ways(*(number(way, step) for way in three)) for step, three in enumerate(ways, 1))


class ProblemKind(StrEnum):
    """LOOP: one would come by again. BACKWARD: it leads to what stands before. UNREACHABLE: nothing leads there."""

    LOOP = "loop"
    BACKWARD = "backward"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True)
class Problem:
    """``answers`` (plus, minus, skip) lead from ``step`` to ``target``; none where it is the step's own."""

    kind: ProblemKind
    step: int
    answers: tuple[str, ...] = ()
    target: int | None = None


def problems(ways: Sequence[Ways]) -> list[Problem]:
    """All that is wrong, in the steps' order. Of one step or more, none where ``plan_fault`` finds none."""
    found = [Problem(ProblemKind.TOO_LONG, MOST_STEPS)] if len(ways) > MOST_STEPS else []
    reached = reachable(ways, 1)
    for step, three in enumerate(ways, 1):
        if step not in reached:
            found.append(Problem(ProblemKind.UNREACHABLE, step))
        for target, answers in leading(three).items():
            if target is not None and not step < target <= len(ways):
                found.append(Problem(_kind(ways, step, target), step, answers, target))
    return found


def leading(ways: Ways) -> dict[int | None, tuple[str, ...]]:
    """The answers (plus, skip, minus, as they are drawn) by where they lead."""
    found: dict[int | None, tuple[str, ...]] = {}
    for answer in ("plus", "skip", "minus"):
        target = getattr(ways, answer)
        found[target] = (*found.get(target, ()), answer)
    return found


def reachable(ways: Sequence[Ways], start: int) -> set[int]:
    """The steps that some answers lead to from ``start``, it included."""
    reached, ahead = set[int](), [start]
    while ahead:
        step = ahead.pop()
        if step not in reached and 1 <= step <= len(ways):
            reached.add(step)
            ahead.extend(ways[step - 1].all)
    return reached


def _kind(ways: Sequence[Ways], step: int, target: int) -> ProblemKind:
    if not 1 <= target <= len(ways):
        return ProblemKind.UNKNOWN
    return ProblemKind.LOOP if step in reachable(ways, target) else ProblemKind.BACKWARD
