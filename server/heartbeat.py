"""What this node says of itself every two seconds, for the watch room of the console.

It goes through the database and not the bus: what is to be seen there is, among others, that the bus is away.
"""

import asyncio
import logging
import os
import shutil
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from realtime.fanout import Fanout
from server.health import MEBIBYTE
from server.settings import Settings
from storage import watch
from storage.ballot_box import BallotBox
from storage.database import Database, StorageUnavailable
from storage.values_watch import NO_BUS, SLOT_MS, Heartbeat

log = logging.getLogger("imaginest.heartbeat")

LEAVING_SECONDS = 1.0
"""For so long a node that ends waits to say so."""

_STATM = Path("/proc/self/statm")


class Heart:
    """``begin``, then ``beat`` again and again, then ``stop``. A beat that cannot be written is left out."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        fanout: Fanout,
        ballots: BallotBox,
        connected: Callable[[], Mapping[str, bool]],
        wall: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._database = database
        self._fanout = fanout
        self._ballots = ballots
        self._connected = connected
        self._wall = wall
        self._monotonic = monotonic
        self._since = 0
        self._write_ms: int | None = None
        self._taken = 0
        self._slot = (0, 0)
        self._is_dumb = False

    async def begin(self) -> None:
        self._since = self._wall()
        await watch.begin(self._database, is_alone=not self._settings.is_shared)

    async def beat(self) -> None:
        now, began = self._wall(), self._monotonic()
        slot, votes = self._count(now)
        try:
            await watch.beat(self._database, self._said(now), slot, votes)
        except StorageUnavailable as error:
            if not self._is_dumb:
                log.warning("a heartbeat was not written: %s", error)
            self._is_dumb = True
        else:
            self._is_dumb = False
        self._write_ms = round((self._monotonic() - began) * 1000)

    async def stop(self) -> None:
        """Take its word back; where the database does not answer, the others see the node fall silent."""
        try:
            async with asyncio.timeout(LEAVING_SECONDS):
                await watch.leave(self._database, self._settings.node)
        except (StorageUnavailable, TimeoutError):
            log.info("the watch room will see this node fall silent")

    def _count(self, now: int) -> tuple[int, int]:
        """The slot of ``now``, and all votes that this node took in it so far as is known by now."""
        taken = self._ballots.outcomes[None]
        slot, (last, votes) = now // SLOT_MS, self._slot
        self._slot = slot, taken - self._taken + (votes if slot == last else 0)
        self._taken = taken
        return self._slot

    def _said(self, now: int) -> Heartbeat:
        settings, activity = self._settings, self._fanout.activity
        compared, shards = activity.compared_at, self._connected()
        is_own_disk = not settings.is_shared
        return Heartbeat(
            node=settings.node,
            program=version("imaginest"),
            since=self._since,
            at=now,
            watchers=len(self._fanout.watchers),
            topics=sum(1 for _ in self._fanout.standings),
            behind=activity.lag,
            compared_ms=None if compared is None else round((self._monotonic() - compared) * 1000),
            write_ms=self._write_ms,
            waiting=self._ballots.waiting,
            bus_away=sum(1 for there in shards.values() if not there) if shards else NO_BUS,
            memory_mib=_memory_mib(),
            disk_mib=shutil.disk_usage(settings.data).free // MEBIBYTE if is_own_disk else None,
            least_disk_mib=settings.least_disk_mib if is_own_disk else None,
        )


def _memory_mib() -> int | None:
    """What the process holds in memory; None where the system does not say."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") // MEBIBYTE
