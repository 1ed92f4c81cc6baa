"""How many people take part in a questionnaire, as everybody may read it (pure)."""

from dataclasses import dataclass

from storage.values_questionnaires import Engagement

LEAST = 10
"""What is fewer is not told."""


@dataclass(frozen=True, slots=True)
class Figures:
    """People; None stands for fewer than ten. ``rate`` is voters in a hundred active people."""

    started: int | None
    finished: int | None
    voted: int | None
    active: int | None
    rate: int | None


def figures(counted: Engagement) -> Figures:
    voted, active = _told(counted.voted), _told(counted.active)
    rate = None if voted is None or active is None else (200 * voted + active) // (2 * active)
    return Figures(_told(counted.started), _told(counted.finished), voted, active, rate)


def _told(count: int) -> int | None:
    return count if count >= LEAST else None
