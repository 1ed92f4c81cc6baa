"""What thousands ask for at once is made once."""

import asyncio

import pytest

from web.made_once import HOLDS_MS, MOST_KEPT, MadeOnce


class Kitchen:
    def __init__(self) -> None:
        self.made = 0
        self.begun = asyncio.Event()
        self.ready = asyncio.Event()

    async def make(self) -> str:
        self.made += 1
        self.begun.set()
        await self.ready.wait()
        return f"dish {self.made}"

    async def burn(self) -> str:
        raise LookupError("burnt")


async def test_all_who_ask_at_once_get_what_was_made_once() -> None:
    kitchen, once = Kitchen(), MadeOnce[str]()
    asking = [asyncio.create_task(once.get("a", 0, kitchen.make)) for _ in range(50)]
    await kitchen.begun.wait()
    kitchen.ready.set()
    assert set(await asyncio.gather(*asking)) == {"dish 1"}
    assert await once.get("a", HOLDS_MS - 1, kitchen.make) == "dish 1"
    assert await once.get("a", HOLDS_MS, kitchen.make) == "dish 2"


async def test_what_cannot_be_made_is_tried_again_by_the_next() -> None:
    kitchen, once = Kitchen(), MadeOnce[str]()
    kitchen.ready.set()
    with pytest.raises(LookupError):
        await once.get("a", 0, kitchen.burn)
    assert await once.get("a", 0, kitchen.make) == "dish 1"


async def test_whoever_goes_away_while_waiting_takes_nothing_from_the_others() -> None:
    kitchen, once = Kitchen(), MadeOnce[str]()
    first = asyncio.create_task(once.get("a", 0, kitchen.make))
    await kitchen.begun.wait()
    second, third = (asyncio.create_task(once.get("a", 0, kitchen.make)) for _ in range(2))
    await asyncio.sleep(0)
    second.cancel()
    kitchen.ready.set()
    assert list(await asyncio.gather(first, third)) == ["dish 1", "dish 1"]


async def test_what_is_kept_is_bounded() -> None:
    kitchen, once = Kitchen(), MadeOnce[str]()
    kitchen.ready.set()
    for number in range(MOST_KEPT + 1):
        await once.get(number, 0, kitchen.make)
    assert await once.get(0, 0, kitchen.make) == f"dish {MOST_KEPT + 2}"
    assert await once.get(MOST_KEPT, 0, kitchen.make) == f"dish {MOST_KEPT + 1}"
