"""What citizens have written, for a hall's screen: the ideas of which most is made, and the newest texts."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from realtime.disclosure import RATIO_FROM, View
from realtime.ranking import Contender, best_first
from realtime.tally import Hall
from storage.database import Database
from storage.listing import CITIZENS
from storage.tables import TALLY, TOPIC
from storage.tables_posts import POST
from storage.tallies import standings
from storage.topics import topics_in_order, topics_of
from storage.values import Provenance, Topic, TopicKind


@dataclass(frozen=True, slots=True)
class InHall:
    """What was sent in a hall since an instant: since the launch that is on there began."""

    hall: Hall
    since: int


MOST_RANKED = 2000
"""Ideas that are ranked, those with most voters; of fewer than ten voters no order is made."""


async def loved_ideas(
    database: Database,
    provenances: frozenset[Provenance],
    now: int,
    most: int,
    of: InHall | None = None,
) -> list[Topic]:
    """The ideas that are liked best, of those whose results everybody may see; of everybody, or ``of`` a hall."""
    topics = await topics_of(database, await _most_voted(database, provenances, MOST_RANKED, of))
    shown = [one.id for one in topics.values() if one.rules.view(voted=False, now=now) is View.RESULTS]
    public = await standings(database, shown)
    headlines = {topic: standing.tally.headline for topic, standing in public.items()}
    ranked = best_first(
        Contender(topic, counts)
        for topic, counts in headlines.items()
        if counts is not None and counts.voters >= RATIO_FROM
    )
    return [topics[one.id] for one in ranked[:most]]


async def busiest_ideas(
    database: Database, provenances: frozenset[Provenance], most: int, of: InHall | None = None
) -> list[Topic]:
    """The ideas on which most have voted, whichever way: how many have is told of every topic to everybody."""
    ids = await _most_voted(database, provenances, most, of)
    async with database.read() as connection:
        return await topics_in_order(connection, ids)


async def _most_voted(
    database: Database, provenances: frozenset[Provenance], most: int, of: InHall | None
) -> list[int]:
    voters = TALLY.c.plus + TALLY.c.minus
    statement = (
        sa.select(TOPIC.c.id)
        .join(TALLY, TALLY.c.topic_id == TOPIC.c.id)
        .where(*_published(provenances, of), TOPIC.c.kind.in_(CITIZENS), voters >= RATIO_FROM)
        .order_by(voters.desc(), TOPIC.c.id)
        .limit(most)
    )
    async with database.read() as connection:
        return list((await connection.execute(statement)).scalars())


async def newest_ideas(
    database: Database, provenances: frozenset[Provenance], most: int, of: InHall | None = None
) -> list[Topic]:
    statement = (
        sa.select(TOPIC.c.id)
        .where(*_published(provenances, of), TOPIC.c.kind.in_(CITIZENS))
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


async def authors_in(database: Database, provenances: frozenset[Provenance], of: InHall) -> int:
    """How many different people's ideas and debates are shown of a hall."""
    shown = sa.select(TOPIC.c.id).where(*_published(provenances, of), TOPIC.c.kind.in_(CITIZENS))
    people = sa.select(sa.func.count(POST.c.author.distinct())).where(POST.c.topic_id.in_(shown))
    async with database.read() as connection:
        return int((await connection.execute(people)).scalar_one())


async def newest_texts_by_author(
    database: Database, provenances: frozenset[Provenance], most: int, of: InHall
) -> list[str]:
    """What the newest texts of a hall say, those of each person together: a word of one person counts once."""
    statement = (
        sa.select(TOPIC.c.title, TOPIC.c.body, POST.c.author)
        .join(POST, POST.c.topic_id == TOPIC.c.id)
        .where(*_published(provenances, of), POST.c.author.is_not(None))
        .order_by(TOPIC.c.id.desc())
        .limit(most)
    )
    said: defaultdict[bytes, list[str]] = defaultdict(list)
    async with database.read() as connection:
        for row in await connection.execute(statement):
            said[row.author].append(f"{row.title}\n{row.body}")
    return ["\n".join(texts) for texts in said.values()]


def _published(provenances: frozenset[Provenance], of: InHall | None = None) -> list[sa.ColumnElement[bool]]:
    published: list[sa.ColumnElement[bool]] = [
        TOPIC.c.withdrawn_at.is_(None),
        TOPIC.c.provenance.in_([str(one) for one in provenances]),
    ]
    if of is not None:
        theirs = sa.select(POST.c.topic_id).where(
            POST.c.hall == of.hall, POST.c.created_at >= of.since, POST.c.topic_id.is_not(None)
        )
        published.append(TOPIC.c.id.in_(theirs))
    return published
