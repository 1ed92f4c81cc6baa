"""The seam between ``Database`` and an engine. What differs in statements is in ``storage.statements``."""

from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class UnusableDatabase(Exception):
    """The database cannot be used as it is; one sentence says what to do."""


class Failure(Enum):
    """What an error of the engine means for the transaction in which it came."""

    BUSY = auto()
    """The engine refuses now: locked, full, too slow. Trying again later may succeed."""

    BEATEN = auto()
    """Others were quicker (deadlock, serialization): the same transaction may succeed at once."""

    GONE = auto()
    """The connection is lost; a new one may succeed."""

    FAULT = auto()
    """Ours: the same statement fails again."""


class Backend(Protocol):
    """One engine: how it is reached, and what its errors mean."""

    url: sa.URL
    writer: sa.Engine
    readers: AsyncEngine

    def connect(self) -> sa.Connection:
        """The one connection that writes. Raises DBAPIError."""
        ...

    def inspect(self, connection: sa.Connection) -> None:
        """Raises UnusableDatabase where this server is none that the application works with."""
        ...

    def lock_for_migration(self, connection: sa.Connection) -> None:
        """Have other processes that would migrate wait until the transaction ends."""
        ...

    def watch(self, connection: sa.Connection) -> None:
        """From here on the connection is cut where the transaction does not end in time."""
        ...

    def unwatch(self) -> None:
        """The transaction has ended."""
        ...

    async def begin_reading(self, connection: AsyncConnection, seconds: float) -> Callable[[], None]:
        """Begin a snapshot that may be read for ``seconds``; call what it returns at the end. Raises DBAPIError."""
        ...

    def failure(self, error: DBAPIError) -> Failure:
        """What ``error`` means."""
        ...

    def sentence(self, error: DBAPIError) -> str:
        """Why the database could not be opened, for people; never with a password."""
        ...

    def close(self) -> None:
        """Let go of what is neither connection nor pool."""
        ...
