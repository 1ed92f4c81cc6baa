"""The weather of opinion, shares and lean: what a headline looks like (pure). The page's program has the same."""

from dataclasses import dataclass
from enum import StrEnum
from math import floor

from realtime.disclosure import JUDGED_FROM, is_shared
from realtime.tally import Counts

STEEPEST = 4.0
"""Degrees by which the horizon leans at most."""


class Weather(StrEnum):
    SUN = "sun"
    BRIGHT = "bright"
    CLOUDS = "clouds"
    RAIN = "rain"
    STORM = "storm"
    FOG = "fog"


_CLEAR_FROM = 75
"""Per cents of one side."""


def weather(counts: Counts) -> Weather:
    """What the sky looks like; compares exact shares, not rounded ones. Both sides are measured alike."""
    if counts.voters < JUDGED_FROM:
        return Weather.FOG
    if is_shared(counts):
        return Weather.CLOUDS
    if counts.plus > counts.minus:
        return Weather.SUN if counts.plus * 100 >= _CLEAR_FROM * counts.voters else Weather.BRIGHT
    return Weather.STORM if counts.minus * 100 >= _CLEAR_FROM * counts.voters else Weather.RAIN


@dataclass(frozen=True, slots=True)
class Share:
    """Published counts as whole per cents that make 100, and as a ratio for drawing: ten thousandths, halves up."""

    plus: int
    minus: int
    ratio: float
    counts: Counts

    @property
    def lean(self) -> float:
        """Degrees, clockwise: the horizon goes down on the leader's side, plus on the left."""
        return floor((0.5 - self.ratio) * 2 * STEEPEST * 100 + 0.5) / 100


def share(counts: Counts) -> Share:
    """Nobody yet counts as half and half: the horizon is level."""
    if not counts.voters:
        return Share(50, 50, 0.5, counts)
    plus = (200 * counts.plus + counts.voters) // (2 * counts.voters)
    ratio = (20_000 * counts.plus + counts.voters) // (2 * counts.voters) / 10_000
    return Share(plus, 100 - plus, ratio, counts)
