"""Whether what this node shows is current: it is while the database answers and the bus is there (pure).

Without the bus a node learns of the others' votes from the database alone, up to 2 s later: its watchers are told.

``now`` is in monotonic seconds.
"""

from enum import Enum, auto

STALE_SECONDS = 3.0
"""For how long the database may leave a question unanswered before the watchers are told."""


APART_SECONDS = 1.0
"""For how long the bus may be away before the watchers are told."""


class Telling(Enum):
    """What the watchers are told."""

    STALE = auto()
    FRESH = auto()


class Freshness:
    """Remembers since when the database has not answered, and since when the bus is away."""

    def __init__(self) -> None:
        self.telling = Telling.FRESH
        self._unanswered_since: float | None = None
        self._apart_since: float | None = None

    def asked(self, now: float) -> None:
        """The database was asked; asked again without an answer, it is the first question that counts."""
        if self._unanswered_since is None:
            self._unanswered_since = now

    def answered(self) -> None:
        self._unanswered_since = None

    def joined(self, now: float, *, by_the_bus: bool) -> None:
        """Whether this node hears the others."""
        if by_the_bus:
            self._apart_since = None
        elif self._apart_since is None:
            self._apart_since = now

    def turned(self, now: float) -> bool:
        """Bring ``telling`` up to date; whether it became another."""
        unanswered = _lasts(self._unanswered_since, STALE_SECONDS, now)
        apart = _lasts(self._apart_since, APART_SECONDS, now)
        telling = Telling.STALE if unanswered or apart else Telling.FRESH
        turned = telling is not self.telling
        self.telling = telling
        return turned


def _lasts(since: float | None, seconds: float, now: float) -> bool:
    return since is not None and now - since > seconds
