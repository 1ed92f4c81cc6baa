"""SQLite in a file: one connection does all writing and checkpointing, readers only read.

WAL and ``synchronous=FULL``. Versions 3.7.0 to 3.51.2 can lose commits when two connections write and
checkpoint at once: hence one writer, one process (``storage.data_lock``), and readers without checkpoints.
"""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.address import plain
from storage.backend import Failure
from storage.turns import OWN_SEATS, SEATS

BUSY_TIMEOUT_MS = 2000


class Sqlite:
    """The backend of ``sqlite:///…``."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self.writer = sa.create_engine(url, poolclass=sa.pool.NullPool, hide_parameters=True)
        sa.event.listen(self.writer, "connect", _prepare_writer)
        sa.event.listen(self.writer, "begin", _begin_immediate)
        self.readers = create_async_engine(
            url.set(drivername="sqlite+aiosqlite"),
            pool_size=SEATS + OWN_SEATS,
            max_overflow=0,
            hide_parameters=True,
        )
        sa.event.listen(self.readers.sync_engine, "connect", _prepare_reader)
        sa.event.listen(self.readers.sync_engine, "begin", _begin_reading)

    def connect(self) -> sa.Connection:
        """Two that turn a new file into WAL at once do not wait for each other by busy_timeout."""
        end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        while True:
            try:
                return self.writer.connect()
            except OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(0.02)

    def inspect(self, connection: sa.Connection) -> None:
        """Every SQLite that Python brings will do."""

    def lock_for_migration(self, connection: sa.Connection) -> None:
        """BEGIN IMMEDIATE has done it."""

    def watch(self, connection: sa.Connection) -> None:
        """A file answers or fails; busy_timeout bounds the wait for a lock."""

    def unwatch(self) -> None:
        """Nothing was begun."""

    async def begin_reading(self, connection: AsyncConnection, seconds: float) -> Callable[[], None]:
        await connection.begin()
        return lambda: None

    def failure(self, error: DBAPIError) -> Failure:
        return Failure.BUSY if isinstance(error, OperationalError | InterfaceError) else Failure.FAULT

    def sentence(self, error: DBAPIError) -> str:
        return (
            f"the database {plain(self.url)} {_SENTENCES.get(_code(error), f'cannot be used: {error.orig}')}"
        )

    def close(self) -> None:
        """Nothing is held."""


def _code(error: DBAPIError) -> int:
    code: int = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF  # the rest tells apart what is the same for us


_SENTENCES = {
    sqlite3.SQLITE_BUSY: "is locked by another program: end it",
    sqlite3.SQLITE_READONLY: "cannot be written to: make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: make the file and its folder readable and writable",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_NOTADB: "is no SQLite database: restore a backup",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore a backup",
}


def _prepare_writer(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3's own implicit BEGIN is deferred; ours is in _begin_immediate
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
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
