"""Slows down who tries passwords and codes, and locks nobody out: each failure has the next try wait longer.

A try counts as failed before it is judged, so that many at the same time are slowed down too; where it was right
that is forgotten. What waits is refused without being counted. The key names the account and where the tries come
from: nobody can make another wait.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import sqlalchemy as sa

from storage.statements import hold
from storage.tables_staff import STAFF_ATTEMPT
from storage.values_staff import Wait

FREE = 3
"""Failures that cost nothing: people mistype."""

MOST_SECONDS = 30

FORGOTTEN_MS = 3_600_000
_KEPT_ADDRESSES = 10_000


def delay_ms(failures: int, free: int = FREE, most: int = MOST_SECONDS) -> int:
    """How long after the last of so many failures the next try is taken: 1, 2, 4 … seconds."""
    if failures < free:
        return 0
    return 1000 * min(most, 1 << min(failures - free, 16))


def begin(connection: sa.Connection, key: bytes, now: int) -> Wait | None:
    """Count a try at ``key`` as failed; Wait where it comes too soon."""
    hold(connection, key)
    connection.execute(sa.delete(STAFF_ATTEMPT).where(STAFF_ATTEMPT.c.failed_at < now - FORGOTTEN_MS))
    mine = STAFF_ATTEMPT.c.key == key
    row = connection.execute(sa.select(STAFF_ATTEMPT).where(mine)).first()
    if row is None:
        connection.execute(sa.insert(STAFF_ATTEMPT).values(key=key, failures=1, failed_at=now))
        return None
    if (left := row.failed_at + delay_ms(row.failures) - now) > 0:
        return Wait(-(-left // 1000))
    more = sa.update(STAFF_ATTEMPT).where(mine).values(failures=row.failures + 1, failed_at=now)
    connection.execute(more)
    return None


def forget(connection: sa.Connection, key: bytes) -> None:
    """It was right."""
    connection.execute(sa.delete(STAFF_ATTEMPT).where(STAFF_ATTEMPT.c.key == key))


@dataclass(slots=True)
class Addresses:
    """The same for the addresses that ask this node, in memory: none is written down. Offices share one."""

    _failures: dict[str, tuple[int, int]] = field(default_factory=dict)

    FREE: ClassVar[int] = 12
    MOST_SECONDS: ClassVar[int] = 60

    def wait(self, address: str, now: int) -> Wait | None:
        failures, at = self._failures.get(address, (0, 0))
        left = at + delay_ms(failures, self.FREE, self.MOST_SECONDS) - now
        return Wait(-(-left // 1000)) if left > 0 else None

    def failed(self, address: str, now: int) -> None:
        """The oldest give way: an attacker with more addresses than that is none that this slows down."""
        failures, at = self._failures.pop(address, (0, now))
        if now - at > FORGOTTEN_MS:
            failures = 0
        self._failures[address] = (failures + 1, now)
        if len(self._failures) > _KEPT_ADDRESSES:
            del self._failures[next(iter(self._failures))]
