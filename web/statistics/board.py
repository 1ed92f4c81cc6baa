"""The figures as this node last counted them: once in an interval, however many ask."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from storage.database import Database, StorageUnavailable
from storage.statistics import figures, rising, voters_won
from storage.values_statistics import Figures, Rise
from web.statistics.days import Day, last_days

log = logging.getLogger("imaginest.statistics")

INTERVAL_MS = 15_000
"""Figures are counted again when they are older than this and somebody asks, …"""

REST = 20
"""… and when they are older than so many times what counting them took."""

MEANWHILE_MS = 120_000
"""Figures up to this age are shown to those who come while they are being counted again."""

DAYS = 30
DAY_MS = 86_400_000

SETTLED_MS = 60_000
"""How long after midnight a day's figures may still change: the last votes are being committed."""

PAST_MS = 3_600_000
"""Days that are over are counted again this often, should the database have been put back to an older state."""

LISTED = 5


@dataclass(frozen=True, slots=True)
class DayFigures:
    date: date
    voters: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All figures as of ``at``; days the oldest first."""

    at: int
    figures: Figures
    days: tuple[DayFigures, ...]
    rising: tuple[Rise, ...]


class Board:
    """``snapshot`` counts where it must; who asks meanwhile never makes a second count. ``now`` gives ms."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now
        self._counting = asyncio.Lock()
        self._last: Snapshot | None = None
        self._took_ms = 0.0
        self._past: dict[date, int] = {}
        self._past_from = 0

    async def snapshot(self) -> Snapshot:
        """Not older than the interval; older where the database does not answer, StorageUnavailable without any."""
        last = self._last
        if last is not None and (self._is_fresh(last) or (self._counting.locked() and self._will_do(last))):
            return last
        async with self._counting:
            if self._last is None or not self._is_fresh(self._last):
                await self._count()
            if self._last is None:
                raise StorageUnavailable("nothing was counted yet")
            return self._last

    def _is_fresh(self, snapshot: Snapshot) -> bool:
        """A clock that was set back makes nothing fresh for long."""
        return 0 <= self._now() - snapshot.at < max(INTERVAL_MS, REST * self._took_ms)

    def _will_do(self, snapshot: Snapshot) -> bool:
        """For whoever comes while somebody else waits for the count."""
        return 0 <= self._now() - snapshot.at < MEANWHILE_MS

    async def _count(self) -> None:
        now, began = self._now(), time.perf_counter()
        try:
            days = tuple([await self._day(day, now) for day in last_days(now, DAYS)])
            risen = await rising(self._database, now - DAY_MS, now, listed=LISTED)
            found = await figures(
                self._database, now, listed=LISTED
            )  # the last: today is never more than all
        except StorageUnavailable:
            if self._last is None:
                raise
            log.warning("the statistics stay as they were: the database does not answer")
            return
        self._took_ms = (time.perf_counter() - began) * 1000
        self._last = Snapshot(now, found, days, tuple(risen))

    async def _day(self, day: Day, now: int) -> DayFigures:
        if not 0 <= now - self._past_from < PAST_MS:
            self._past, self._past_from = {}, now
        voters = self._past.get(day.date)
        if voters is None:
            voters = await voters_won(self._database, day.since, day.until)
            if now >= day.until + SETTLED_MS:
                self._past[day.date] = voters
        return DayFigures(day.date, voters)
