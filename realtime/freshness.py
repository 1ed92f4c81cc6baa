"""Whether what this node shows is current: it is while the database answers (pure).

``now`` is in monotonic seconds.
"""

from enum import Enum, auto

STALE_SECONDS = 3.0
"""For how long the database may leave a question unanswered before the watchers are told."""


class Telling(Enum):
    """What the watchers are told."""

    STALE = auto()
    FRESH = auto()


class Freshness:
    """Remembers since when the database has not answered."""

    def __init__(self) -> None:
        self.telling = Telling.FRESH
        self._unanswered_since: float | None = None

    def asked(self, now: float) -> None:
        """The database was asked; asked again without an answer, it is the first question that counts."""
        if self._unanswered_since is None:
            self._unanswered_since = now

    def answered(self) -> None:
        self._unanswered_since = None

    def turned(self, now: float) -> bool:
        """Bring ``telling`` up to date; whether it became another."""
        since = self._unanswered_since
        telling = Telling.STALE if since is not None and now - since > STALE_SECONDS else Telling.FRESH
        turned = telling is not self.telling
        self.telling = telling
        return turned
