"""PostgreSQL restarted, cut, frozen, behind a network that fails: nothing acknowledged is lost or counted twice."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from realtime.refusals import Refusal
from realtime.tally import Counts, Sign
from storage.database import StorageUnavailable
from storage.installation import raise_epoch
from storage.tallies import discrepancies
from storage.topics import list_topics
from storage.values import Receipt
from tests.faults.voters import voters
from tests.running import until
from tests.running_postgres import RunningPostgres, running_postgres
from tests.storage.house import House, beside, device, open_house
from tests.tcp_proxy import TcpProxy, tcp_proxy

PATIENCE = 10.0
"""Far more than the 3 s that are promised, for a machine that is busy with other things."""


@pytest.fixture(scope="module")
def fragile() -> Iterator[RunningPostgres]:
    """A server of this file's own, to be ended and frozen, whose commits reach the disk."""
    with running_postgres(durable=True) as server:
        yield server


@pytest.fixture
def proxy(postgres: RunningPostgres) -> Iterator[TcpProxy]:
    with tcp_proxy(postgres.port) as proxy:
        yield proxy


@pytest.fixture
async def behind(proxy: TcpProxy, postgres: RunningPostgres, migrated: str) -> AsyncIterator[House]:
    """A node that reaches the database through the proxy."""
    house = await open_house(postgres.url(postgres.create_database(migrated), proxy.port))
    yield house
    await house.close()


@asynccontextmanager
async def nodes(url: str, number: int) -> AsyncIterator[list[House]]:
    houses = [await open_house(url) for _ in range(number)]
    yield houses
    for house in houses:
        await house.close()


@pytest.mark.fault(
    "PostgreSQL is restarted at once, three times, under votes", "no acknowledged vote, none counted twice"
)
async def test_a_restart_at_once_under_votes_loses_nothing_acknowledged(fragile: RunningPostgres) -> None:
    async with nodes(fragile.url(fragile.create_database()), 2) as houses:
        topics = [await houses[0].topic() for _ in range(3)]
        async with voters(houses, topics) as crowd:
            for _ in range(3):
                enough = len(crowd.acknowledged) + 200
                await until(lambda enough=enough: len(crowd.acknowledged) > enough)
                await asyncio.to_thread(fragile.end, signal.SIGQUIT)
                refused = crowd.refused
                await until(lambda refused=refused: crowd.refused > refused)
                await asyncio.to_thread(fragile.start)
            enough = len(crowd.acknowledged) + 200
            await until(lambda: len(crowd.acknowledged) > enough)


@pytest.mark.fault(
    "PostgreSQL cuts all connections, ten times, under votes", "no acknowledged vote, none counted twice"
)
async def test_connections_cut_by_the_server_under_votes_lose_nothing(
    postgres: RunningPostgres, migrated: str
) -> None:
    name = postgres.create_database(migrated)
    async with nodes(postgres.url(name), 2) as houses:
        topics = [await houses[0].topic() for _ in range(3)]
        async with voters(houses, topics) as crowd:
            cut = 0
            for _ in range(10):
                enough = len(crowd.acknowledged) + 50
                await until(lambda enough=enough: len(crowd.acknowledged) > enough)
                cut += await asyncio.to_thread(postgres.cut, name)
            enough = len(crowd.acknowledged) + 50
            await until(lambda: len(crowd.acknowledged) > enough)
        assert cut >= 10


@pytest.mark.fault(
    "the network resets the connections to PostgreSQL, ten times, under votes",
    "no acknowledged vote, none counted twice",
)
async def test_connections_reset_by_the_network_under_votes_lose_nothing(
    behind: House, proxy: TcpProxy
) -> None:
    topics = [await behind.topic() for _ in range(3)]
    async with voters([behind], topics) as crowd:
        for _ in range(10):
            enough = len(crowd.acknowledged) + 50
            await until(lambda enough=enough: len(crowd.acknowledged) > enough)
            proxy.reset()
        enough = len(crowd.acknowledged) + 50
        await until(lambda: len(crowd.acknowledged) > enough)


@pytest.mark.fault("a commit's answer is lost", "nothing: counted once, acknowledged")
async def test_a_commit_whose_answer_is_lost_counts_once_and_is_acknowledged(
    behind: House, proxy: TcpProxy
) -> None:
    topic = await behind.topic()
    proxy.cut_after = b"COMMIT\0"  # the whole statement: READ COMMITTED is another
    outcome = await behind.vote(topic, device(1), Sign.PLUS, "op-number-1")
    assert proxy.cuts == 1
    assert outcome == Receipt(topic, Sign.PLUS, "op-number-1")
    assert (await behind.standing(topic)).tally.headline == Counts(1, 0)
    assert await discrepancies(behind.database) == []


async def test_what_is_not_idempotent_is_not_done_twice_where_its_commit_was_not_answered(
    behind: House, proxy: TcpProxy
) -> None:
    proxy.cut_after = b"COMMIT\0"  # the whole statement: READ COMMITTED is another
    with pytest.raises(StorageUnavailable):
        await behind.topic()
    assert proxy.cuts == 1
    assert len(await list_topics(behind.database)) == 1


@pytest.mark.fault("the network to PostgreSQL swallows everything", "nothing: votes are answered “try again”")
async def test_a_network_that_swallows_everything_refuses_with_try_again_and_comes_back(
    behind: House, proxy: TcpProxy
) -> None:
    topic = await behind.topic()
    proxy.swallow(everything=True)
    async with asyncio.timeout(PATIENCE):
        assert await behind.vote(topic, device(1), Sign.PLUS, "op-number-1") is Refusal.TRY_AGAIN
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(StorageUnavailable):
            await behind.standing(topic)
    proxy.swallow(everything=False)
    proxy.reset()
    assert isinstance(await behind.vote(topic, device(1), Sign.PLUS, "op-number-1"), Receipt)
    assert (await behind.standing(topic)).tally.headline == Counts(1, 0)


async def test_who_votes_while_others_wait_for_a_dead_database_is_answered_with_them(
    behind: House, proxy: TcpProxy
) -> None:
    topic = await behind.topic()
    proxy.swallow(everything=True)
    first = asyncio.create_task(behind.vote(topic, device(1), Sign.PLUS))
    await until(lambda: behind.database.is_writing)
    later = asyncio.create_task(behind.vote(topic, device(2), Sign.PLUS))
    done, _ = await asyncio.wait({first, later}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(0)
    assert {first, later} == done or later.done(), "not a second time as long"
    assert {await first, await later} == {Refusal.TRY_AGAIN}
    proxy.swallow(everything=False)


@pytest.mark.fault("PostgreSQL is frozen (SIGSTOP) and continued", "nothing: votes are answered “try again”")
async def test_a_frozen_server_refuses_with_try_again_and_resumes_when_it_thaws(
    fragile: RunningPostgres,
) -> None:
    async with nodes(fragile.url(fragile.create_database()), 1) as [house]:
        topic = await house.topic()
        fragile.freeze(frozen=True)
        try:
            async with asyncio.timeout(PATIENCE):
                assert await house.vote(topic, device(1), Sign.PLUS, "op-number-1") is Refusal.TRY_AGAIN
        finally:
            fragile.freeze(frozen=False)
        assert isinstance(await _until_taken(house, topic, "op-number-1"), Receipt)
        assert (await house.standing(topic)).tally.headline == Counts(1, 0)
        assert await discrepancies(house.database) == []


async def test_a_topic_locked_by_someone_else_refuses_with_try_again_and_resumes(
    postgres: RunningPostgres, postgres_url: str
) -> None:
    async with nodes(postgres_url, 1) as [house]:
        topic = await house.topic()
        with postgres.connect(house.database.url.database or "") as other, other.transaction():
            other.execute("SELECT * FROM tally FOR UPDATE")
            assert await house.vote(topic, device(1), Sign.PLUS, "op-number-1") is Refusal.TRY_AGAIN
        assert isinstance(await house.vote(topic, device(1), Sign.PLUS, "op-number-1"), Receipt)


async def test_a_deadlock_is_tried_again_and_nobody_notices(
    postgres: RunningPostgres, postgres_url: str
) -> None:
    async with nodes(postgres_url, 1) as [house]:
        first, second = await house.topic(), await house.topic()
        with postgres.connect(house.database.url.database or "") as other:
            other.execute("SET deadlock_timeout = '10s'")  # the node finds the circle, and is its victim
            with other.transaction():
                other.execute("SELECT * FROM tally WHERE topic_id = %s FOR UPDATE", (second,))
                votes = [
                    asyncio.create_task(house.vote(topic, device(1), Sign.PLUS)) for topic in (first, second)
                ]
                await asyncio.to_thread(_until_waiting, postgres)
                # the node holds the first and waits for the second
                await asyncio.to_thread(
                    other.execute, "SELECT * FROM tally WHERE topic_id = %s FOR UPDATE", (first,)
                )
        assert all(isinstance(outcome, Receipt) for outcome in await asyncio.gather(*votes))
        assert await discrepancies(house.database) == []


async def test_nodes_that_vote_on_the_same_topics_at_once_count_exactly(postgres_url: str) -> None:
    async with nodes(postgres_url, 3) as houses:
        topics = [await houses[0].topic() for _ in range(4)]
        async with voters(houses, topics, each=20) as crowd:
            await until(lambda: len(crowd.acknowledged) > 1500)
            await houses[1].database.write(_higher_epoch)
            await until(lambda: len(crowd.acknowledged) > 3000)
        assert crowd.refused == 0
        for topic in topics:
            deltas = sorted(
                (d for house in houses for d in house.deltas if d.topic == topic),
                key=lambda d: d.version.number,
            )
            numbers = [delta.version.number for delta in deltas]
            assert numbers == list(range(1, len(numbers) + 1)), "versions follow one another over all nodes"
            assert deltas[-1].version == (await houses[2].standing(topic)).version


async def test_voters_at_three_nodes_with_one_op_count_once(postgres_url: str) -> None:
    async with nodes(postgres_url, 3) as houses:
        topic = await houses[0].topic()
        outcomes = await asyncio.gather(
            *(
                house.vote(topic, device(n), Sign.PLUS, f"op-number-{n}")
                for house in houses
                for n in range(50)
            )
        )
        assert all(isinstance(outcome, Receipt) for outcome in outcomes)
        assert (await houses[0].standing(topic)).tally.headline == Counts(50, 0)


def _higher_epoch(connection: sa.Connection) -> int:
    return raise_epoch(connection, above=2**41, now=2**41 + 1)


def _until_waiting(postgres: RunningPostgres) -> None:
    """Until some transaction waits for a lock."""
    end = time.monotonic() + PATIENCE
    while not beside(
        postgres.url("postgres"), "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    ):
        assert time.monotonic() < end
        time.sleep(0.01)


async def _until_taken(house: House, topic: int, op: str) -> object:
    async with asyncio.timeout(PATIENCE):
        while (outcome := await house.vote(topic, device(1), Sign.PLUS, op)) is Refusal.TRY_AGAIN:
            pass
    return outcome
