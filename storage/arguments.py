"""The arguments under a topic: which there are, and what the public may know of each for ranking."""

import sqlalchemy as sa

from realtime.disclosure import HeadlinePolicy
from realtime.ranking import Contender
from realtime.tally import HEADLINE_SERIES, NOBODY, Counts, Sign
from storage.database import Database
from storage.tables import SERIES, TALLY, TOPIC

MOST_ARGUMENTS = 2000
"""Arguments of one topic that are ranked; of more, the oldest."""


async def arguments_of(database: Database, topic_id: int) -> dict[Sign, list[Contender]]:
    """The arguments for and against a topic, those that were withdrawn left out, the oldest first.

    Their counts are the published headlines: what is sealed ranks by its last sealed numbers.
    """
    sealed = sa.and_(SERIES.c.topic_id == TOPIC.c.id, SERIES.c.series == HEADLINE_SERIES)
    statement = (
        sa.select(TOPIC.c.id, TOPIC.c.side, TOPIC.c.headline, TALLY.c.plus, TALLY.c.minus)
        .add_columns(SERIES.c.public_plus, SERIES.c.public_minus)
        .join(TALLY, TALLY.c.topic_id == TOPIC.c.id)
        .outerjoin(SERIES, sealed)
        .where(TOPIC.c.parent_id == topic_id, TOPIC.c.withdrawn_at.is_(None))
        .order_by(TOPIC.c.id)
        .limit(MOST_ARGUMENTS)
    )
    sides: dict[Sign, list[Contender]] = {Sign.PLUS: [], Sign.MINUS: []}
    async with database.read() as connection:
        for row in await connection.execute(statement):
            counts = Counts(row.plus, row.minus)
            if row.headline == HeadlinePolicy.SEALED:
                is_published = row.public_plus is not None
                counts = Counts(row.public_plus, row.public_minus) if is_published else NOBODY
            sides[Sign(row.side)].append(Contender(row.id, counts))
    return sides


async def arguments_since(database: Database, topic_id: int, newest: int) -> int:
    """How many arguments came after the one called ``newest``, those that were withdrawn left out."""
    since = sa.and_(TOPIC.c.parent_id == topic_id, TOPIC.c.id > newest, TOPIC.c.withdrawn_at.is_(None))
    async with database.read() as connection:
        found = await connection.execute(sa.select(sa.func.count()).select_from(TOPIC).where(since))
        return int(found.scalar_one())
