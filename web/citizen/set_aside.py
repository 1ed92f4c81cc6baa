"""What a topic's page tells of votes that were set aside by rule, and of those that came back (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.values_quarantine import Step
from web.citizen.local_time import here


@dataclass(frozen=True, slots=True)
class StepLine:
    """``phrase`` is its entry in the catalogue's ``set-aside``; ``ballots`` are rounded, 0 for fewer than five."""

    phrase: str
    ballots: int
    at: datetime
    reason: str
    is_return: bool


def lines(steps: Sequence[Step]) -> list[StepLine]:
    return [
        StepLine(_phrase(step), step.ballots, here(step.at), step.reason, step.is_return) for step in steps
    ]


def _phrase(step: Step) -> str:
    if not step.is_return:
        return "aside"
    return "back" if step.ballots else "back-few"
