"""The database: one thread that writes, readers beside it, on SQLite or PostgreSQL by its URL."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import migrate
from storage.address import SQLITE, plain, read_address
from storage.backend import Backend, Failure, UnusableDatabase
from storage.database_sqlite import Sqlite
from storage.turns import OWN_SEATS, SEATS, NoTurn, Turns

T = TypeVar("T")
Work = Callable[[sa.Connection], T]
log = logging.getLogger("imaginest.storage")

MOST_WAITING_WRITES = 1000
PATIENCE_SECONDS = 2.0
"""A write that has waited so long for its turn, behind others that failed, is refused without a try."""

AGAIN_SECONDS = {Failure.GONE: 1.0, Failure.BEATEN: 1.5, Failure.BUSY: 0.0}
"""For so long after its beginning a write begins again. A new connection may take 2 s to be refused, a deadlock
is found after 1 s, and what is busy has been waited for already; the answer is due within 3 s."""

PAUSE_SECONDS = 0.05
READ_SECONDS = 2.0
ONE_LOOK_SECONDS = 4.0
"""For what is read together."""


class StorageUnavailable(Exception):
    """The database did not take a write or a read now; trying again later may succeed."""


class _Lost(Exception):
    """The connection ended while a transaction was being committed: it may have been, or not."""


def _nothing(_: sa.Connection) -> None: ...


class Database:
    """The database at ``url`` (``sqlite:///path`` or ``postgresql://…``). ``open`` before use, ``close`` after."""

    def __init__(self, url: str | sa.URL) -> None:
        """Raises ``address.BadAddress``."""
        self._backend = backend(url)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="imaginest-writer")
        self._turns = {False: Turns(SEATS), True: Turns(OWN_SEATS)}
        self._waiting = 0
        self._connection: sa.Connection | None = None
        self._greet: Work[None] = _nothing

    @property
    def url(self) -> sa.URL:
        return self._backend.url

    @property
    def is_writing(self) -> bool:
        """Whether a write has been asked for that has not ended."""
        return self._waiting > 0

    async def open(self, greet: Work[None] = _nothing) -> None:
        """Connect; raises UnusableDatabase (one sentence) where the database cannot be used as it is.

        ``greet`` runs in a transaction of its own on every new connection of the writer: behind a lost one
        there may be another server.
        """
        self._greet = greet
        await self._in_writer(self._open)

    def _open(self) -> None:
        try:
            self._connection = self._backend.connect()
            self._backend.inspect(self._connection)
            with self._connection.begin():
                migrate.refuse_other_revision(self._connection)
            with self._connection.begin():
                self._greet(self._connection)
        except DBAPIError as error:
            raise UnusableDatabase(self._backend.sentence(error)) from None

    async def close(self) -> None:
        """Finish what is being written and let go of every connection and thread."""
        await self._backend.readers.dispose()
        await self._in_writer(self._disconnect)
        self._writer.shutdown()
        self._backend.close()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        self._backend.writer.dispose()

    async def write(self, work: Work[T], *, idempotent: bool = False) -> T:
        """Run ``work`` in one transaction in the writing thread and commit it; it may have to run again.

        Raises StorageUnavailable where the database refuses (locked, full, gone) or too many writes wait.
        Nothing is half-written then; where the connection was lost during the commit, all or nothing was.
        ``idempotent`` work is tried again even then: doing it twice is doing it once.
        """
        if self._waiting >= MOST_WAITING_WRITES:
            raise StorageUnavailable("too many writes are waiting")
        self._waiting += 1
        asked = time.monotonic()
        try:
            return await self._in_writer(lambda: self._write(work, asked, idempotent))
        finally:
            self._waiting -= 1

    def _write(self, work: Work[T], asked: float, idempotent: bool) -> T:
        began = time.monotonic()
        if began - asked > PATIENCE_SECONDS:
            raise StorageUnavailable("the database has not answered those before")
        while True:
            try:
                return self._in_transaction(work)
            except _Lost as error:
                if not idempotent:
                    raise StorageUnavailable("the connection was lost during a commit") from error
                failure, told = Failure.GONE, "a commit was not answered"
            except DBAPIError as error:
                failure, told = self._backend.failure(error), said(error)
                if failure is Failure.FAULT:
                    raise
            if time.monotonic() - began >= AGAIN_SECONDS[failure]:
                log.warning("a write failed: %s", told)
                raise StorageUnavailable(told)
            log.info("a write begins again: %s", told)
            time.sleep(PAUSE_SECONDS)

    def _in_transaction(self, work: Work[T]) -> T:
        try:
            if self._connection is None:
                self._connection = self._backend.connect()
                self._run(self._connection, self._greet)
            return self._run(self._connection, work)
        except DBAPIError as error:
            if self._backend.failure(error) is Failure.GONE:
                self._disconnect()
            raise

    def _run(self, connection: sa.Connection, work: Work[T]) -> T:
        self._backend.watch(connection)
        try:
            transaction = connection.begin()
            try:
                result = work(connection)
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except DBAPIError as error:
                self._disconnect()  # whatever the engine has left open ends with the connection
                if self._backend.failure(error) is Failure.GONE:
                    raise _Lost from error
                raise
            return result
        finally:
            self._backend.unwatch()

    async def _in_writer(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, call)

    @asynccontextmanager
    async def read(
        self, seconds: float = READ_SECONDS, *, urgent: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """A connection for one short look at one snapshot; it may take ``seconds``.

        ``urgent``: it does not wait behind all who want a page. Raises StorageUnavailable where the database does
        not answer.
        """
        looking = _LOOKING.get()
        if looking is not None and looking[0] is self and not urgent:
            yield looking[1]
            return
        turns = self._turns[urgent]
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(turns.turn())
                connection = await self._look(stack, seconds)
                turns.answered()
                yield connection
        except NoTurn:
            raise StorageUnavailable("nobody who reads is answered") from None
        except SQLAlchemyError as error:
            log.warning("a read failed: %s", said(error))
            raise StorageUnavailable(said(error)) from error

    @asynccontextmanager
    async def one_look(self) -> AsyncIterator[None]:
        """All that is read within is read of one snapshot, with one connection: one after the other, and no tasks.

        Raises StorageUnavailable like ``read``, for all of it.
        """
        async with self.read(ONE_LOOK_SECONDS) as connection:
            token = _LOOKING.set((self, connection))
            try:
                yield
            finally:
                _LOOKING.reset(token)

    async def _look(self, stack: AsyncExitStack, seconds: float) -> AsyncConnection:
        """A connection that has begun; the pool may hold one that was cut meanwhile, and then all are."""
        connection = await stack.enter_async_context(self._backend.readers.connect())
        try:
            stack.callback(await self._backend.begin_reading(connection, seconds))
            return connection
        except DBAPIError as error:
            if self._backend.failure(error) is not Failure.GONE:
                raise
        await connection.close()
        connection = await stack.enter_async_context(self._backend.readers.connect())
        stack.callback(await self._backend.begin_reading(connection, seconds))
        return connection


_LOOKING: ContextVar[tuple[Database, AsyncConnection] | None] = ContextVar("looking", default=None)
"""Whose snapshot it is in which what runs now reads."""


def backend(url: str | sa.URL) -> Backend:
    """The engine of a URL; nothing is opened yet. Raises ``address.BadAddress``."""
    address = read_address(url) if isinstance(url, str) else url
    if address.drivername == SQLITE:
        return Sqlite(address)
    from storage.database_postgres import Postgres  # its driver is loaded only where it is needed

    return Postgres(address)


def bring_up_to_date(url: str | sa.URL) -> None:
    """Create or upgrade the tables; of many processes that do so at once, one does. Raises UnusableDatabase."""
    engine = backend(url)
    try:
        with engine.connect() as connection:
            engine.inspect(connection)
            with connection.begin():
                engine.lock_for_migration(connection)
                migrate.upgrade(connection)
    except DBAPIError as error:
        raise UnusableDatabase(engine.sentence(error)) from None
    finally:
        engine.writer.dispose()


def place(url: str | sa.URL) -> str:
    """Where that is, for people: no password."""
    return plain(read_address(url) if isinstance(url, str) else url)


def said(error: SQLAlchemyError) -> str:
    """What the engine said, without the statement and without the values in it (a log holds no ballots)."""
    if not isinstance(error, DBAPIError):
        return type(error).__name__
    diagnosis = getattr(error.orig, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    return str(primary or error.orig)
