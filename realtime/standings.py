"""The topics that this node has in memory: read once however many wait, kept current by the bus's deltas.

Whoever reads is on the bus first: a change is either in what the database answers or comes as a delta afterwards.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator

from realtime.bus import Bus
from realtime.delta import Delta
from realtime.standing import Loaded, TopicStanding
from realtime.views import Encode

log = logging.getLogger("imaginest.standings")

MOST_READS = 5
"""How often one reading asks the database again because deltas were lost meanwhile; then it takes what it has."""

MOST_EARLY = 1000
"""Deltas that are kept while the database is read; beyond them it is read once more instead."""

Load = Callable[[int], Awaitable[Loaded | None]]


class Standings:
    """``changed`` is told of a topic whenever its tally or rules may have become others."""

    def __init__(self, bus: Bus, load: Load, encode: Encode, changed: Callable[[int], None]) -> None:
        self._bus = bus
        self._load = load
        self._encode = encode
        self._changed = changed
        self._topics: dict[int, TopicStanding] = {}
        self._reading: dict[int, asyncio.Task[bool]] = {}
        self._early: dict[int, list[Delta]] = {}
        self._again: set[int] = set()
        self._leaving: dict[int, asyncio.Task[None]] = {}

    def __contains__(self, topic: int) -> bool:
        return topic in self._topics

    def __getitem__(self, topic: int) -> TopicStanding:
        return self._topics[topic]

    def __iter__(self) -> Iterator[int]:
        return iter(list(self._topics))

    def get(self, topic: int) -> TopicStanding | None:
        return self._topics.get(topic)

    async def stop(self) -> None:
        tasks = [*self._reading.values(), *self._leaving.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- from the database

    async def warm(self, topic: int) -> bool:
        """Have a topic in memory; False where it does not exist. Raises what ``load`` raises.

        It may be forgotten again before the caller's next turn: ask whether it is there.
        """
        if topic in self._topics:
            return True
        return await asyncio.shield(self._reading.get(topic) or self._begin(topic))

    def refresh(self, topic: int) -> None:
        """Read a topic in memory again, from now on; what is older in the database is not taken."""
        if topic in self._reading:
            self._again.add(topic)
        elif topic in self._topics:
            self._begin(topic).add_done_callback(_tell_failure)

    def _begin(self, topic: int) -> asyncio.Task[bool]:
        self._early[topic] = []
        task = asyncio.create_task(self._read(topic), name=f"read topic {topic}")
        self._reading[topic] = task
        task.add_done_callback(lambda _: self._ended(topic))
        return task

    def _ended(self, topic: int) -> None:
        del self._reading[topic]
        self._early.pop(topic, None)  # a task that was cancelled before its first turn
        if topic in self._again:
            self._again.discard(topic)
            self.refresh(topic)

    async def _read(self, topic: int) -> bool:
        early = self._early[topic]
        try:
            await self._listen(topic)
            for _ in range(MOST_READS):
                self._again.discard(topic)
                known = len(early)
                loaded = await self._load(topic)
                if loaded is None or (self._take(topic, loaded, early, known) and topic not in self._again):
                    break
        finally:
            del self._early[topic]
            if topic not in self._topics:
                await self._bus.unsubscribe(topic)
        return topic in self._topics

    async def _listen(self, topic: int) -> None:
        if topic in self._leaving:
            await asyncio.wait([self._leaving[topic]])
        try:
            await self._bus.subscribe(topic)
        except Exception as error:  # the bus is a hint: without it the comparison finds what changed
            log.warning("the bus does not follow topic %d: %r", topic, error)

    def _take(self, topic: int, loaded: Loaded, early: list[Delta], known: int) -> bool:
        """What the database answered, and the deltas that came meanwhile; False where one in between was lost.

        The first ``known`` were there before the question: what does not follow on from the answer is not the
        database's, and is dropped.
        """
        standing = self._topics.get(topic)
        if standing is None:
            standing = self._topics[topic] = TopicStanding(topic, loaded, self._encode)
        else:
            standing.reload(loaded)
        for delta in early[:known]:
            standing.apply(delta)
        follows = all([standing.apply(delta) for delta in early[known:]])
        self._changed(topic)
        return follows

    async def forget(self, topic: int) -> None:
        """Let go of a topic, unless it is being read."""
        if topic in self._reading or topic not in self._topics:
            return
        del self._topics[topic]
        task = asyncio.create_task(self._bus.unsubscribe(topic), name=f"leave topic {topic}")
        self._leaving[topic] = task
        task.add_done_callback(lambda _: self._leaving.pop(topic, None))
        await asyncio.shield(task)

    # --- from the bus

    def on_delta(self, delta: Delta) -> None:
        early = self._early.get(delta.topic)
        if early is not None:
            self._keep(early, delta)
        standing = self._topics.get(delta.topic)
        if standing is None:
            return
        if standing.apply(delta):
            self._changed(delta.topic)
        elif early is None:
            self.refresh(delta.topic)

    def on_gap(self, topics: Iterable[int]) -> None:
        """Deltas of these topics may be lost: what is being read just now must be read once more."""
        self._again.update(topic for topic in topics if topic in self._reading)

    def _keep(self, early: list[Delta], delta: Delta) -> None:
        if len(early) >= MOST_EARLY:
            early.clear()
            self._again.add(delta.topic)
        early.append(delta)


def _tell_failure(task: asyncio.Task[bool]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.warning("a topic could not be read again: %r", task.exception())
