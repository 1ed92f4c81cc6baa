"""A node that meets its database on another server, or after a promotion, begins a new epoch."""

import asyncio

import pytest

from realtime.tally import Sign
from storage.joining import server_of
from storage.values import Receipt
from tests.running_postgres import ESCAPED, RunningPostgres, running_postgres
from tests.storage.house import House, beside, device, open_house


async def epoch(house: House) -> int:
    return int(beside(house.url, "SELECT epoch FROM installation")[0][0])


async def test_the_same_server_again_keeps_the_epoch(fresh_url: str) -> None:
    first = await open_house(fresh_url)
    before = await epoch(first)
    await first.close()
    again = await open_house(fresh_url)
    assert await epoch(again) == before
    await again.close()


async def test_of_nodes_that_meet_another_server_at_once_one_raises_the_epoch(postgres_url: str) -> None:
    first = await open_house(postgres_url)
    before = await epoch(first)
    await first.close()
    beside(postgres_url, "UPDATE installation SET server = 'another/00000001'")
    houses = await asyncio.gather(*(open_house(postgres_url, [before + 10 + n]) for n in range(3)))
    after = await epoch(houses[0])
    assert before + 10 <= after < before + 13
    again = await open_house(postgres_url, [before + 100])
    assert await epoch(again) == after
    for house in (*houses, again):
        await house.close()


async def test_a_server_that_may_not_be_asked_its_name_is_lived_with(
    postgres: RunningPostgres, postgres_url: str
) -> None:
    first = await open_house(postgres_url)
    topic = await first.topic()
    with postgres.connect(first.database.url.database or "") as connection:
        connection.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        connection.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")
        connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO plain")
        connection.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO plain")
    await first.close()
    known = beside(postgres_url, "SELECT server FROM installation")
    house = await open_house(postgres_url.replace(f"imaginest:{ESCAPED}", "plain:plain"))
    assert await house.database.write(server_of) is None
    assert isinstance(await house.vote(topic, device(1), Sign.PLUS), Receipt)
    assert beside(postgres_url, "SELECT server FROM installation") == known != [(None,)]
    await house.close()


async def test_a_promoted_replica_that_had_lost_votes_gives_versions_above_all_seen() -> None:
    with running_postgres() as primary:
        name = primary.create_database()
        house = await open_house(primary.url(name))
        topic = await house.topic()
        await house.vote(topic, device(1), Sign.PLUS)
        replica = await asyncio.to_thread(primary.replica)
        try:
            for number in range(2, 20):  # the replica is not connected: it will not have these
                await house.vote(topic, device(number), Sign.PLUS)
            seen = (await house.standing(topic)).version
            await house.close()
            await asyncio.to_thread(replica.start)
            promoted = await open_house(replica.url(name))
            assert await promoted.database.write(server_of) != await _server_of(primary, name)
            version = (await promoted.standing(topic)).version
            await promoted.vote(topic, device(50), Sign.MINUS)
            assert (await promoted.standing(topic)).version > version > seen
            assert promoted.deltas[-1].version.epoch == version.epoch
            await promoted.close()
        finally:
            await asyncio.to_thread(replica.remove)


async def _server_of(server: RunningPostgres, name: str) -> str | None:
    house = await open_house(server.url(name))
    found = await house.database.write(server_of)
    await house.close()
    return found


@pytest.mark.parametrize("again", range(2))
async def test_a_connection_that_comes_back_on_another_server_raises_the_epoch_too(
    postgres: RunningPostgres, postgres_url: str, again: int
) -> None:
    house = await open_house(postgres_url, [1_900_000_000_000 + again])
    topic = await house.topic()
    before = await epoch(house)
    beside(postgres_url, "UPDATE installation SET server = 'another/00000001'")
    postgres.cut(house.database.url.database or "")
    await house.vote(topic, device(1), Sign.PLUS)
    assert house.deltas[-1].version.epoch == await epoch(house) > before
    await house.close()
