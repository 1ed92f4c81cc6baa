"""What citizens have written, for a hall's screen: the ideas that are liked best, and the newest texts."""

import sqlalchemy as sa

from realtime.disclosure import RATIO_FROM, View
from realtime.ranking import Contender, best_first
from storage.database import Database
from storage.listing import CITIZENS
from storage.tables import TALLY, TOPIC
from storage.tallies import standings
from storage.topics import topics_in_order, topics_of
from storage.values import Provenance, Topic, TopicKind

MOST_RANKED = 2000
"""Ideas that are ranked, those with most voters; of fewer than ten voters no order is made."""


async def loved_ideas(
    database: Database, provenances: frozenset[Provenance], now: int, most: int
) -> list[Topic]:
    """The ideas that are liked best, of those whose results everybody may see."""
    statement = (
        sa.select(TOPIC.c.id)
        .join(TALLY, TALLY.c.topic_id == TOPIC.c.id)
        .where(*_published(provenances), TOPIC.c.kind.in_(CITIZENS))
        .where(TALLY.c.plus + TALLY.c.minus >= RATIO_FROM)
        .order_by((TALLY.c.plus + TALLY.c.minus).desc(), TOPIC.c.id)
        .limit(MOST_RANKED)
    )
    async with database.read() as connection:
        ids = list((await connection.execute(statement)).scalars())
    topics = await topics_of(database, ids)
    shown = [one.id for one in topics.values() if one.rules.view(voted=False, now=now) is View.RESULTS]
    public = await standings(database, shown)
    headlines = {topic: standing.tally.headline for topic, standing in public.items()}
    ranked = best_first(
        Contender(topic, counts)
        for topic, counts in headlines.items()
        if counts is not None and counts.voters >= RATIO_FROM
    )
    return [topics[one.id] for one in ranked[:most]]


async def newest_ideas(database: Database, provenances: frozenset[Provenance], most: int) -> list[Topic]:
    statement = (
        sa.select(TOPIC.c.id)
        .where(*_published(provenances), TOPIC.c.kind.in_(CITIZENS))
        .order_by(TOPIC.c.id.desc())
        .limit(most)
    )
    async with database.read() as connection:
        ids = list((await connection.execute(statement)).scalars())
        return await topics_in_order(connection, ids)


async def newest_texts(database: Database, provenances: frozenset[Provenance], most: int) -> list[str]:
    """What the newest ideas, debates and arguments say, title and text."""
    statement = (
        sa.select(TOPIC.c.title, TOPIC.c.body)
        .where(*_published(provenances), TOPIC.c.kind.in_([*CITIZENS, str(TopicKind.ARGUMENT)]))
        .order_by(TOPIC.c.id.desc())
        .limit(most)
    )
    async with database.read() as connection:
        return [f"{row.title}\n{row.body}" for row in await connection.execute(statement)]


def _published(provenances: frozenset[Provenance]) -> list[sa.ColumnElement[bool]]:
    return [
        TOPIC.c.withdrawn_at.is_(None),
        TOPIC.c.provenance.in_([str(one) for one in provenances]),
    ]
