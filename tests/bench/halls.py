"""The row of a launch: three halls vote at once, and their screens see it."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from realtime.tally import Hall
from storage.database import Database, bring_up_to_date
from storage.event_steps import event_steps
from storage.keys import Keys
from storage.screens import begin_screen, pair
from storage.values_screens import Screen
from storage.values_show import LEAD_MS, Gesture
from tests.bench.crowd import Crowd
from tests.bench.figures import Row, quantile, spread, vote
from tests.bench.servers import ours
from tests.shows import METZ, QUESTION, REIMS, STRASBOURG, launch
from web.halls import HALL_COOKIE, SCREEN_COOKIE

WATCHERS = 5000
VOTERS = 1500
SECONDS = 30
PLACES = (METZ, REIMS, STRASBOURG)
ADDRESSES = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
"""One for each hall: all that sit in it share it."""


@dataclass
class Evening:
    """An event whose vote is about to open, and a paired screen in each hall."""

    event: int
    topic: int
    screens: list[str]


async def prepare(folder: Path, keys: Keys) -> Evening:
    """Before the server starts: it alone writes then."""
    now = time.time_ns() // 1_000_000
    database = Database(f"sqlite:///{folder / 'imaginest.db'}")
    await asyncio.to_thread(bring_up_to_date, database.url)
    await database.open()
    try:
        show = await launch(database, keys, now, QUESTION)
        await show.goes(Gesture.LAUNCH, now, upon=0)
        (step,) = await event_steps(database, show.event)
        tokens = []
        for hall in PLACES:
            token = secrets.token_urlsafe(16)
            waiting = await begin_screen(database, hall, token, now)
            paired = await pair(database, hall, waiting.code or "", by=show.by, now=now)
            assert isinstance(paired, Screen)
            tokens.append(f"{SCREEN_COOKIE}{hall}={token}")
        assert step.topic is not None
        return Evening(show.event, step.topic, tokens)
    finally:
        await database.close()


def halls() -> Iterator[Row]:
    """1,500 people of three halls vote within 30 s while 5,000 watch online: from a vote to its hall's screen."""
    with ours(prepare) as server:
        evening, cookie = server.prepared, server.cookie
        assert isinstance(evening, Evening)
        crowd = Crowd(server.port)
        channels = f'[{{"channel":"event:{evening.event}"}},{{"channel":"topic:{evening.topic}"}}]'
        wanted = f'{{"t":"sub","subs":{channels}}}'
        for fd in crowd.connect(WATCHERS):
            crowd.say(fd, wanted)
        screens = []
        for number, hall in enumerate(PLACES):
            token = evening.screens[number]
            (fd,) = crowd.connect(1, cookie=_always(token), samples=1)
            channels = f'[{{"channel":"screen:{hall}"}},{{"channel":"topic:{evening.topic}"}}]'
            crowd.say(fd, f'{{"t":"sub","subs":{channels}}}')
            screens.append(fd)
        voters = [
            crowd.connect(
                VOTERS // len(PLACES),
                cookie=_in_hall(cookie, hall),
                source=ADDRESSES[number],
            )
            for number, hall in enumerate(PLACES)
        ]
        crowd.settle()
        time.sleep(LEAD_MS / 1000)  # the vote opens at the agreed instant
        times = _votes(
            crowd, evening.topic, [fd for group in zip(*voters, strict=True) for fd in group], screens
        )
        crowd.close()
    yield Row("a vote in a hall to its screen, 5,000 online", quantile(times, 0.99), "ms p99", spread(times))


def _always(header: str) -> Callable[[int], str]:
    return lambda _: header


def _in_hall(cookie: Callable[[int], str], hall: Hall) -> Callable[[int], str]:
    return lambda number: f"{cookie(number)}; {HALL_COOKIE}={hall}"


def _votes(crowd: Crowd, topic: int, voters: list[int], screens: list[int]) -> list[float]:
    """Seconds from each vote to the moment at which its hall's screen tells of it."""
    sent: list[float] = []
    seen = dict.fromkeys(screens, 0)
    times: list[float] = []

    def hear(fd: int, message: dict[str, object]) -> None:
        changed = message.get("changed")
        if fd in seen and isinstance(changed, dict) and "voters" in changed:
            now, total = time.perf_counter(), int(changed["voters"])
            mine = screens.index(fd)
            times.extend(now - sent[n] for n in range(seen[fd], total) if n % len(screens) == mine)
            seen[fd] = total

    crowd.hear = hear
    started = time.perf_counter()
    for number, fd in enumerate(voters):
        while (left := started + number * SECONDS / len(voters) - time.perf_counter()) > 0:
            crowd.pump(left)
        sent.append(time.perf_counter())
        crowd.say(fd, vote(topic, 1 if number % 5 else -1))
    crowd.pump_until(lambda: min(seen.values()) >= len(voters))
    return times
