"""Through PgBouncer in transaction mode: every transaction may be on another connection of the server."""

import os
import shutil

import pytest

from storage.joining import server_of
from tests.faults.voters import voters
from tests.running import until
from tests.running_pgbouncer import pgbouncer, running_pgbouncer
from tests.running_postgres import RunningPostgres
from tests.storage.house import open_house

CAN_BE_INSTALLED = os.geteuid() == 0 and shutil.which("apt-get") is not None
pytestmark = pytest.mark.skipif(
    pgbouncer() is None and not ("CI" in os.environ and CAN_BE_INSTALLED),
    reason="there is no pgbouncer here; ./dev test installs it where it is root and has apt-get",
)


async def test_nodes_share_few_connections_in_transaction_mode_and_count_exactly(
    postgres: RunningPostgres, migrated: str
) -> None:
    name = postgres.create_database(migrated)
    with running_pgbouncer(postgres, connections=2) as port:
        houses = [await open_house(postgres.url(name, port)) for _ in range(3)]
        topics = [await houses[0].topic() for _ in range(3)]
        async with voters(houses, topics, each=20) as crowd:
            await until(lambda: len(crowd.acknowledged) > 500)
            for topic in topics:
                await houses[1].standing(topic)
            await until(lambda: len(crowd.acknowledged) > 1000)
        assert await houses[0].database.write(server_of) is not None
        for house in houses:
            await house.close()


@pytest.mark.fault("connections are cut behind PgBouncer in transaction mode", "no acknowledged vote")
async def test_tables_are_made_and_server_connections_cut_behind_pgbouncer(postgres: RunningPostgres) -> None:
    name = postgres.create_database()
    with running_pgbouncer(postgres, connections=2) as port:
        house = await open_house(postgres.url(name, port))
        topics = [await house.topic() for _ in range(2)]
        async with voters([house], topics) as crowd:
            for _ in range(5):
                enough = len(crowd.acknowledged) + 50
                await until(lambda enough=enough: len(crowd.acknowledged) > enough)
                assert postgres.cut(name) > 0
            enough = len(crowd.acknowledged) + 50
            await until(lambda: len(crowd.acknowledged) > enough)
        await house.close()
