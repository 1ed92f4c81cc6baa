"""Which topics stand in lists, and the two lists of the home page."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import TOPIC
from storage.tables_questionnaires import QUESTIONNAIRE_STEP
from storage.topics import topics_in_order
from storage.values import Topic, TopicKind, TopicState
from storage.values_search import Slice

REGION = [str(kind) for kind in (TopicKind.QUESTION, TopicKind.PROPOSAL, TopicKind.NEWS)]
CITIZENS = [str(TopicKind.IDEA), str(TopicKind.DEBATE)]

LISTED: tuple[sa.ColumnElement[bool], ...] = (
    TOPIC.c.kind.in_([*REGION, *CITIZENS]),
    TOPIC.c.withdrawn_at.is_(None),
)
"""What every list asks of a topic."""

FIRST_TO_LAST = (TopicState.OPEN, TopicState.PLANNED, TopicState.CLOSED)
"""How topics follow each other on the home page; within a state the newest first."""


def in_state(state: TopicState, now: int) -> sa.ColumnElement[bool]:
    """Whether ``TopicRules.state`` of a topic is ``state`` at ``now``."""
    match state:
        case TopicState.PLANNED:
            return TOPIC.c.opens_at > now
        case TopicState.OPEN:
            ends = sa.or_(TOPIC.c.closes_at.is_(None), TOPIC.c.closes_at > now)
            return sa.and_(TOPIC.c.opens_at <= now, ends)
        case TopicState.CLOSED:
            return sa.and_(TOPIC.c.opens_at <= now, TOPIC.c.closes_at <= now)


async def region_topics(database: Database, now: int, most: int) -> list[Topic]:
    """What the Région asks and says: open first, then planned, then closed, ``most`` in all.

    The questions of a questionnaire stand in it, not for themselves.
    """
    alone = TOPIC.c.id.not_in(sa.select(QUESTIONNAIRE_STEP.c.topic_id))
    async with database.read() as connection:
        return (await _page(connection, [TOPIC.c.kind.in_(REGION), alone], now, 1, most)).topics


async def citizens_topics(database: Database, now: int, page: int, size: int) -> Slice:
    """A page of what citizens say, in the same order; a page behind the last is the last."""
    async with database.read() as connection:
        return await _page(connection, [TOPIC.c.kind.in_(CITIZENS)], now, page, size)


async def _page(
    connection: AsyncConnection, asked: list[sa.ColumnElement[bool]], now: int, page: int, size: int
) -> Slice:
    """The states are counted, then walked one after the other: to sort all by state would be to read all."""
    listed = [*LISTED, *asked]
    numbers = [sa.func.count(sa.case((in_state(state, now), 1))) for state in FIRST_TO_LAST]
    counts = (await connection.execute(sa.select(*numbers).where(*listed))).one()
    pages = max(1, -(-sum(counts) // size))
    page = min(page, pages)
    ids: list[int] = []
    start = (page - 1) * size
    for state, count in zip(FIRST_TO_LAST, counts, strict=True):
        if start < count and len(ids) < size:
            here = sa.select(TOPIC.c.id).where(*listed, in_state(state, now)).order_by(TOPIC.c.id.desc())
            ids += await connection.scalars(here.limit(size - len(ids)).offset(start))
        start = max(0, start - count)
    return Slice(await topics_in_order(connection, ids), page, pages)
