"""Forgetting a device, and finding what it has voted on."""

from realtime.tally import AgeBand, Cell, Counts, Departement, Sex, Sign
from storage.forgetting import forget_device
from storage.own_votes import voted_on
from storage.profiles import profile_of
from storage.retention import destroy_expired_keys
from storage.tallies import discrepancies
from storage.topics import close_topic
from tests.storage.house import House, beside, device

CELL = Cell(Departement.MEUSE, Sex.WOMAN, AgeBand.FROM_75)


async def test_a_voter_finds_what_they_voted_on_and_nobody_elses(house: House) -> None:
    first, second, third = [await house.topic() for _ in range(3)]
    await house.vote(first, device(1), Sign.PLUS)
    await house.vote(third, device(1), Sign.MINUS)
    await house.vote(third, device(1), Sign.WITHDRAWN)
    await house.vote(second, device(2), Sign.PLUS)
    found = await voted_on(house.database, house.keys, device(1))
    assert found == {first: Sign.PLUS, third: Sign.WITHDRAWN}
    assert await voted_on(house.database, house.keys, device(1), newest=2) == {third: Sign.WITHDRAWN}


async def test_after_the_appeal_time_the_server_finds_nothing(house: House) -> None:
    topic = await house.topic()
    await house.vote(topic, device(1), Sign.PLUS)
    await close_topic(house.database, topic, house.clock[0])
    await destroy_expired_keys(house.database, house.clock[0] + 1, 0)
    assert await voted_on(house.database, house.keys, device(1)) == {}


async def test_a_forgotten_device_leaves_its_ballots_and_nothing_else(house: House) -> None:
    topic = await house.topic()
    for number in (1, 2):
        await house.tell(device(number), CELL)
        await house.vote(topic, device(number), Sign.PLUS)
    for _ in range(2):  # a second time changes nothing
        await forget_device(house.database, house.keys, device(1))
    assert await profile_of(house.database, house.keys, device(1)) is None
    assert await profile_of(house.database, house.keys, device(2)) is not None
    assert len(beside(house.url, "SELECT * FROM voter")) == 1
    assert (await house.standing(topic)).tally.headline == Counts(2, 0)
    assert await discrepancies(house.database) == []
