"""The public answer rate as this node last counted it: once in an interval, however many ask."""

import asyncio
from collections.abc import Callable

from storage.answer_rate import answer_rate
from storage.database import Database
from storage.values_referents import AnswerRate

INTERVAL_MS = 60_000


class RateBoard:
    """``now`` gives milliseconds since 1970 UTC."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now
        self._counting = asyncio.Lock()
        self._last: tuple[int, AnswerRate] | None = None

    async def rate(self) -> AnswerRate:
        """Not older than the interval. Raises StorageUnavailable."""
        async with self._counting:
            now = self._now()
            if self._last is None or not 0 <= now - self._last[0] < INTERVAL_MS:
                self._last = now, await answer_rate(self._database, now)
            return self._last[1]
