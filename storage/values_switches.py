"""What staff can switch for everybody, since when, by whom and why."""

from dataclasses import dataclass
from enum import StrEnum

from realtime.notice import Severity

LONGEST_BANNER = 200
"""Signs (code points) of a banner."""

LONGEST_SENTENCE = 80
"""Signs of what citizens read where something is paused: it stands where the buttons were."""

LONGEST_WHY = 400
"""Signs of the reason that staff give each other."""

MOST_PAUSED = 20
"""Topics paused at once: the notice of all of them goes to every watcher."""


class SwitchKind(StrEnum):
    POSTING = "posting"
    VOTING = "voting"
    BANNER = "banner"


class SwitchRefusal(StrEnum):
    """Why nothing was switched."""

    UNKNOWN_TOPIC = "unknown-topic"
    TOO_MANY_PAUSED = "too-many-paused"
    ALREADY_OFF = "already-off"


@dataclass(frozen=True, slots=True)
class NewSwitch:
    """``text`` is what citizens read, ``reason`` what staff do. ``topic`` belongs to votes, the rest to a banner.

    ``op`` makes one switching of a double tap.
    """

    kind: SwitchKind
    text: str
    reason: str
    op: str
    topic: int | None = None
    severity: Severity | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Switched:
    """One time that something was on. Instants are ms since 1970; ``by`` and ``ended_by`` are names of staff.

    ``ended_reason`` is empty where the next one took its place.
    """

    id: int
    kind: SwitchKind
    topic: int | None
    title: str
    text: str
    severity: Severity | None
    until: int | None
    reason: str
    by: str
    at: int
    ended_at: int | None
    ended_by: str
    ended_reason: str

    def is_on(self, now: int) -> bool:
        return self.ended_at is None and (self.until is None or self.until > now)
