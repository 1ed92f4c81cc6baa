"""The database: one thread that writes, readers beside it, migrations before either.

On SQLite one connection does all writing and checkpointing (WAL, ``synchronous=FULL``); readers are
``query_only`` and never checkpoint.
"""

import asyncio
import fcntl
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage import migrate

T = TypeVar("T")
log = logging.getLogger("imaginest.storage")

MOST_WAITING_WRITES = 1000
BUSY_TIMEOUT_MS = 2000


class StorageUnavailable(Exception):
    """The database did not take a write or a read now; trying again later may succeed."""


class DataInUse(Exception):
    """Another process serves this data directory; the message holds its address where it told one."""


class Database:
    """SQLite in a file. ``open`` before use, ``close`` after."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="imaginest-writer")
        self._waiting = 0
        self._engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
        sa.event.listen(self._engine, "connect", _prepare_writer)
        sa.event.listen(self._engine, "begin", _begin_immediate)
        self._connection: sa.Connection | None = None
        self._readers = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=4, max_overflow=0)
        sa.event.listen(self._readers.sync_engine, "connect", _prepare_reader)
        sa.event.listen(self._readers.sync_engine, "begin", _begin_reading)

    async def open(self) -> None:
        """Connect; raises ``migrate.WrongRevision`` where the tables are not those of this program."""
        await self._in_writer(self._connect)

    def _connect(self) -> None:
        self._connection = self._engine.connect()
        with self._connection.begin():
            migrate.refuse_other_revision(self._connection)

    async def close(self) -> None:
        """Finish what is being written and let go of every connection and thread."""
        await self._readers.dispose()
        await self._in_writer(self._disconnect)
        self._writer.shutdown()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._engine.dispose()

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run ``work`` in one transaction in the writing thread and commit it.

        Raises StorageUnavailable where the database refuses (locked, full, gone) or too many writes wait;
        nothing is half-written then.
        """
        if self._waiting >= MOST_WAITING_WRITES:
            raise StorageUnavailable("too many writes are waiting")
        self._waiting += 1
        try:
            return await self._in_writer(lambda: self._in_transaction(work))
        finally:
            self._waiting -= 1

    def _in_transaction(self, work: Callable[[sa.Connection], T]) -> T:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            with self._connection.begin():
                return work(self._connection)
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            log.warning("a write failed: %s", error.orig)
            raise StorageUnavailable(str(error.orig)) from error

    async def _in_writer(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, call)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for one short look; raises StorageUnavailable where the database does not answer."""
        try:
            async with self._readers.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            log.warning("a read failed: %s", error)
            raise StorageUnavailable(str(error)) from error


class DataLock:
    """One process at a time serves a data directory; the lock's file tells the others its address."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "server.lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises DataInUse while another process holds it."""
        file = open(self._path, "a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            address = file.read().strip()
            file.close()
            raise DataInUse(address) from error
        file.truncate(0)
        self._file = file

    def tell(self, address: str) -> None:
        """Write down where this process can be reached."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(address + "\n")
            self._file.flush()

    def release(self) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def _prepare_writer(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3's own implicit BEGIN is deferred; ours is in _begin_immediate
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")  # the first SELECT fixes the snapshot that all others read


def _prepare_reader(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("query_only=ON", "wal_autocheckpoint=0", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
