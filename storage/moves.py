"""The moves of a show as they were written down: who pressed what."""

from dataclasses import dataclass

import sqlalchemy as sa

from storage.database import Database
from storage.tables_events import EVENT_MOVE
from storage.tables_staff import STAFF
from storage.values_show import Gesture


@dataclass(frozen=True, slots=True)
class Move:
    """``by`` is a member of staff and ``name`` what they are called; None and empty: the clock moved."""

    number: int
    gesture: Gesture
    step: int | None
    by: int | None
    name: str


async def last_move(database: Database, event_id: int) -> Move | None:
    """What moved an event's show last; None where nothing has yet."""
    statement = (
        sa.select(EVENT_MOVE, STAFF.c.name)
        .outerjoin(STAFF, STAFF.c.id == EVENT_MOVE.c.staff_id)
        .where(EVENT_MOVE.c.event_id == event_id)
        .order_by(EVENT_MOVE.c.number.desc())
        .limit(1)
    )
    async with database.read() as connection:
        row = (await connection.execute(statement)).first()
    if row is None:
        return None
    return Move(row.number, Gesture(row.gesture), row.step_id, row.staff_id, row.name or "")
