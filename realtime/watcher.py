"""One connection that watches topics, as fan-out sees it."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from realtime.disclosure import View


class Outlet(Protocol):
    """Where whole frames are written; nothing is queued above it.

    Calls ``on_slow`` with true when what its side does not take piles up or the connection is lost, with false once
    all is drained.
    """

    on_slow: Callable[[bool], None] | None

    def write(self, data: bytes) -> None: ...

    def abort(self) -> None: ...


class Seat(NamedTuple):
    """The view in which a watcher follows a topic, and whether it has voted there: rules may change."""

    view: View
    voted: bool


_SEATS = {(view, voted): Seat(view, voted) for view in View for voted in (False, True)}


def seat(view: View, *, voted: bool) -> Seat:
    """One of the four that there are: thousands of watchers share them."""
    return _SEATS[view, voted]


class Watcher:
    """``format`` names the encoding of its frames; ``heard`` and ``slow_since`` are monotonic seconds.

    What a tick reads of it stands in its own slots: with thousands of them, each further object costs a cache miss.
    """

    __slots__ = (
        "behind",
        "drained",
        "format",
        "heard",
        "outlet",
        "pinged",
        "slow",
        "slow_since",
        "topics",
        "write",
    )

    def __init__(self, outlet: Outlet, format: str, now: float) -> None:
        self.outlet = outlet
        self.write = outlet.write
        self.format = format
        self.slow = False
        self.drained: Callable[[Watcher], None] | None = None
        self.topics: dict[int, Seat] = {}
        self.behind: set[int] | None = None
        self.heard = now
        self.pinged = now
        self.slow_since: float | None = None

    def turn(self, slow: bool) -> None:
        """The outlet's ``on_slow``."""
        self.slow = slow
        if not slow and self.drained is not None:
            self.drained(self)
