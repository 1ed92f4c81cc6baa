"""What every engine promises, whatever is stored. The ballot box keeps its own promises in tests/storage."""

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from realtime.tally import Sign
from storage.backend import UnusableDatabase
from storage.database import Database, StorageUnavailable, bring_up_to_date
from storage.joining import WrongSecret
from storage.migrate import FOLDER, WrongRevision, head, revisions
from storage.tables import THEME
from tests.running_postgres import RunningPostgres
from tests.storage.house import House, beside, device, open_house

OTHER_MASTER = bytes(reversed(range(32)))


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: object) -> str:
    """A database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/imaginest.db"
    server: RunningPostgres = request.getfixturevalue("postgres")
    return server.url(server.create_database())


async def test_processes_that_start_at_once_make_the_tables_once(empty_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(bring_up_to_date, empty_url) for _ in range(5)))
    assert beside(empty_url, "SELECT version_num FROM alembic_version") == [(head(),)]
    assert beside(empty_url, "SELECT count(*) FROM installation") == [(1,)]


def test_the_names_of_the_migrations_tell_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    walked = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert revisions() == walked[::-1]


async def test_a_database_without_tables_is_not_opened(empty_url: str) -> None:
    database = Database(empty_url)
    with pytest.raises(WrongRevision, match="imaginest migrate"):
        await database.open()
    await database.close()


@pytest.mark.parametrize("revision", ["9999", "not one of ours"])
async def test_tables_of_a_newer_or_another_program_are_refused_and_left_alone(
    house: House, revision: str
) -> None:
    beside(house.url, "UPDATE alembic_version SET version_num = :revision", revision=revision)
    with pytest.raises(WrongRevision, match=f"{revision}, which this program does not know"):
        await asyncio.to_thread(bring_up_to_date, house.url)
    database = Database(house.url)
    with pytest.raises(UnusableDatabase):
        await database.open()
    await database.close()
    assert beside(house.url, "SELECT version_num FROM alembic_version") == [(revision,)]


async def test_work_that_fails_leaves_nothing_and_the_next_is_whole(house: House) -> None:
    def fail(connection: sa.Connection) -> None:
        connection.execute(sa.insert(THEME).values(slug="half", name="half"))
        raise KeyError("half")

    with pytest.raises(KeyError):
        await house.database.write(fail)
    assert beside(house.url, "SELECT 1 FROM theme WHERE slug = 'half'") == []
    assert await house.topic()


async def test_a_statement_that_is_wrong_is_told_and_is_not_called_unavailable(house: House) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        await house.database.write(
            lambda connection: connection.execute(sa.insert(THEME), [{"slug": "twice", "name": ""}] * 2)
        )
    assert await house.topic()


async def test_a_look_sees_one_snapshot_whatever_is_written_meanwhile(house: House) -> None:
    topic = await house.topic()
    count = sa.text("SELECT count(*) FROM ballot")
    async with house.database.read() as connection:
        assert (await connection.execute(count)).scalar() == 0
        await house.vote(topic, device(1), Sign.PLUS)
        assert (await connection.execute(count)).scalar() == 0
    async with house.database.read() as connection:
        assert (await connection.execute(count)).scalar() == 1


async def test_what_is_read_in_one_look_is_of_one_snapshot_and_what_comes_after_it_of_now(
    house: House,
) -> None:
    topic = await house.topic()
    async with house.database.one_look():
        before = await house.standing(topic)
        await house.vote(topic, device(1), Sign.PLUS)
        assert await house.standing(topic) == before
        async with house.database.read(urgent=True) as connection:
            assert await connection.scalar(sa.text("SELECT plus FROM tally")) == 1, "what is urgent is of now"
    assert (await house.standing(topic)).version > before.version
    with pytest.raises(StorageUnavailable):
        async with house.database.one_look(), house.database.read() as connection:
            await connection.execute(sa.text("SELECT nothing FROM nowhere"))
    assert (await house.standing(topic)).tally.headline is not None


async def test_a_reader_cannot_write(house: House) -> None:
    with pytest.raises(StorageUnavailable):
        async with house.database.read() as connection:
            await connection.execute(sa.insert(THEME).values(slug="sneaked", name="in"))


async def test_more_looks_at_once_than_connections_all_get_an_answer(house: House) -> None:
    topic = await house.topic()
    standings = await asyncio.gather(*(house.standing(topic) for _ in range(40)))
    assert len({standing.version for standing in standings}) == 1


async def test_another_master_secret_is_refused_before_any_vote(fresh_url: str) -> None:
    first = await open_house(fresh_url)
    await first.close()
    with pytest.raises(WrongSecret, match="IMAGINEST_SECRET"):
        await open_house(fresh_url, master=OTHER_MASTER)
    again = await open_house(fresh_url)
    await again.close()


async def test_a_database_that_knows_no_secret_yet_takes_only_the_one_of_its_topics(fresh_url: str) -> None:
    first = await open_house(fresh_url)
    await first.topic()
    await first.close()
    beside(fresh_url, "UPDATE installation SET secret_check = NULL")
    with pytest.raises(WrongSecret):
        await open_house(fresh_url, master=OTHER_MASTER)
    again = await open_house(fresh_url)
    await again.close()


async def test_no_message_of_a_failed_statement_repeats_the_values_in_it(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(StorageUnavailable) as refused:
        async with house.database.read() as connection:
            lost = sa.text("SELECT nothing FROM nowhere WHERE name = :name")
            await connection.execute(lost, {"name": "me-voter"})
    assert "me-voter" not in str(refused.value) + caplog.text


def _fresh(new_url: Callable[[], str]) -> str:
    url = new_url()
    bring_up_to_date(url)
    return url


async def test_two_databases_in_one_process_know_nothing_of_each_other(new_url: Callable[[], str]) -> None:
    one, other = await open_house(_fresh(new_url)), await open_house(_fresh(new_url))
    await one.topic()
    assert beside(other.url, "SELECT count(*) FROM topic") == [(0,)]
    await one.close()
    await other.close()
