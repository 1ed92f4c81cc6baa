"""The bus of a single process."""

from realtime.bus import OnDelta, OnGap
from realtime.delta import Delta


class MemoryBus:
    """Hands deltas over within the process; it never misses one, so it never reports a gap."""

    def __init__(self) -> None:
        self._topics: set[int] = set()
        self._on_delta: OnDelta | None = None

    def attach(self, on_delta: OnDelta, on_gap: OnGap) -> None:
        self._on_delta = on_delta

    async def publish(self, delta: Delta) -> None:
        if delta.topic in self._topics and self._on_delta is not None:
            self._on_delta(delta)

    async def subscribe(self, topic: int) -> None:
        self._topics.add(topic)

    async def unsubscribe(self, topic: int) -> None:
        self._topics.discard(topic)
