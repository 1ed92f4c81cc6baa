"""What the watch room shows, read once however many screens ask."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from realtime.disclosure import View
from realtime.tally import Counts
from realtime.unusual import (
    LEAST_VOTERS,
    Alike,
    Burst,
    OneWay,
    bursts,
    from_new_devices,
    from_one_network,
    one_way,
    usual,
)
from storage.database import Database
from storage.keys import Keys
from storage.time_line import moments
from storage.unusual import slots, won_by_minute
from storage.values import Moment
from storage.values_watch import MINUTE_MS, Watch, WonByMinute
from storage.watch import look

FRESH_MS = 900
"""A look is as good as new for so long: screens ask once a second."""

SEARCHED_MS = 20_000
"""Unusual votes are searched for this often at most."""


@dataclass(frozen=True, slots=True)
class Course:
    """How votes came on a topic, beside how they usually do; all but ``won`` and ``usual`` is what is unusual."""

    won: WonByMinute
    usual: tuple[float, ...]
    bursts: tuple[Burst, ...]
    one_way: tuple[OneWay, ...]
    alike: tuple[Alike, ...]

    @property
    def is_flagged(self) -> bool:
        return bool(self.bursts or self.one_way or self.alike)


class WatchBoard:
    """``now`` gives milliseconds since 1970."""

    def __init__(self, database: Database, keys: Keys, now: Callable[[], int]) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self._lock = asyncio.Lock()
        self._last: Watch | None = None
        self._searching = asyncio.Lock()
        self._courses: tuple[int, list[Course]] | None = None

    async def watch(self) -> Watch:
        """Raises StorageUnavailable: old figures would be taken for new ones."""
        async with self._lock:
            if self._last is None or not 0 <= self._now() - self._last.at < FRESH_MS:
                self._last = None
                self._last = await look(self._database, self._now())
            return self._last

    async def courses(self) -> list[Course]:
        """The busiest topics of the last hours. Raises StorageUnavailable."""
        async with self._searching:
            if self._courses is None or not 0 <= self._now() - self._courses[0] < SEARCHED_MS:
                now = self._now()
                self._courses = now, await self._search(now)
            return self._courses[1]

    async def _search(self, now: int) -> list[Course]:
        """What an event asks comes at once, and from halls that may be of different minds: neither is unusual."""
        topics = await won_by_minute(self._database, now)
        together = [sum(minute) for minute in zip(*(one.won for one in topics), strict=True)]
        courses = []
        marked = await slots(self._database, [one.topic for one in topics], now)
        for one in topics:
            by_ten, past = marked[one.topic]
            others = [all_of_them - mine for all_of_them, mine in zip(together, one.won, strict=True)]
            age = (now - one.rules.opens_at) // MINUTE_MS
            courses.append(
                Course(
                    one,
                    tuple(usual(one.won, others)),
                    () if one.is_of_event else tuple(bursts(one.won, others, age)),
                    () if one.is_of_event else await self._one_way(one, now),
                    tuple(from_new_devices(by_ten, past) + from_one_network(by_ten)),
                )
            )
        return courses

    async def _one_way(self, one: WonByMinute, now: int) -> tuple[OneWay, ...]:
        """Only where everybody may see the results: a flag would tell which way they lean."""
        if sum(one.won) < LEAST_VOTERS or one.rules.view(voted=False, now=now) is not View.RESULTS:
            return ()
        line = await moments(self._database, self._keys, one.topic)
        found = [stretch for part in unbroken(line) for stretch in one_way(part)]
        return tuple(stretch for stretch in found if stretch.at >= one.first * MINUTE_MS)


def unbroken(line: Sequence[Moment]) -> list[list[tuple[int, Counts]]]:
    """The parts of a time line between its steps, each with what it begins from (pure).

    At a step the moment before is told again, and of a live headline then once more, less who left.
    """
    parts: list[list[tuple[int, Counts]]] = [[]]
    for before, moment in zip([None, *line], line, strict=False):
        if moment.again:
            is_second = before is not None and before.again and before.at == moment.at
            parts.append([(moment.at, moment.counts)] if is_second else [])
        else:
            parts[-1].append((moment.at, moment.counts))
    return [part for part in parts if part]
