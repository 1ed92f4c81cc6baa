"""Halls: the rooms of launch events, and « en ligne »."""

import sqlalchemy as sa

from realtime.tally import Hall
from storage.database import Database
from storage.tables_events import HALL
from storage.values_events import HallPlace


async def list_halls(database: Database, *, retired: bool = False) -> list[HallPlace]:
    """Those that are offered, in their order; with the ``retired`` ones, which events keep, among them."""
    statement = sa.select(HALL).order_by(HALL.c.position, HALL.c.slug)
    if not retired:
        statement = statement.where(HALL.c.retired_at.is_(None))
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [HallPlace(Hall(row.slug), row.name, row.position, row.retired_at) for row in rows]


async def get_hall(database: Database, slug: str) -> HallPlace | None:
    """A hall by its slug, retired or not."""
    async with database.read() as connection:
        row = (await connection.execute(sa.select(HALL).where(HALL.c.slug == slug))).first()
        return None if row is None else HallPlace(Hall(row.slug), row.name, row.position, row.retired_at)
