"""The seam between server processes: deltas go out, deltas of watched topics come in.

The bus is a hint. Nothing is lost with it: the database holds the truth, and ``on_gap`` says that messages
may have been missed.
"""

from collections.abc import Callable
from typing import Protocol

from realtime.delta import Delta

OnDelta = Callable[[Delta], None]
OnGap = Callable[[], None]


class Bus(Protocol):
    """Three methods; what comes in is told to the two callbacks that ``attach`` sets."""

    def attach(self, on_delta: OnDelta, on_gap: OnGap) -> None: ...

    async def publish(self, delta: Delta) -> None: ...

    async def subscribe(self, topic: int) -> None: ...

    async def unsubscribe(self, topic: int) -> None: ...


class UnknownBus(ValueError):
    """No bus goes by this URL."""


def open_bus(url: str) -> Bus:
    """The bus that a URL names: ``memory://``. Raises UnknownBus."""
    from realtime.bus_memory import MemoryBus

    if url == "memory://":
        return MemoryBus()
    raise UnknownBus(f"no bus goes by {url!r}; memory:// is the one there is")
