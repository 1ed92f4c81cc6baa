"""What staff have switched for everybody: posting paused, votes on some topics paused, a banner (pure). And what
the Région has just begun to ask.

It is one state for all who watch, numbered, so that one frame serves every watcher and whoever comes back says
what it has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from realtime.watcher import Watcher


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Banner:
    """A sentence for everybody, until an instant (ms since 1970) or until it is taken away."""

    text: str
    severity: Severity
    until: int | None = None


FRESH_MS = 10 * 60_000
"""So long everybody who comes is told what the Région has begun to ask."""

MOST_FRESH = 5


class FreshSort(StrEnum):
    TOPIC = "topic"
    QUESTIONNAIRE = "questionnaire"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Fresh:
    """What the Région has begun to ask or to tell, and when (ms since 1970)."""

    sort: FreshSort
    id: int
    title: str
    opened_at: int


@dataclass(frozen=True, slots=True)
class Notice:
    """``posting`` says why nothing can be posted, ``paused`` why a topic takes no votes; None, absent: it does.

    ``number`` is another whenever something was switched.
    """

    number: int = 0
    posting: str | None = None
    banner: Banner | None = None
    paused: Mapping[int, str] = field(default_factory=dict)
    fresh: tuple[Fresh, ...] = ()
    """What opened a short while ago, the newest first, at most MOST_FRESH."""

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say."""
        return self.posting is None and self.banner is None and not self.paused and not self.fresh

    def at(self, now: int) -> "Notice":
        """As it is at an instant: a banner whose time is over is none, and nothing stays fresh."""
        notice = self
        if self.banner is not None and self.banner.until is not None and self.banner.until <= now:
            notice = replace(notice, banner=None)
        fresh = tuple(one for one in self.fresh if one.opened_at + FRESH_MS > now)
        return notice if fresh == self.fresh else replace(notice, fresh=fresh)


QUIET = Notice()

EncodeNotice = Callable[[Notice, str], bytes]


class NoticeBoard:
    """The newest notice that this node knows, its frames, and who still has to be told (no I/O)."""

    def __init__(self, encode: EncodeNotice, wall: Callable[[], int]) -> None:
        """``wall`` gives ms since 1970."""
        self._encode = encode
        self._wall = wall
        self._notice = QUIET
        self._frames: dict[tuple[str, bool, int], bytes] = {}
        self._owed: set[Watcher] = set()

    def now(self) -> Notice:
        return self._notice.at(self._wall())

    def put(self, notice: Notice) -> bool:
        """Take a notice; whether it says something else than the one before."""
        is_other = notice != self._notice
        self._notice = notice
        self._frames.clear()
        return is_other

    def greet(self, watcher: Watcher, known: int | None = None) -> None:
        """Tell who comes what is switched on; who says what they have (``known``) is told only what is newer."""
        notice = self.now()
        if known == notice.number or (known is None and notice.is_quiet):
            return
        self.tell(watcher)

    def tell(self, watcher: Watcher) -> None:
        """Write the notice, or leave it for when the watcher has drained."""
        if watcher.slow:
            self._owed.add(watcher)
        else:
            watcher.write(self._frame(watcher.format))

    def catch_up(self, watcher: Watcher) -> None:
        """A slow watcher has drained."""
        if watcher in self._owed:
            self._owed.discard(watcher)
            self.tell(watcher)

    def forget(self, watcher: Watcher) -> None:
        self._owed.discard(watcher)

    def _frame(self, format: str) -> bytes:
        """The frame in a format, encoded once for all; once more when something's time is over."""
        notice = self.now()
        key = (format, notice.banner is None, len(notice.fresh))
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = self._encode(notice, format)
        return frame
