"""What many ask for at once is made for all who wait, and never older than a question."""

import asyncio
from contextlib import suppress

import pytest

from web.made_together import MadeTogether


class Kitchen:
    """Each dish is numbered; it is ready when ``ready`` is released once more."""

    def __init__(self) -> None:
        self.made = 0
        self.ready = asyncio.Semaphore(0)

    async def make(self) -> int:
        self.made += 1
        number = self.made
        await self.ready.acquire()
        return number


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_whoever_asks_while_one_is_made_waits_with_all_others_for_the_next() -> None:
    kitchen, together = Kitchen(), MadeTogether[int]()
    first = asyncio.create_task(together.get("a", kitchen.make))
    await turns()
    others = [asyncio.create_task(together.get("a", kitchen.make)) for _ in range(50)]
    elsewhere = asyncio.create_task(together.get("b", kitchen.make))
    await turns()
    assert kitchen.made == 2, "another thing is not waited for"
    for _ in range(3):
        kitchen.ready.release()
    assert await first == 1 and await elsewhere == 2
    assert set(await asyncio.gather(*others)) == {3}
    kitchen.ready.release()
    assert await together.get("a", kitchen.make) == 4, "nothing is kept"


async def test_whoever_makes_and_goes_away_takes_nothing_from_the_others() -> None:
    for gone in range(3):
        kitchen, together = Kitchen(), MadeTogether[int]()
        asking = [asyncio.create_task(together.get("a", kitchen.make)) for _ in range(3)]
        await turns()
        asking[gone].cancel()
        with suppress(asyncio.CancelledError):
            await asking.pop(gone)
        later = asyncio.create_task(together.get("a", kitchen.make))
        for _ in range(4):
            kitchen.ready.release()
        told = await asyncio.gather(*asking)
        assert await later >= max(told) and len(set(told)) <= 2
        kitchen.ready.release()
        assert await together.get("a", kitchen.make) == kitchen.made


async def test_what_cannot_be_made_meets_all_who_waited_and_is_tried_again_by_the_next() -> None:
    together = MadeTogether[int]()

    async def burn() -> int:
        await asyncio.sleep(0)
        raise LookupError("burnt")

    told = await asyncio.gather(*(together.get("a", burn) for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in told] == [LookupError] * 5
    with pytest.raises(LookupError):
        await together.get("a", burn)
    kitchen = Kitchen()
    kitchen.ready.release()
    assert await together.get("a", kitchen.make) == 1
