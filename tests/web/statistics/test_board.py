"""The figures of a node: counted once, shown to many."""

import asyncio
from pathlib import Path

import pytest

from storage.database import StorageUnavailable
from tests.storage.house import START, beside, open_house
from web.statistics.board import INTERVAL_MS, Board
from web.statistics.days import last_days

HOUR_MS = 3_600_000
OCTOBER = 1_792_929_600_000
"""25 October 2026 at noon in the Région: the clocks go back that day."""


async def test_many_who_ask_at_once_are_told_of_one_count(tmp_path: Path) -> None:
    house = await open_house(tmp_path)
    board = Board(house.database, lambda: house.clock[0])
    first = await asyncio.gather(*(board.snapshot() for _ in range(20)))
    assert len({id(snapshot) for snapshot in first}) == 1
    house.clock[0] += 10 * INTERVAL_MS
    assert (await board.snapshot()).at == house.clock[0]
    house.clock[0] -= HOUR_MS  # a clock that is set back keeps nothing for ever
    assert (await board.snapshot()).at == house.clock[0]
    await house.close()


async def test_while_the_database_does_not_answer_the_last_figures_stay(tmp_path: Path) -> None:
    house = await open_house(tmp_path)
    board = Board(house.database, lambda: house.clock[0])
    first = await board.snapshot()
    beside(house.url, "ALTER TABLE moment RENAME TO away")
    house.clock[0] += HOUR_MS
    assert await board.snapshot() is first
    with pytest.raises(StorageUnavailable):
        await Board(house.database, lambda: house.clock[0]).snapshot()
    beside(house.url, "ALTER TABLE away RENAME TO moment")
    assert (await board.snapshot()).at == START + HOUR_MS
    await house.close()


def test_days_are_those_of_the_regions_clocks() -> None:
    saturday, sunday = last_days(OCTOBER, 2)
    assert saturday.until == sunday.since
    assert [(day.until - day.since) // HOUR_MS for day in (saturday, sunday)] == [24, 25]
    assert sunday.date.isoformat() == "2026-10-25"
