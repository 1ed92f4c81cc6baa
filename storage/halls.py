"""Halls: the rooms of launch events, and « en ligne »."""

from collections.abc import Iterable

import sqlalchemy as sa

from realtime.tally import Hall
from storage.database import Database
from storage.tables_events import EVENT_HALL, HALL
from storage.values_events import HallPlace


async def list_halls(database: Database, *, retired: bool = False) -> list[HallPlace]:
    """Those that are offered, in their order; with the ``retired`` ones, which events keep, among them."""
    statement = sa.select(HALL).order_by(HALL.c.position, HALL.c.slug)
    if not retired:
        statement = statement.where(HALL.c.retired_at.is_(None))
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [HallPlace(Hall(row.slug), row.name, row.position, row.retired_at) for row in rows]


async def halls_of(database: Database, event_ids: Iterable[int]) -> dict[int, tuple[HallPlace, ...]]:
    """The halls of each of these events, in the event's order."""
    wanted = list(event_ids)
    statement = (
        sa.select(HALL, EVENT_HALL.c.event_id)
        .join(EVENT_HALL, EVENT_HALL.c.hall == HALL.c.slug)
        .where(EVENT_HALL.c.event_id.in_(wanted))
        .order_by(EVENT_HALL.c.event_id, EVENT_HALL.c.position)
    )
    found: dict[int, tuple[HallPlace, ...]] = dict.fromkeys(wanted, ())
    async with database.read() as connection:
        for row in await connection.execute(statement):
            place = HallPlace(Hall(row.slug), row.name, row.position, row.retired_at)
            found[row.event_id] = (*found[row.event_id], place)
    return found


async def get_hall(database: Database, slug: str) -> HallPlace | None:
    """A hall by its slug, retired or not."""
    async with database.read() as connection:
        row = (await connection.execute(sa.select(HALL).where(HALL.c.slug == slug))).first()
        return None if row is None else HallPlace(Hall(row.slug), row.name, row.position, row.retired_at)
