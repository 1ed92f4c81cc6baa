"""Voters that topics win by the minute, as far as is public."""

from realtime.tally import Sign
from storage.unusual import won_by_minute
from storage.values_watch import LOOKED_BACK, MINUTE_MS
from tests.storage.house import House, device


async def test_voters_are_won_in_the_minute_in_which_they_came(house: House) -> None:
    clock = house.clock
    clock[0] -= clock[0] % MINUTE_MS
    busy, old = await house.topic(), await house.topic()
    await house.vote(old, device(1), Sign.PLUS)
    clock[0] += LOOKED_BACK * MINUTE_MS
    for number in range(3):
        await house.vote(busy, device(number), Sign.PLUS)
    clock[0] += MINUTE_MS
    await house.vote(busy, device(1), Sign.WITHDRAWN)
    clock[0] += MINUTE_MS
    await house.vote(busy, device(1), Sign.MINUS)
    await house.vote(busy, device(8), Sign.MINUS)
    await house.vote(old, device(2), Sign.MINUS)
    clock[0] += MINUTE_MS
    await house.vote(busy, device(9), Sign.MINUS)
    found = {one.topic: one for one in await won_by_minute(house.database, clock[0])}
    assert found[busy].won[-3:] == (3, 0, 1) and sum(found[busy].won) == 4, "the minute that runs is left out"
    assert found[old].won[-1] == 1 and sum(found[old].won) == 1
    assert all(one.first + len(one.won) == clock[0] // MINUTE_MS for one in found.values())
