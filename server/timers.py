"""What happens by the clock: pings, silent and stalled watchers, topics that close, keys that expire."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from channels.endpoint import PING_SECONDS
from channels.wire import Format, Ping, encode
from realtime.activity import Lost
from realtime.fanout import Fanout
from realtime.frames import frame
from realtime.watcher import Watcher
from storage.database import Database
from storage.retention import destroy_expired_keys

log = logging.getLogger("imaginest.timers")

STALLED_SECONDS = 10.0
"""A watcher that has not drained for this long is cut off."""

SILENT_SECONDS = 2 * PING_SECONDS + 10
"""A watcher that has said nothing for this long, two pings and more, is gone."""

_PINGS = {str(f): frame(encode(Ping(), f), text=f is Format.JSON) for f in Format}


def pulse(fanout: Fanout, now: float) -> None:
    """Ping who is due, cut off who stalls or is gone. ``now`` is in monotonic seconds."""
    for watcher in list(fanout.watchers):
        lost = _lost(watcher, now)
        if lost is not None:
            fanout.activity.aborted[lost] += 1
            watcher.outlet.abort()
        elif not watcher.slow and now - watcher.pinged >= PING_SECONDS:
            watcher.pinged = now
            watcher.write(_PINGS[watcher.format])


def _lost(watcher: Watcher, now: float) -> Lost | None:
    if not watcher.slow:
        watcher.slow_since = None
        return Lost.SILENT if now - watcher.heard > SILENT_SECONDS else None
    if watcher.slow_since is None:
        watcher.slow_since = now
    return Lost.STALLED if now - watcher.slow_since > STALLED_SECONDS else None


class Timers:
    """Runs each duty again and again until stopped; a duty that fails is told and tried again."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def every(self, seconds: float, duty: Callable[[], Awaitable[None]], name: str) -> None:
        self._tasks.append(asyncio.create_task(_repeat(seconds, duty, name), name=name))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _repeat(seconds: float, duty: Callable[[], Awaitable[None]], name: str) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await duty()
        except Exception:
            log.exception("%s failed", name)


def schedule(
    timers: Timers,
    fanout: Fanout,
    database: Database,
    *,
    appeal_days: int,
    wall: Callable[[], int],
    monotonic: Callable[[], float],
) -> None:
    """Everything that a node does by the clock."""

    async def every_second() -> None:
        pulse(fanout, monotonic())
        fanout.open_closed()

    async def every_hour() -> None:
        await destroy_expired_keys(database, wall(), appeal_days)

    timers.every(1.0, every_second, "pulse")
    timers.every(60.0, fanout.forget_idle, "forget idle topics")
    timers.every(3600.0, every_hour, "retention")
