"""How long the moderators' queue takes to open with very much in it, beside the plain query for as many rows."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from storage.desk import desk_load
from storage.queue import QUEUE_SHOWN, queued
from storage.tables import THEME
from storage.tables_posts import POST
from storage.values_moderation import PostSort, QueueFilter
from storage.values_posts import PostKind, PostStatus
from tests.bench.figures import Row, quantile, spread
from tests.running import ROOT
from tests.running_postgres import running_postgres
from tests.storage.house import START, House, open_house

WAITING = 20_000
AT_ONCE = 1000
TIMES = 40
OPEN = str(PostStatus.WAITING)


def queue() -> Iterator[Row]:
    """The queue's window and its load over 20,000 waiting posts, on SQLite and PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="imaginest-bench-", dir=ROOT.parent))
    yield from asyncio.run(_queue("SQLite", f"sqlite:///{folder / 'imaginest.db'}"))
    shutil.rmtree(folder)
    with running_postgres() as server:
        yield from asyncio.run(_queue("PostgreSQL", server.url(server.create_database())))


async def _queue(engine: str, url: str) -> list[Row]:
    house = await open_house(url)
    await fill(house, WAITING)
    if engine != "SQLite":  # what its autovacuum does by itself within a minute
        await house.database.write(lambda connection: connection.exec_driver_sql("ANALYZE"))
    rows = []
    for name, question in _questions(house):
        times = []
        for _ in range(TIMES):
            started = time.perf_counter()
            await question()
            times.append(time.perf_counter() - started)
        rows.append(Row(f"{engine}, {name}", quantile(times, 0.99), "ms p99", spread(times)))
    await house.close()
    return rows


async def fill(house: House, number: int) -> None:
    """So many posts that wait, in all themes."""
    for start in range(0, number, AT_ONCE):
        await house.database.write(partial(_store, start=start, number=min(AT_ONCE, number - start)))


def _store(connection: sa.Connection, *, start: int, number: int) -> None:
    themes = list(connection.execute(sa.select(THEME.c.id)).scalars())
    rows = [
        {
            "kind": str(PostKind.IDEA),
            "text": f"Idée {n} : des bancs à l'ombre",
            "theme_id": themes[n % len(themes)],
            "author": n.to_bytes(16),
            "op": f"op-{n:016d}",
            "status": OPEN,
            "reason": "",
            "created_at": START + n,
        }
        for n in range(start, start + number)
    ]
    connection.execute(sa.insert(POST), rows)


def _questions(house: House) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
    database = house.database

    async def plain() -> None:
        statement = sa.select(POST).where(POST.c.status == OPEN).order_by(POST.c.id).limit(QUEUE_SHOWN)
        async with database.read() as connection:
            (await connection.execute(statement)).all()

    def window(asked: QueueFilter, after: int = 0) -> Callable[[], Awaitable[object]]:
        return lambda: queued(database, asked, START, after)

    yield "the plain query for 30 (the floor)", plain
    yield "the queue's first window", window(QueueFilter())
    yield "its last window", window(QueueFilter(), WAITING - QUEUE_SHOWN)
    yield "one theme", window(QueueFilter(theme="sport"))
    yield "arguments, of which there are none", window(QueueFilter(PostSort.ARGUMENTS))
    yield "what waits, in numbers", lambda: desk_load(database)
