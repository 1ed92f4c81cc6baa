"""Options of the whole suite, and the databases that every part of it may ask for."""

import gc
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage.database import bring_up_to_date
from tests import compiled, once
from tests.memory import memory
from tests.running_postgres import RunningPostgres, running_postgres
from tests.storage.house import House, open_house, with_tables

pytest_plugins = ["tests.reliability"]

ENGINES = ("sqlite", "postgres")

LONGEST_FIRST = (
    "tests/faults/test_cluster.py",
    "tests/journeys/test_screens.py",
    "tests/journeys/test_kiosk.py",
    "tests/faults",
    "tests/journeys",
    "tests/server/test_restore.py",
    "tests/server/test_letter_sending.py",
    "tests/realtime/test_attacker.py",
    "tests/storage/test_quarantine_machine.py",
    "tests/storage/test_machine.py",
    "tests/realtime/test_model.py",
    "tests/server",
)
"""Files and folders that a run begins with, so that none of them is left to the end while other cores idle.

Those with a browser follow each other: a process that leaves them for others ends its browser.
"""

NewUrl = Callable[[], str]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--reliability", type=Path, metavar="FILE", help="write the table of what breaks and what is lost"
    )
    parser.addoption(
        "--deep",
        action="store_true",
        help="tell every random story, kill as often as the table of faults says",
    )


def pytest_configure(config: pytest.Config) -> None:
    folder = once.begin()
    if folder is not None:
        config.add_cleanup(lambda: once.end(folder))
    compiled.share()


def is_deep(config: pytest.Config) -> bool:
    """Whether tests of chance are told in full; what is written down of them is."""
    return bool(config.getoption("--deep") or config.getoption("--reliability"))


@pytest.fixture(scope="session")
def deep(pytestconfig: pytest.Config) -> bool:
    return is_deep(pytestconfig)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


def pytest_collection_finish() -> None:
    """What stays to the end is not looked through for garbage again and again: a tenth of the processor's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _turn(name: str) -> int:
    turns = (turn for turn, start in enumerate(LONGEST_FIRST) if name.startswith(start))
    return next(turns, len(LONGEST_FIRST))


@pytest.fixture(scope="session")
def postgres() -> Iterator[RunningPostgres]:
    """One server for the whole run; every test has databases of its own on it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: RunningPostgres) -> str:
    """A database with the tables, to copy: quicker than to migrate each."""
    name = postgres.create_database()
    bring_up_to_date(postgres.url(name))
    return name


@pytest.fixture
def postgres_url(postgres: RunningPostgres, migrated: str) -> Iterator[str]:
    name = postgres.create_database(migrated)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(params=ENGINES)
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'imaginest.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=ENGINES)
def new_url(request: pytest.FixtureRequest) -> Iterator[NewUrl]:
    """Makes fresh databases, as many as wanted, on each engine; SQLite's are files in the memory."""
    if request.param == "sqlite":
        with TemporaryDirectory(dir=memory()) as folder:
            numbers = iter(range(1_000_000))
            yield lambda: with_tables(Path(folder) / f"{next(numbers)}.db")
        return
    server: RunningPostgres = request.getfixturevalue("postgres")
    template: str = request.getfixturevalue("migrated")
    names: list[str] = []

    def new() -> str:
        names.append(server.create_database(template))
        return server.url(names[-1])

    yield new
    for name in names:
        server.drop_database(name)


@pytest.fixture
async def house(fresh_url: str) -> AsyncIterator[House]:
    """Storage as the server opens it, on each engine."""
    house = await open_house(fresh_url)
    yield house
    await house.close()
