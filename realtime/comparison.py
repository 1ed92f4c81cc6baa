"""Compares what this node shows with the database, again and again: whatever the bus loses is found here.

One question for all topics in memory: their versions, rules and live headlines. What is behind is read again. A
database that answers less than it had committed has lost commits; it begins a higher epoch then, so that every
watcher is told the whole state and nobody's version goes back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from realtime.fanout import Fanout
from realtime.freshness import Freshness
from realtime.standing import Mark
from realtime.tally import Version

log = logging.getLogger("imaginest.comparison")

COMPARE_SECONDS = 2.0
"""From one comparison to the next."""

LEAST_SECONDS = 0.2
"""Between two comparisons, however often the bus reports a gap."""

ANSWER_SECONDS = 10.0
"""A question that the database has not answered by then is given up."""

TOPICS_A_QUESTION = 500

ReadMarks = Callable[[Sequence[int]], Awaitable[Mapping[int, Mark]]]
RaiseEpoch = Callable[[int], Awaitable[None]]


class Comparison:
    """``start`` before use, ``stop`` after. One comparison runs at a time."""

    def __init__(
        self,
        fanout: Fanout,
        read_marks: ReadMarks,
        raise_epoch: RaiseEpoch,
        monotonic: Callable[[], float],
        is_joined: Callable[[], bool],
    ) -> None:
        """``raise_epoch`` has the database begin an epoch higher than the one given; ``is_joined`` says whether
        the bus is there."""
        self._fanout = fanout
        self._standings = fanout.standings
        self._read_marks = read_marks
        self._raise_epoch = raise_epoch
        self._monotonic = monotonic
        self._is_joined = is_joined
        self._freshness = Freshness()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._compare_forever(), name="comparison")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def tell(self) -> None:
        """Tell the watchers where it has changed whether they see the current state."""
        now = self._monotonic()
        self._freshness.joined(now, by_the_bus=self._is_joined())
        if self._freshness.turned(now):
            log.warning("what is shown is %s", self._freshness.telling.name.lower())
            await self._fanout.tell(self._freshness.telling)

    async def _compare_forever(self) -> None:
        doubt = self._fanout.doubt
        while True:
            started = self._monotonic()
            doubt.clear()
            await self._compare()
            await asyncio.sleep(started + LEAST_SECONDS - self._monotonic())
            try:
                async with asyncio.timeout(started + COMPARE_SECONDS - self._monotonic()):
                    await doubt.wait()
            except TimeoutError:
                continue

    async def _compare(self) -> None:
        """Compare once; an answer that does not come is the freshness's matter."""
        held = self._held()
        if not held:
            self._fanout.activity.lag = 0
            self._answered()
            return
        self._freshness.asked(self._monotonic())
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._settle(held, await self._ask(list(held)))
        except Exception as error:  # whatever the database's trouble is: the next comparison asks again
            log.warning("the comparison with the database failed: %r", error)
            return
        self._answered()

    def _answered(self) -> None:
        self._freshness.answered()
        self._fanout.activity.compared_at = self._monotonic()

    def _held(self) -> dict[int, Version]:
        """The versions of the topics in memory; each of them was committed before it came here.

        What nobody has followed for a while is not in memory; until then whoever comes is shown what is current.
        """
        return {topic: self._standings[topic].version for topic in self._standings}

    async def _ask(self, topics: list[int]) -> dict[int, Mark]:
        marks: dict[int, Mark] = {}
        for start in range(0, len(topics), TOPICS_A_QUESTION):
            marks.update(await self._read_marks(topics[start : start + TOPICS_A_QUESTION]))
        return marks

    async def _settle(self, held: Mapping[int, Version], marks: Mapping[int, Mark]) -> None:
        """Read again what is behind; a topic that the database no longer has stays as it is."""
        activity = self._fanout.activity
        if any(self._is_lost(topic, held[topic], mark) for topic, mark in marks.items()):
            log.error("the database has lost commits: it begins a new epoch")
            await self._raise_epoch(max(version.epoch for version in held.values()))
            for topic in self._standings:
                self._standings.refresh(topic)
            return
        activity.lag = 0
        for topic, mark in marks.items():
            standing = self._standings.get(topic)
            if standing is not None and standing.is_behind(mark):
                activity.lag += max(1, mark.version.number - standing.version.number)
                activity.behind += 1
                self._standings.refresh(topic)

    def _is_lost(self, topic: int, held: Version, mark: Mark) -> bool:
        standing = self._standings.get(topic)
        return mark.version < held or (standing is not None and standing.is_contradicted(mark))
