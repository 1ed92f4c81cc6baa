"""The bus of a single process."""

from collections import Counter
from collections.abc import Mapping

from realtime.bus import OnDelta, OnGap, OnHeadcount, ignore_headcount
from realtime.delta import Delta


class MemoryBus:
    """Hands deltas over within the process; it never misses one, so it never reports a gap."""

    def __init__(self) -> None:
        self.node = "alone"
        self.counts: Counter[str] = Counter()
        self._topics: set[int] = set()
        self._on_delta: OnDelta | None = None

    @property
    def connected(self) -> Mapping[str, bool]:
        return {}

    def attach(self, on_delta: OnDelta, on_gap: OnGap, on_headcount: OnHeadcount = ignore_headcount) -> None:
        self._on_delta = on_delta

    async def check(self) -> None:
        """There is nothing that could be wrong."""

    async def start(self) -> None:
        """Nothing is to be connected."""

    async def stop(self) -> None:
        self._topics.clear()

    async def publish(self, delta: Delta) -> None:
        if delta.topic in self._topics and self._on_delta is not None:
            self._on_delta(delta)

    async def announce(self, counts: Mapping[str, int]) -> None:
        """There is no other node."""

    async def subscribe(self, topic: int) -> None:
        self._topics.add(topic)

    async def unsubscribe(self, topic: int) -> None:
        self._topics.discard(topic)
