"""The bus over Redis pub/sub: one shard or several, a topic always on the same.

Redis keeps nothing and promises nothing; whatever may have been missed is told as a gap, and while a shard is
away the votes and the comparison with the database go on.
"""

import asyncio
import itertools
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from realtime.bus import BusRefused, GapReason, Headcount, OnDelta, OnGap, OnHeadcount, ignore_headcount
from realtime.bus_address import Address, shard_of
from realtime.bus_message import Message, encode, largest
from realtime.bus_sender import Timings
from realtime.bus_shard import Channels, Shard
from realtime.delta import Delta

log = logging.getLogger("imaginest.bus")

MOST_NODES = 1000
"""Nodes whose last headcount is remembered; each start of a process is one."""


class RedisBus:
    """``start`` before use; ``stop`` ends all it began."""

    def __init__(
        self, addresses: Sequence[Address], *, prefix: str, key: bytes, timings: Timings | None = None
    ) -> None:
        self.node = secrets.token_hex(8)
        self.counts: Counter[str] = Counter()
        self._key = key
        self._timings = timings or Timings()
        self._channels = Channels(prefix, self.node)
        self._names = [address.name for address in addresses]
        self._shards = [
            Shard(address, self._channels, key, self._timings, self.counts, self) for address in addresses
        ]
        self._numbers = itertools.count(1)
        self._topics: set[int] = set()
        self._heads: dict[str, int] = {}
        self._on_delta: OnDelta | None = None
        self._on_gap: OnGap | None = None
        self._on_headcount: OnHeadcount = ignore_headcount
        self._probing: asyncio.Task[None] | None = None

    @property
    def connected(self) -> Mapping[str, bool]:
        return {shard.address.name: shard.reader.connected.is_set() for shard in self._shards}

    def attach(self, on_delta: OnDelta, on_gap: OnGap, on_headcount: OnHeadcount = ignore_headcount) -> None:
        self._on_delta, self._on_gap, self._on_headcount = on_delta, on_gap, on_headcount

    async def start(self) -> None:
        """Raises BusRefused. A Redis that answers is connected afterwards."""
        for shard in self._shards:
            shard.start()
        self._probing = asyncio.create_task(self._probe_forever(), name="probe the bus")
        try:
            await asyncio.gather(self.check(), self._wait_for_shards())
        except BusRefused:
            await self.stop()
            raise

    async def _wait_for_shards(self) -> None:
        """Until all are connected, or it takes too long."""
        try:
            async with asyncio.timeout(self._timings.command):
                for shard in self._shards:
                    await shard.reader.connected.wait()
        except TimeoutError:
            return

    async def check(self) -> None:
        """Raises BusRefused where a shard answers, but not as it is set."""
        results = await asyncio.gather(*(shard.check() for shard in self._shards), return_exceptions=True)
        for refused in filter(None, results):
            raise refused

    async def stop(self) -> None:
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)
        self._on_delta = self._on_gap = None
        await asyncio.gather(*(shard.stop() for shard in self._shards))

    async def publish(self, delta: Delta) -> None:
        self.deliver(delta)
        channel = self._channels.of(delta.topic)
        message = Message(self.node, next(self._numbers), delta)
        self._shard(delta.topic).sender.offer(channel, encode(message, channel, self._key))

    async def announce(self, counts: Mapping[str, int]) -> None:
        """On every shard, so that it arrives while one of them is alive; it is told once."""
        message = Message(self.node, next(self._numbers), Headcount(self.node, largest(counts)))
        data = encode(message, self._channels.headcounts, self._key)
        for shard in self._shards:
            shard.sender.offer_latest(self._channels.headcounts, data)

    async def subscribe(self, topic: int) -> None:
        self._topics.add(topic)
        await self._shard(topic).reader.subscribe(self._channels.of(topic))

    async def unsubscribe(self, topic: int) -> None:
        self._topics.discard(topic)
        await self._shard(topic).reader.unsubscribe(self._channels.of(topic))

    def _shard(self, topic: int) -> Shard:
        return self._shards[shard_of(topic, self._names) if len(self._shards) > 1 else 0]

    async def _probe_forever(self) -> None:
        while True:
            for shard in self._shards:
                shard.probe(next(self._numbers))
            await asyncio.sleep(self._timings.probe_every)

    # --- what the shards tell

    def deliver(self, delta: Delta) -> None:
        if delta.topic in self._topics and self._on_delta is not None:
            self._tell(self._on_delta, delta)

    def missed(self, reason: GapReason, topics: Collection[int]) -> None:
        self.counts[f"gap.{reason}"] += 1
        if self._on_gap is not None:
            self._tell(self._on_gap, reason, [topic for topic in topics if topic in self._topics])

    def count_heads(self, number: int, heads: Headcount) -> None:
        """Every shard carries the same, and one that was frozen carries old ones late."""
        last = self._heads.pop(heads.node, 0)
        self._heads[heads.node] = max(last, number)  # the last of the dictionary: forgotten last
        if number <= last:
            return
        if len(self._heads) > MOST_NODES:
            del self._heads[next(iter(self._heads))]
        self._tell(self._on_headcount, heads)

    @staticmethod
    def _tell(listener: Callable[..., None], *what: object) -> None:
        """A listener's mistake does not end the connection."""
        try:
            listener(*what)
        except Exception:
            log.exception("what came from the bus was not taken")
