"""Whose turn it is to read: as many at once as there are connections, first come, first served.

A rush is served, however long that takes within reason. A database that answers nobody is told at once: who waits
goes by whether others get on, not by how many they are.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SEATS = 4
OWN_SEATS = 2
"""Beside them, for what a node must hear of at once, however many pages are asked for: that a show was moved."""

STUCK_SECONDS = 2.0
"""For so long nobody was answered: nobody will be soon."""

LONGEST_SECONDS = 15.0
"""Whoever asked has gone by then."""


class NoTurn(Exception):
    """The database answers nobody, or too slowly for all who wait."""


class Turns:
    """``turn`` around what needs one of ``seats``; ``answered`` whenever the database has answered somebody."""

    def __init__(self, seats: int) -> None:
        self._free = seats
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._answered_at = float("-inf")

    def answered(self) -> None:
        self._answered_at = time.monotonic()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises NoTurn."""
        await self._come()
        try:
            yield
        finally:
            self._go()

    async def _come(self) -> None:
        if self._free:
            self._free -= 1
            return
        came, called = time.monotonic(), asyncio.get_running_loop().create_future()
        self._waiting.append(called)
        try:
            while not called.done():
                until = min(max(came, self._answered_at) + STUCK_SECONDS, came + LONGEST_SECONDS)
                if (left := until - time.monotonic()) <= 0:
                    raise NoTurn
                await asyncio.wait({called}, timeout=left)
        except BaseException:
            if called.done():
                self._go()
            called.cancel()
            raise

    def _go(self) -> None:
        """The seat is the next one's who still waits."""
        while self._waiting:
            called = self._waiting.popleft()
            if not called.done():
                called.set_result(None)
                return
        self._free += 1
