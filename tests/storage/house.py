"""Storage as the server opens it, with a clock that a test moves."""

import secrets
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from realtime.delta import Delta
from realtime.tally import Cell, Hall, Sign
from storage.ballot_box import BallotBox
from storage.database import Database, backend, bring_up_to_date
from storage.events import save_event
from storage.joining import join
from storage.keys import DEVICE_BYTES, Keys
from storage.profiles import save_profile
from storage.tables import TOPIC
from storage.tallies import standings
from storage.topics import create_topics
from storage.values import CastVote, NewTopic, Outcome, Standing, TopicKind, TopicRules
from storage.values_events import NewEvent
from tests.once import once

START = 1_800_000_000_000
"""When tests begin, in ms since 1970."""

MASTER = bytes(range(32))


@dataclass
class House:
    url: str
    database: Database
    keys: Keys
    box: BallotBox
    deltas: list[Delta]
    clock: list[int] = field(default_factory=lambda: [START])

    async def topic(self, rules: TopicRules | None = None) -> int:
        rules = rules or TopicRules(opens_at=0, closes_at=None)
        new = NewTopic(TopicKind.QUESTION, "Une question ?", "sport", rules)
        return (await create_topics(self.database, self.keys, [new], self.clock[0]))[0]

    async def in_event(self, topic: int, *halls: Hall) -> None:
        """Have a topic asked in an event of these halls: its ballots bear the one that they come from."""
        new = NewEvent("Le lancement", "", START, halls)
        event = await save_event(self.database, None, new, op=f"event {topic}", by=None, now=self.clock[0])
        belongs = sa.update(TOPIC).where(TOPIC.c.id == topic).values(event_id=event)
        await self.database.write(lambda connection: connection.execute(belongs))

    async def vote(self, topic: int, device: bytes, sign: Sign, op: str | None = None) -> Outcome:
        return await self.box.cast(CastVote(topic, device, sign, op or secrets.token_urlsafe(16)))

    async def tell(self, device: bytes, cell: Cell) -> None:
        await save_profile(self.database, self.keys, device, cell, self.clock[0])

    async def standing(self, topic: int) -> Standing:
        return (await standings(self.database, [topic]))[topic]

    async def close(self) -> None:
        await self.box.stop()
        await self.database.close()


def device(number: int) -> bytes:
    return number.to_bytes(DEVICE_BYTES)


@cache
def _tables() -> bytes:
    """A database of SQLite with the tables and nothing in them; made once, it takes a fifth of a second."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        once("tables.db", file, lambda: bring_up_to_date(f"sqlite:///{file}"))
        return file.read_bytes()


def with_tables(file: Path) -> str:
    """Make a database of SQLite that is up to date; its URL."""
    file.write_bytes(_tables())
    return f"sqlite:///{file}"


def _make_tables(url: str) -> None:
    file = sa.make_url(url).database if url.startswith("sqlite") else None
    if file is not None and not Path(file).exists():
        with_tables(Path(file))
    bring_up_to_date(url)


async def open_house(
    where: str | Path, clock: list[int] | None = None, master: bytes = MASTER, keys: Keys | None = None
) -> House:
    """Open (or open again) the database at a URL, or SQLite in a folder."""
    url = f"sqlite:///{where / 'imaginest.db'}" if isinstance(where, Path) else where
    _make_tables(url)
    database = Database(url)
    clock = clock or [START]
    keys = keys or Keys(master)
    try:
        await database.open(lambda connection: join(connection, keys, clock[0]))
    except BaseException:
        await database.close()
        raise
    deltas: list[Delta] = []

    async def publish(delta: Delta) -> None:
        deltas.append(delta)

    box = BallotBox(database, keys, publish, lambda: clock[0])
    box.start()
    return House(url, database, keys, box, deltas, clock)


def beside(url: str, statement: str, **values: Any) -> list[Any]:
    """What a statement finds, or does, from a connection beside the application's."""
    engine = backend(url).writer
    with engine.connect() as connection, connection.begin():
        if url.startswith("postgresql"):  # what a test prepares may take longer than a citizen would wait
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        result = connection.execute(sa.text(statement), values)
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows
