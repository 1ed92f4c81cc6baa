"""What the watch room shows, read once a second however many screens ask."""

import asyncio
from collections.abc import Callable

from storage.database import Database
from storage.values_watch import Watch
from storage.watch import look

FRESH_MS = 900
"""A look is as good as new for so long: screens ask once a second."""


class WatchBoard:
    """``now`` gives milliseconds since 1970."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now
        self._lock = asyncio.Lock()
        self._last: Watch | None = None

    async def watch(self) -> Watch:
        """Raises StorageUnavailable: old figures would be taken for new ones."""
        async with self._lock:
            if self._last is None or not 0 <= self._now() - self._last.at < FRESH_MS:
                self._last = None
                self._last = await look(self._database, self._now())
            return self._last
