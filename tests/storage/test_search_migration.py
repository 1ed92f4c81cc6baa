"""Topics of before the search are found after the upgrade, and stand where their public numbers put them."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage.database import backend
from storage.migrate import FOLDER
from storage.search import find
from storage.values_search import Order, Query
from tests.running_postgres import RunningPostgres
from tests.storage.house import START, beside, open_house

OLD_REVISION = "0002"
TOPIC = (
    "INSERT INTO topic (id, kind, title, body, theme_id, opens_at, results, headline, profile_required, "
    "provenance, created_at) VALUES (:id, 'idea', :title, '', 1, 0, 'always', :headline, false, 'real', 0)"
)
TALLY = "INSERT INTO tally (topic_id, number, seq, plus, minus) VALUES (:id, 1, 1, :plus, :minus)"
SERIES = (
    "INSERT INTO series (topic_id, series, plus, minus, pending, sealed_seq, releases, public_plus, public_minus) "
    "VALUES (:id, 'all', 25, 0, 0, 0, 1, 5, 5)"
)


@pytest.fixture(params=["sqlite", "postgres"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database as it was before."""
    url = f"sqlite:///{tmp_path}/imaginest.db"
    if request.param == "postgres":
        server: RunningPostgres = request.getfixturevalue("postgres")
        url = server.url(server.create_database())
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with backend(url).writer.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, OLD_REVISION)
    return url


async def test_what_was_there_before_is_found_and_in_order(old_url: str) -> None:
    topics = [
        (1, "Du vélo", "live", 20, 14),
        (2, "Des vélos", "sealed", 25, 0),
        (3, "Le train", "live", 9, 0),
    ]
    for number, title, headline, plus, minus in topics:
        beside(old_url, TOPIC, id=number, title=title, headline=headline)
        beside(old_url, TALLY, id=number, plus=plus, minus=minus)
    beside(old_url, SERIES, id=2)
    house = await open_house(old_url)
    for query, wanted in (
        (Query("velo"), [2, 1]),
        (Query("tra"), [3]),
        (Query(order=Order.POPULAR), [1, 2, 3]),
        (Query(order=Order.DIVIDED), [1]),
    ):
        assert [topic.id for topic in (await find(house.database, query, START)).topics] == wanted
    assert beside(old_url, "SELECT voters, gap FROM tally ORDER BY topic_id") == [
        (34, 1764),
        (10, 0),
        (9, None),
    ]
    await house.close()
    with backend(old_url).writer.connect() as connection:
        assert sa.inspect(connection).has_table("word_form")
