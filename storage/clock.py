"""What the database's own clock says, the one clock that all nodes can ask (PostgreSQL; a file has none)."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from storage.database import Database

LOOKS = 3
"""Of several ways there and back the quickest tells most."""

_CLOCK = sa.text("SELECT EXTRACT(EPOCH FROM clock_timestamp()) * 1000")
"""``now()`` would be the instant at which the transaction began."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The database's clock (ms since 1970) between two looks at the own one (monotonic ms)."""

    asked: float
    told: float
    answered: float

    @property
    def offset(self) -> float:
        """The database's clock minus the own one, as if both ways had taken as long (Cristian, 1989)."""
        return self.told - (self.asked + self.answered) / 2

    @property
    def error(self) -> float:
        """By how many ms ``offset`` may be wrong."""
        return (self.answered - self.asked) / 2


async def read_clock(database: Database, monotonic: Callable[[], float]) -> Reading:
    """The best of a few readings; ``monotonic`` gives seconds. Raises StorageUnavailable."""
    readings = []
    async with database.read() as connection:
        for _ in range(LOOKS):
            asked = monotonic()
            told = float((await connection.execute(_CLOCK)).scalar_one())
            readings.append(Reading(asked * 1000, told, monotonic() * 1000))
    return min(readings, key=lambda reading: reading.error)
