"""The seam between server processes: deltas go out, deltas of watched topics come in.

The bus is a hint. Nothing is lost with it: the database holds the truth, and ``on_gap`` says that messages
may have been missed. A node's own deltas come back to it within ``publish``, whatever becomes of the network.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from realtime.delta import Delta

MEMORY = "memory://"
"""The bus of a node that is alone."""


class GapReason(StrEnum):
    """Why messages may have been missed."""

    DISCONNECTED = "disconnected"  # the connection ended: nothing comes until RECONNECTED
    RECONNECTED = "reconnected"  # every topic is subscribed again; what was said meanwhile is lost
    RESUBSCRIBED = "resubscribed"  # a subscription was confirmed that nobody asked for: it had been lost
    LATE = "late"  # a subscription was confirmed after `subscribe` had stopped waiting for it
    PROBE_LOST = "probe-lost"  # nothing came back to ourselves: the connection was given up
    UNREADABLE = "unreadable"  # something came that is no message of ours; at most one a second
    OVERWHELMED = "overwhelmed"  # more came than could be kept: only the newest was


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many watch each channel on one node (``counts``, all positive). ``node`` is new at each start."""

    node: str
    counts: Mapping[str, int]


OnDelta = Callable[[Delta], None]
OnGap = Callable[[GapReason, Collection[int]], None]
"""Told the reason and the subscribed topics that it may concern."""

OnHeadcount = Callable[[Headcount], None]


def ignore_headcount(_: Headcount) -> None:
    """For whoever counts nobody."""


class Bus(Protocol):
    """What comes in is told to the callbacks that ``attach`` sets; none of the methods waits for long."""

    node: str
    """This node's name among the others, new at each start."""

    counts: Counter[str]
    """What happened so far, for the metrics; the keys are in docs/settings.md."""

    @property
    def connected(self) -> Mapping[str, bool]:
        """Whether each shard can be heard, by a name that holds no secret; empty where none is needed."""

    def attach(
        self, on_delta: OnDelta, on_gap: OnGap, on_headcount: OnHeadcount = ignore_headcount
    ) -> None: ...

    async def check(self) -> None:
        """Try everything once. Raises BusRefused where waiting would not help."""

    async def start(self) -> None:
        """Check and connect. A bus that is merely down is no reason not to start."""

    async def stop(self) -> None:
        """Let go of everything; what waits to be sent has a moment to leave."""

    async def publish(self, delta: Delta) -> None:
        """Tell every node that subscribes to the topic. Returns at once and never raises."""

    async def announce(self, counts: Mapping[str, int]) -> None:
        """Tell every other node how many watch each channel here. Returns at once and never raises."""

    async def subscribe(self, topic: int) -> None:
        """From now on what is published of the topic comes in, or a gap of the topic is told later."""

    async def unsubscribe(self, topic: int) -> None: ...


class BusRefused(ValueError):
    """The bus cannot be used as it is set; the message is one sentence that says what to do."""


def open_bus(url: str, *, prefix: str = "imaginest", key: bytes = b"") -> Bus:
    """The bus that a URL names; nothing is connected before ``start``. Raises BusRefused.

    ``memory://``, or one or several Redis separated by commas (realtime/bus_address.py). ``prefix`` is the
    deployment's; ``key`` proves that a message is from one of its nodes and has 32 bytes.
    """
    if url == MEMORY:
        from realtime.bus_memory import MemoryBus

        return MemoryBus()
    from realtime.bus_address import read_addresses
    from realtime.bus_redis import RedisBus

    return RedisBus(read_addresses(url), prefix=prefix, key=key)


def check_url(url: str) -> None:
    """Raises BusRefused where the URL names no bus; Redis' client is loaded only where it names one of its."""
    if url != MEMORY:
        from realtime.bus_address import read_addresses

        read_addresses(url)
