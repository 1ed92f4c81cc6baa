"""What citizens have written, for a hall's screen: the ideas of which most is made, and the newest texts."""

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
    topics = await topics_of(database, await _most_voted(database, provenances, MOST_RANKED))
    shown = [one.id for one in topics.values() if one.rules.view(voted=False, now=now) is View.RESULTS]
    public = await standings(database, shown)
    headlines = {topic: standing.tally.headline for topic, standing in public.items()}
    ranked = best_first(
        Contender(topic, counts)
        for topic, counts in headlines.items()
        if counts is not None and counts.voters >= RATIO_FROM
    )
    return [topics[one.id] for one in ranked[:most]]


async def busiest_ideas(database: Database, provenances: frozenset[Provenance], most: int) -> list[Topic]:
    """The ideas on which most have voted, whichever way: how many have is told of every topic to everybody."""
    ids = await _most_voted(database, provenances, most)
    async with database.read() as connection:
        return await topics_in_order(connection, ids)


async def _most_voted(database: Database, provenances: frozenset[Provenance], most: int) -> list[int]:
    voters = TALLY.c.plus + TALLY.c.minus
    statement = (
        sa.select(TOPIC.c.id)
        .join(TALLY, TALLY.c.topic_id == TOPIC.c.id)
        .where(*_published(provenances), TOPIC.c.kind.in_(CITIZENS), voters >= RATIO_FROM)
        .order_by(voters.desc(), TOPIC.c.id)
        .limit(most)
    )
    async with database.read() as connection:
        return list((await connection.execute(statement)).scalars())


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
