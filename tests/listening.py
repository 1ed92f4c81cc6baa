"""A node's end of the bus in a test: what it publishes and what it has heard."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from realtime.bus import Bus, GapReason, Headcount
from realtime.bus_address import read_addresses
from realtime.bus_redis import RedisBus
from realtime.bus_sender import Timings
from realtime.delta import Changes, Delta
from realtime.tally import Version

KEY = bytes(range(32))
QUICK = Timings(
    connect=1.0,
    command=1.0,
    confirm=0.1,
    keep=1.0,
    probe_every=0.2,
    probe_lost=2.5,
    retry_first=0.02,
    retry_longest=0.2,
    unreadable_every=0.2,
)
"""Timings with which a fault shows soon."""

PATIENT = replace(QUICK, probe_every=1.0, probe_lost=60.0, command=10.0)
"""Timings with which only what the test does ends a connection."""


def delta(topic: int, number: int, *, base: int | None = None, plus: int | None = None) -> Delta:
    before = number - 1 if base is None else base
    return Delta(topic, Version(1, before), Version(1, number), Changes(voters=number, plus=plus))


@dataclass
class Node:
    """A bus and what it told."""

    bus: Bus
    deltas: list[Delta] = field(default_factory=list)
    gaps: list[tuple[GapReason, list[int]]] = field(default_factory=list)
    heads: list[Headcount] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bus.attach(self.deltas.append, self._on_gap, self.heads.append)

    def _on_gap(self, reason: GapReason, topics: Collection[int]) -> None:
        self.gaps.append((reason, sorted(topics)))

    def has_heard(self, one: Delta) -> bool:
        return any(heard.topic == one.topic and heard.version >= one.version for heard in self.deltas)

    def told(self, reason: GapReason) -> bool:
        return any(gap == reason for gap, _ in self.gaps)


@asynccontextmanager
async def nodes(
    number: int, url: str, *, timings: Timings = QUICK, prefix: str = "test", key: bytes = KEY
) -> AsyncIterator[list[Node]]:
    """Some nodes of one deployment, started; stopped with the block."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(number):
            bus = RedisBus(read_addresses(url), prefix=prefix, key=key, timings=timings)
            stack.push_async_callback(bus.stop)
            node = Node(bus)
            await bus.start()
            made.append(node)
        yield made
