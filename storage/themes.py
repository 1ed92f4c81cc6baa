"""The Région's competences, by which topics are sorted."""

import sqlalchemy as sa

from storage.database import Database
from storage.tables import THEME
from storage.values import Theme


async def list_themes(database: Database) -> list[Theme]:
    """All themes, in the order in which they came."""
    async with database.read() as connection:
        rows = await connection.execute(sa.select(THEME).order_by(THEME.c.id))
        return [Theme(row.slug, row.name) for row in rows]
