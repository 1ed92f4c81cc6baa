"""The frozen values of the big screens: how one is paired, and what it says of itself."""

from dataclasses import dataclass
from enum import StrEnum

from realtime.tally import Hall

CODE_MS = 10 * 60_000
"""A pairing code holds this long; the screen then shows another."""

RENEWED_MS = 60_000
"""So long before its code ends a screen shows another: whoever reads it out has the time to type it."""

SILENT_MS = 15_000
"""A screen that has said nothing for this long is shown as silent."""

ABSENT_MS = 3 * 60_000
"""A paired screen that was not seen for this long is absent: no show waits for it, and it may come back."""

SEEN_MS = 30_000
"""A screen that shows a code is noted as seen no more often than this: it asks every two seconds."""

MOST_UNPAIRED = 200
"""Screens that wait to be paired, in all; beyond it those that were not seen for longest are forgotten."""

MOST_PAIRED = 60


class ScreenFault(StrEnum):
    """Why a screen was not paired."""

    BAD_CODE = "bad-code"
    UNKNOWN_CODE = "unknown-code"
    OTHER_HALL = "other-hall"
    TOO_MANY = "too-many"
    TOO_FAST = "too-fast"
    UNKNOWN = "unknown"
    NONE_ABSENT = "none-absent"


@dataclass(frozen=True, slots=True)
class ScreenSaid:
    """What a screen says of itself every few seconds.

    ``number`` is that of the show it follows, ``step`` what it shows, ``ready`` the steps that it has loaded whole,
    ``offset`` how far its clock is from the server's (ms), ``frames`` those of a second.
    """

    number: int
    step: int | None
    ready: tuple[int, ...]
    offset: int
    frames: int
    width: int
    height: int
    sound: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """``code`` is what an unpaired screen shows; ``said`` is None for one that has not said anything yet."""

    id: int
    hall: Hall
    code: str | None
    code_at: int
    paired_at: int | None
    seen_at: int
    said: ScreenSaid | None = None

    @property
    def is_paired(self) -> bool:
        return self.paired_at is not None

    def is_code_old(self, now: int) -> bool:
        """Whether it needs another code."""
        return not self.is_paired and (self.code is None or now - self.code_at >= CODE_MS - RENEWED_MS)

    def is_due(self, now: int) -> bool:
        """Whether something of it is to be written when it asks: another code, or that it was seen."""
        return self.is_code_old(now) or now - self.seen_at >= SEEN_MS

    def is_silent(self, now: int) -> bool:
        return now - self.seen_at > SILENT_MS

    def is_absent(self, now: int) -> bool:
        return now - self.seen_at >= ABSENT_MS
