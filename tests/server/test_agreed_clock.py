"""The time on which nodes agree: the database's, by the best of many readings, without a skip or a step back."""

import time
from itertools import pairwise

import pytest

from server.agreed_clock import HOLDS_MS, LARGEST_MS, SLEWED_MS, AgreedClock, clock_check
from server.health import Condition
from storage.clock import Reading, read_clock
from storage.database import Database
from tests.running_postgres import RunningPostgres

START = 1_780_000_000_000


class World:
    """A node whose own clock is ahead of the database's by ``ahead`` ms."""

    def __init__(self, ahead: float = 0) -> None:
        self.monotonic = 5_000.0
        self.ahead = ahead
        self.jumped = 0.0
        self.clock = AgreedClock(lambda: round(self.true + self.ahead), lambda: self.monotonic / 1000)

    @property
    def true(self) -> float:
        """What the database's clock says."""
        return START + self.monotonic + self.jumped

    def read(self, there: float = 1, back: float = 1) -> None:
        """The database is asked; the answer's ways take so many ms."""
        asked = self.monotonic
        self.monotonic += there
        told = self.true
        self.monotonic += back
        self.clock.take(Reading(asked, told, self.monotonic))

    @property
    def wrong(self) -> float:
        """By how many ms the agreed time is ahead of the database's."""
        return self.clock.now() - self.true


def test_the_own_clock_is_told_until_the_database_was_asked() -> None:
    world = World(ahead=7_000)
    assert world.wrong == 7_000 and not world.clock.follows
    world.read()
    assert abs(world.wrong) <= 1 and world.clock.follows
    assert world.clock.apart == 7_000 and world.clock.is_noticed


def test_a_change_of_the_own_clock_and_a_database_that_is_away_move_nothing() -> None:
    world = World()
    world.read()
    world.ahead = -3_600_000
    world.monotonic += 3_600_000
    assert abs(world.wrong) <= 1
    world.read()
    assert abs(world.wrong) <= 1 and world.clock.follows, "what the database says goes on from before"
    assert world.clock.apart == -3_600_000


def test_a_slow_answer_is_not_believed_before_a_quick_one_that_is_young_enough() -> None:
    world = World()
    world.read()
    world.read(there=400, back=0)
    assert world.clock.error == 1 and abs(world.wrong) <= 1
    world.monotonic += HOLDS_MS
    world.read(there=400, back=0)
    assert world.clock.error == 200


def test_a_small_correction_is_gradual_and_no_instant_is_told_twice_or_back() -> None:
    world = World()
    world.read()
    world.jumped = -SLEWED_MS + 10
    world.read()
    told = []
    for _ in range(20 * SLEWED_MS // 100):
        world.monotonic += 100
        told.append(world.clock.now())
    assert all(80 <= after - before <= 100 for before, after in pairwise(told))
    assert abs(world.wrong) <= 1


def test_a_large_correction_is_made_at_once() -> None:
    world = World()
    world.read()
    world.jumped = 5_000
    world.read()
    assert abs(world.wrong) <= 1


async def test_who_is_too_far_from_the_database_keeps_the_own_clock_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World(ahead=LARGEST_MS + 1_000)
    world.read()
    assert not world.clock.follows and world.wrong == LARGEST_MS + 1_000
    finding = await clock_check(world.clock)()
    assert finding.condition is Condition.DEGRADED and finding.details["follows"] is False
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    world.ahead = 0
    world.read()
    assert world.clock.follows and abs(world.wrong) <= 1
    assert (await clock_check(world.clock)()).condition is Condition.OK


def test_what_halls_would_not_notice_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    world = World(ahead=40)
    world.read()
    assert not world.clock.is_noticed and not caplog.records


async def test_a_real_database_is_asked_for_its_clock(postgres: RunningPostgres, postgres_url: str) -> None:
    database = Database(postgres_url)
    await database.open()
    reading = await read_clock(database, time.monotonic)
    apart = (time.time() - time.monotonic()) * 1000 - reading.offset
    assert abs(apart) <= reading.error + 1, "it is this machine's clock"
    await database.close()
