"""PostgreSQL by psycopg 3, also through PgBouncer in transaction mode: no session keeps any state.

Limits are set inside each transaction (``SET LOCAL``), statements are not prepared on the server, and locks end
with their transaction. What the server cannot bound (it is frozen, the network swallows everything) is bounded
here: a connection that does not answer in time has its socket shut down.
"""

import asyncio
import os
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.address import plain
from storage.backend import Failure, UnusableDatabase
from storage.turns import OWN_SEATS, SEATS

OLDEST = 14
"""The oldest major version of PostgreSQL that its makers still mend."""

CONNECT_SECONDS = 2
"""The least that libpq knows."""

STATEMENT_MS = 2000
WRITE_SECONDS = 3.0
"""A transaction of the writer that takes longer is cut off."""

MIGRATION_LOCK = 0x696D6167
"""The advisory lock of those who migrate: any number that no other program of this database uses."""

_BEGIN = (
    "BEGIN ISOLATION LEVEL READ COMMITTED;"
    f"SET LOCAL statement_timeout = {STATEMENT_MS}; SET LOCAL lock_timeout = {STATEMENT_MS};"
    f"SET LOCAL idle_in_transaction_session_timeout = {STATEMENT_MS * 2};"
    "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
)
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {}"
_READ_SECONDS = "imaginest_read_seconds"


class Postgres:
    """The backend of ``postgresql://…``."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        options: dict[str, Any] = {
            "hide_parameters": True,
            "connect_args": {
                "autocommit": True,  # each transaction begins with the one statement that also sets its limits
                "prepare_threshold": None,
                "connect_timeout": CONNECT_SECONDS,
                "tcp_user_timeout": int(WRITE_SECONDS * 1000),
                "application_name": "imaginest",
            },
        }
        self.writer = sa.create_engine(url, poolclass=sa.pool.NullPool, **options)
        sa.event.listen(self.writer, "begin", _begin)
        self.readers = create_async_engine(
            url, pool_size=SEATS + OWN_SEATS, max_overflow=0, pool_timeout=CONNECT_SECONDS, **options
        )
        sa.event.listen(self.readers.sync_engine, "begin", _begin_reading)
        self._watchdog = _Watchdog(WRITE_SECONDS)

    def connect(self) -> sa.Connection:
        return self.writer.connect()

    def inspect(self, connection: sa.Connection) -> None:
        version = _driver(connection).info.server_version
        if version < OLDEST * 10_000:
            raise UnusableDatabase(
                f"the database {plain(self.url)} is PostgreSQL {version // 10_000}: {OLDEST} or newer is needed"
            )

    def lock_for_migration(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")

    def watch(self, connection: sa.Connection) -> None:
        self._watchdog.watch(_driver(connection).fileno())

    def unwatch(self) -> None:
        self._watchdog.unwatch()

    async def begin_reading(self, connection: AsyncConnection, seconds: float) -> Callable[[], None]:
        raw = await connection.get_raw_connection()
        driver: psycopg.AsyncConnection[Any] = raw.driver_connection  # type: ignore[assignment]
        timer = asyncio.get_running_loop().call_later(seconds + 0.5, _shut, driver.fileno())
        try:
            await connection.execution_options(**{_READ_SECONDS: seconds})
            await connection.begin()
        except BaseException:
            timer.cancel()
            raise
        return timer.cancel

    def failure(self, error: DBAPIError) -> Failure:
        if error.connection_invalidated:
            return Failure.GONE
        state = getattr(error.orig, "sqlstate", None) or ""
        if state in {"40001", "40P01"}:
            return Failure.BEATEN
        if state.startswith(("08", "57P")) or (
            not state and isinstance(error.orig, psycopg.OperationalError)
        ):
            return Failure.GONE
        if state == "25006" or isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError):
            return Failure.BUSY
        return Failure.FAULT

    def sentence(self, error: DBAPIError) -> str:
        where, said = f"the database {plain(self.url)}", str(error.orig)
        for pattern, sentence in _SENTENCES:
            if re.search(pattern, said):
                return f"{where} {sentence}"
        last = said.strip().splitlines()[-1] if said.strip() else "no answer"
        return f"{where} cannot be used: {_without(last, self.url.password)}"

    def close(self) -> None:
        self._watchdog.close()


_SENTENCES = (
    ("password authentication failed|no password supplied", "refuses the user or the password of its URL"),
    ("pg_hba|not permitted to log in", "lets this user or this machine not in: see its pg_hba.conf"),
    ("resolve host|translate host name", "has an unknown host name: correct it in the URL"),
    ('database ".*" does not exist|no such database', "does not exist: create it with CREATE DATABASE"),
    ('role ".*" does not exist|no such user', "does not know the user of its URL: create it"),
    ("Connection refused|No such file", "does not listen: start it, or correct host and port in the URL"),
    ("timeout", "does not answer: correct host and port in the URL, or see the firewall"),
    ("invalid connection option", "has an unknown option after the ? of its URL: remove it"),
    ("permission denied", "does not allow this user to create or change tables: GRANT it"),
    ("starting up|shutting down|recovery", "is starting or stopping: try again in a moment"),
    ("read-only", "is a replica that only reads: give the URL of the primary"),
)


class _Watchdog:
    """Shuts down the socket of a transaction that takes too long, so that its thread wakes with an error."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._since: float | None = None
        self._descriptor = -1
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, descriptor: int) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="imaginest-watchdog", daemon=True)
            self._thread.start()
        with self._lock:
            self._descriptor, self._since = descriptor, time.monotonic()

    def unwatch(self) -> None:
        with self._lock:
            self._since = None

    def close(self) -> None:
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(0.2):
            with self._lock:  # while it is held, the descriptor is still that of the connection
                if self._since is not None and time.monotonic() - self._since > self._seconds:
                    _shut(self._descriptor)
                    self._since = None


def _shut(descriptor: int) -> None:
    try:
        with socket.socket(fileno=os.dup(descriptor)) as twin:
            twin.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


def _driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(_BEGIN)


def _begin_reading(connection: sa.Connection) -> None:
    seconds = connection.get_execution_options().get(_READ_SECONDS, STATEMENT_MS / 1000)
    connection.exec_driver_sql(_BEGIN_READING.format(int(seconds * 1000)))


def _without(text: str, secret: str | None) -> str:
    return text.replace(secret, "…") if secret else text
