"""What a fan-out has done since it began, as plain numbers: it counts, whoever wants to know reads."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from realtime.histogram import Histogram


class Lost(StrEnum):
    """Why a watcher was cut off."""

    STALLED = "stalled"  # it did not take what was sent
    SILENT = "silent"  # it has said nothing for longer than two pings


@dataclass(slots=True)
class Activity:
    """``ticks`` are seconds; ``compared_at`` is in monotonic seconds, None while nothing was compared.

    ``due`` counts writes that a tick had for a watcher, ``skipped`` those of them that a slow one did not get;
    ``cold`` subscriptions waited for the database; ``behind`` counts topics that a comparison with it found old,
    ``lag`` the versions by which all of them together were old at the last one.
    """

    ticks: Histogram = field(default_factory=Histogram)
    due: int = 0
    skipped: int = 0
    subscriptions: int = 0
    cold: int = 0
    aborted: Counter[Lost] = field(default_factory=Counter)
    behind: int = 0
    lag: int = 0
    compared_at: float | None = None
