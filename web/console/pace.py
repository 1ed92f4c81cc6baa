"""Votes a second: now, and as a line over the last ten minutes (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.values_watch import PACE_MS, SLOT_MS

NOW_SLOTS = 5
"""« Now » are the last five slots of two seconds, the one that runs left out."""

STEP_SLOTS = 5
STEP_MS = STEP_SLOTS * SLOT_MS
WIDTH, HEIGHT = 600, 120


@dataclass(frozen=True, slots=True)
class Step:
    """Votes a second within the STEP_MS until ``until`` (ms since 1970)."""

    until: int
    rate: float


def rate_now(pace: Mapping[int, int], now: int) -> float:
    """Votes a second."""
    last = now // SLOT_MS
    votes = sum(pace.get(slot, 0) for slot in range(last - NOW_SLOTS, last))
    return votes * 1000 / (NOW_SLOTS * SLOT_MS)


def steps(pace: Mapping[int, int], now: int) -> list[Step]:
    """The last ten minutes in even steps, oldest first; the step that runs is not among them."""
    end = now // STEP_MS * STEP_SLOTS
    count = PACE_MS // STEP_MS - 1
    firsts = range(end - count * STEP_SLOTS, end, STEP_SLOTS)
    return [
        Step(
            (first + STEP_SLOTS) * SLOT_MS,
            sum(pace.get(slot, 0) for slot in range(first, first + STEP_SLOTS)) * 1000 / STEP_MS,
        )
        for first in firsts
    ]


def minutes(line: list[Step]) -> list[Step]:
    """The same for a table: the mean of each whole minute, the newest first."""
    size = 60_000 // STEP_MS
    groups = [line[max(0, end - size) : end] for end in range(len(line), 0, -size)]
    return [
        Step(group[-1].until, sum(step.rate for step in group) / size)
        for group in groups
        if len(group) == size
    ]


def points(line: list[Step]) -> str:
    """The corners of an SVG polyline; the highest step touches the top."""
    most = max((step.rate for step in line), default=0.0) or 1.0
    last = max(len(line) - 1, 1)
    return " ".join(
        f"{place * WIDTH / last:.1f},{HEIGHT - step.rate / most * HEIGHT:.1f}"
        for place, step in enumerate(line)
    )
