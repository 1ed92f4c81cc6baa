"""What happens by the clock: pings, silent and stalled watchers, topics that open and close, keys that expire."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from channels.audience import Audience
from channels.console import Console
from channels.framing import PING_SECONDS, Framing, framed
from channels.stage import Stages
from channels.wire import Ping
from realtime.activity import Lost
from realtime.comparison import Comparison
from realtime.fanout import Fanout
from realtime.presence import HEADCOUNT_SECONDS
from realtime.watcher import Watcher
from server.heartbeat import Heart
from server.letter_sender import LOOK_SECONDS as LETTER_SECONDS
from server.letter_sender import LetterSender
from server.mail import ROUND_SECONDS, Postman
from server.marks import LOOK_SECONDS, Marks
from storage.attendance import FLUSH_SECONDS, Attendance
from storage.ballot_box import BallotBox
from storage.contact import forget_old_threads
from storage.database import Database
from storage.keys import Keys
from storage.outbox import forget_old
from storage.publication import keep_schedule
from storage.questionnaires import destroy_expired_visitors
from storage.retention import destroy_expired_keys, forget_citizens
from storage.shows import go_on
from storage.values_watch import BEAT_SECONDS

log = logging.getLogger("imaginest.timers")

STALLED_SECONDS = 10.0
"""A watcher that has not drained for this long is cut off."""

SILENT_SECONDS = 2 * PING_SECONDS[Framing.JSON] + 10
"""A watcher that has said nothing for this long, two pings and more, is gone."""

SCHEDULE_SECONDS = 0.25
"""From one look for what editors have scheduled to the next; it opens within the second that they chose."""

ARRIVALS_SECONDS = 10.0
"""From one look at whether crowds come from one place to the next."""

_PINGS = {str(f): (PING_SECONDS[f], framed(Ping(), f)) for f in Framing}


def pulse(fanout: Fanout, now: float) -> None:
    """Ping who is due, cut off who stalls or is gone. ``now`` is in monotonic seconds."""
    for watcher in list(fanout.watchers):
        seconds, ping = _PINGS[watcher.format]
        lost = _lost(watcher, now)
        if lost is not None:
            fanout.activity.aborted[lost] += 1
            watcher.outlet.abort()
        elif not watcher.slow and now - watcher.pinged >= seconds:
            watcher.pinged = now
            watcher.write(ping)


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
        """For the first time after ``seconds``."""
        self._tasks.append(asyncio.create_task(_repeat(seconds, duty, name, pause=seconds), name=name))

    def now_and_every(self, seconds: float, duty: Callable[[], Awaitable[None]], name: str) -> None:
        self._tasks.append(asyncio.create_task(_repeat(seconds, duty, name, pause=0.0), name=name))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _repeat(seconds: float, duty: Callable[[], Awaitable[None]], name: str, *, pause: float) -> None:
    while True:
        await asyncio.sleep(pause)
        pause = seconds
        try:
            await duty()
        except Exception:
            log.exception("%s failed", name)


async def forget_correspondence(database: Database, now: int, contact_days: int) -> None:
    """Delete the conversations and the traces of mails whose time is over."""
    await forget_old_threads(database, now, contact_days)
    await forget_old(database, now)


def schedule(
    timers: Timers,
    fanout: Fanout,
    comparison: Comparison,
    audience: Audience,
    marks: Marks,
    console: Console,
    stages: Stages,
    database: Database,
    keys: Keys,
    postman: Postman,
    sender: LetterSender,
    attendance: Attendance,
    remind: Callable[[], Awaitable[None]],
    keep_waiting_words: Callable[[], Awaitable[None]],
    keep_clock: Callable[[], Awaitable[None]],
    heart: Heart,
    ballots: BallotBox,
    *,
    appeal_days: int,
    contact_days: int,
    wall: Callable[[], int],
    monotonic: Callable[[], float],
) -> None:
    """Everything that a node does by the clock."""

    async def every_second() -> None:
        pulse(fanout, monotonic())
        fanout.open_closed()
        audience.tell()

    async def every_hour() -> None:
        await destroy_expired_keys(database, wall(), appeal_days)
        await forget_correspondence(database, wall(), contact_days)
        await destroy_expired_visitors(database, wall(), appeal_days)
        await forget_citizens(database, wall())

    async def open_what_is_due() -> None:
        if await keep_schedule(database, keys, wall()):
            await marks.look()  # who watches here need not wait for the next one

    async def go_on_with_shows() -> None:
        if await go_on(database, keys, wall):
            await marks.look()

    async def take_attendance() -> None:
        await attendance.flush(database, wall())

    timers.every(1.0, every_second, "pulse")
    timers.every(1.0, keep_clock, "clock")
    timers.every(0.5, comparison.tell, "freshness")
    timers.every(LOOK_SECONDS, marks.look, "marks")
    timers.every(SCHEDULE_SECONDS, open_what_is_due, "schedule")
    timers.every(SCHEDULE_SECONDS, go_on_with_shows, "shows")
    timers.every(1.0, console.settle, "console")
    timers.every(0.25, stages.settle, "stages")
    timers.every(60.0, stages.look, "what comes in the halls")
    timers.every(60.0, console.recheck, "sessions that are over by the clock")
    timers.every(HEADCOUNT_SECONDS, audience.announce, "headcount")
    timers.now_and_every(FLUSH_SECONDS, take_attendance, "attendance")
    timers.every(60.0, fanout.forget_idle, "forget idle topics")
    timers.every(3600.0, every_hour, "retention")
    timers.every(60.0, remind, "reminders")
    timers.now_and_every(60.0, keep_waiting_words, "words of what waits")
    timers.every(ROUND_SECONDS, postman.deliver, "mail")
    timers.every(ARRIVALS_SECONDS, ballots.keep_arrivals, "arrivals")
    timers.now_and_every(BEAT_SECONDS, heart.beat, "heartbeat")
    timers.every(LETTER_SECONDS, sender.deliver, "letter")
