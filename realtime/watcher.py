"""One connection that watches topics, as fan-out sees it."""

from collections.abc import Callable
from typing import Protocol

from realtime.disclosure import View


class Outlet(Protocol):
    """Where whole frames are written; nothing is queued above it.

    ``slow`` is true from more than 16 KiB unsent until all is drained, then ``on_drain`` is called.
    """

    slow: bool
    on_drain: Callable[[], None] | None

    def write(self, data: bytes) -> None: ...

    def abort(self) -> None: ...


class Watcher:
    """``format`` names the encoding of its frames; ``heard`` and ``slow_since`` are monotonic seconds."""

    __slots__ = ("behind", "format", "heard", "outlet", "pinged", "slow_since", "topics", "write")

    def __init__(self, outlet: Outlet, format: str, now: float) -> None:
        self.outlet = outlet
        self.write = outlet.write
        self.format = format
        self.topics: dict[int, View] = {}
        self.behind: set[int] | None = None
        self.heard = now
        self.pinged = now
        self.slow_since: float | None = None
