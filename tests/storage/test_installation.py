"""The epoch that every version begins with."""

import sqlalchemy as sa

from realtime.tally import Sign
from storage.installation import raise_epoch
from tests.storage.house import START, House, device


async def raised(house: House, above: int, now: int) -> int:
    def work(connection: sa.Connection) -> int:
        return raise_epoch(connection, above=above, now=now)

    return await house.database.write(work)


async def test_a_raised_epoch_is_in_the_very_next_version_without_a_restart(house: House) -> None:
    topic = await house.topic()
    await house.vote(topic, device(1), Sign.PLUS)
    before = (await house.standing(topic)).version
    epoch = await raised(house, before.epoch, before.epoch + 1000)
    assert epoch == before.epoch + 1000
    await house.vote(topic, device(2), Sign.PLUS)
    after = (await house.standing(topic)).version
    assert after.epoch == epoch
    assert house.deltas[-1].version == after > before


async def test_of_many_nodes_that_notice_a_loss_only_the_first_raises_the_epoch(house: House) -> None:
    topic = await house.topic()
    seen = (await house.standing(topic)).version.epoch
    first = await raised(house, seen, START)
    assert await raised(house, seen, START + 5) == first > seen


async def test_an_epoch_rises_even_where_the_clock_went_back(house: House) -> None:
    topic = await house.topic()
    seen = (await house.standing(topic)).version.epoch
    assert await raised(house, seen, 5) == seen + 1
