"""Marks: a number for each kind of thing that staff watch; it rises in the transaction that changes something.

Each node looks at all of them in one query and acts on what rose, so that every node hears without a bus.
"""

from collections.abc import Mapping
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables_marks import MARK


class Mark(StrEnum):
    """SESSIONS: somebody was signed out, lost a role or an account. DESK: posts, reports, contact, claims.

    SHOW: a run of show was changed or moved, a screen was paired.
    """

    DESK = "desk"
    SWITCHES = "switches"
    SESSIONS = "sessions"
    SCHEDULE = "schedule"
    SHOW = "show"


_RAISE = sa.text(
    "INSERT INTO mark (name, number) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET number = mark.number + 1"
)


def raise_mark(connection: sa.Connection, *marks: Mark) -> None:
    """Have every node look, once the transaction is committed. Best the last thing in it: it holds the row."""
    for mark in sorted(set(marks)):  # in one order, or two transactions would wait in a circle
        connection.execute(_RAISE, {"name": str(mark)})


async def read_marks(connection: AsyncConnection) -> Mapping[Mark, int]:
    """The number of every mark; one that was never raised is 0."""
    found = {row.name: int(row.number) for row in await connection.execute(sa.select(MARK))}
    return {mark: found.get(str(mark), 0) for mark in Mark}
