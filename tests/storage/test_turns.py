"""Whose turn it is to read: first come, first served, as long as the database answers anybody."""

import asyncio

import pytest

from storage import turns
from storage.turns import NoTurn, Turns


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stuck is told soon here."""
    monkeypatch.setattr(turns, "STUCK_SECONDS", 0.1)


async def read(seats: Turns, order: list[int], number: int, until: asyncio.Event) -> None:
    async with seats.turn():
        order.append(number)
        await until.wait()


async def settled() -> None:
    """Until whoever could go on has."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_first_reads_first_and_no_more_at_once_than_there_are_seats() -> None:
    seats, order = Turns(2), list[int]()
    gates = [asyncio.Event() for _ in range(6)]
    reading = [asyncio.create_task(read(seats, order, number, gate)) for number, gate in enumerate(gates)]
    await asyncio.sleep(0)
    assert order == [0, 1]
    for number in range(2, 6):
        gates[number - 2].set()
        await reading[number - 2]
        await settled()
        assert order == list(range(number + 1))
    for gate in gates:
        gate.set()
    await asyncio.gather(*reading)
    async with seats.turn(), seats.turn():
        pass


async def test_who_waits_for_long_is_served_as_long_as_others_are_answered() -> None:
    seats, order, gate = Turns(1), list[int](), asyncio.Event()
    first = asyncio.create_task(read(seats, order, 1, gate))
    await asyncio.sleep(0)
    second = asyncio.create_task(read(seats, order, 2, gate))
    for _ in range(10):
        seats.answered()
        done, _ = await asyncio.wait({second}, timeout=turns.STUCK_SECONDS / 2)
        assert not done
    gate.set()
    await asyncio.gather(first, second)
    assert order == [1, 2]


async def test_who_waits_while_nobody_is_answered_is_told_so_and_takes_no_seat() -> None:
    seats, order, gate = Turns(1), list[int](), asyncio.Event()
    first = asyncio.create_task(read(seats, order, 1, gate))
    await asyncio.sleep(0)
    gone = asyncio.create_task(read(seats, order, 2, gate))
    with pytest.raises(NoTurn):
        await read(seats, order, 3, gate)
    with pytest.raises(NoTurn):
        await gone
    gate.set()
    await first
    async with seats.turn():
        assert order == [1]


async def test_a_seat_that_was_given_to_somebody_who_left_is_the_next_ones() -> None:
    seats, order, gate = Turns(1), list[int](), asyncio.Event()
    first = asyncio.create_task(read(seats, order, 1, gate))
    await asyncio.sleep(0)
    left = asyncio.create_task(read(seats, order, 2, gate))
    await asyncio.sleep(0)
    third = asyncio.create_task(read(seats, order, 3, gate))
    await asyncio.sleep(0)
    gate.set()
    await first  # the seat is the second one's now
    left.cancel()
    await asyncio.wait_for(third, 5)
    assert order == [1, 3]
