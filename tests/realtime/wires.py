"""The bus of the model: it drops, doubles, delays and forgets."""

import asyncio
import random

from realtime.bus import GapReason, OnDelta, OnGap, OnHeadcount, ignore_headcount
from realtime.bus_memory import MemoryBus
from realtime.delta import Delta


class Wires:
    """The bus between all nodes: what is on its way may be lost, doubled, late or out of order."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.ends: list[WireEnd] = []
        self.loses = 0.0
        self._generation = 0

    def publish(self, delta: Delta) -> None:
        for end in self.ends:
            copies = 0 if self._chance.random() < self.loses else 1 + (self._chance.random() < 0.1)
            for _ in range(copies):
                late = self._chance.random() ** 3 * 0.8
                asyncio.get_running_loop().call_later(late, self._arrive, end, delta, self._generation)

    def _arrive(self, end: "WireEnd", delta: Delta, generation: int) -> None:
        if generation == self._generation and end in self.ends and delta.topic in end.topics:
            end.on_delta(delta)

    def wipe(self, *, told: bool) -> None:
        """All that is on its way is lost; the nodes notice, or don't."""
        self._generation += 1
        for end in self.ends if told else ():
            end.on_gap(GapReason.RESUBSCRIBED, end.topics)


class WireEnd(MemoryBus):
    """A node's bus."""

    on_delta: OnDelta
    on_gap: OnGap

    def __init__(self, wires: Wires, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self.topics: set[int] = set()
        wires.ends.append(self)

    def attach(self, on_delta: OnDelta, on_gap: OnGap, on_headcount: OnHeadcount = ignore_headcount) -> None:
        self.on_delta, self.on_gap = on_delta, on_gap

    async def subscribe(self, topic: int) -> None:
        if self._chance.random() < 0.5:
            await asyncio.sleep(self._chance.random() * 0.1)
        self.topics.add(topic)

    async def unsubscribe(self, topic: int) -> None:
        self.topics.discard(topic)
