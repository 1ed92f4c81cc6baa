"""Which topics stand in lists, and the two lists of the home page."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import TOPIC
from storage.tables_questionnaires import QUESTIONNAIRE_STEP
from storage.topics import topics_in_order
from storage.values import Topic, TopicKind, TopicRules, TopicState
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
        ids = await _Walk(connection, REGION, now, alone).ids(0, most)
        return await topics_in_order(connection, ids)


class Ideas:
    """What citizens say, in the same order, a page at a time.

    How many pages there are is counted at most every five seconds: to count all is to read all.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: tuple[int, int] | None = None

    async def page(self, now: int, page: int, size: int) -> Slice:
        """A page behind the last is the last."""
        async with self._database.read() as connection:
            walk = _Walk(connection, CITIZENS, now)
            if self._counted is None or not 0 <= now - self._counted[0] < COUNTED_MS:
                self._counted = now, await walk.count()
            ids, shown, pages = await self._ids(walk, self._counted[1], page, size)
            if not ids and page > 1:  # there were more
                self._counted = now, await walk.count()
                ids, shown, pages = await self._ids(walk, self._counted[1], page, size)
            return Slice(await topics_in_order(connection, ids), shown, pages)

    async def _ids(self, walk: "_Walk", total: int, page: int, size: int) -> tuple[list[int], int, int]:
        pages = max(1, -(-total // size))
        page = min(page, pages)
        return await walk.ids((page - 1) * size, size, total), page, pages


COUNTED_MS = 5_000

MOST_SORTED = 400
"""Of so many topics in one state all are read, and put in order. Where there are more, whoever walks from the
newest to the oldest meets enough of them soon."""


class _Walk:
    """Along the topics of some kinds: the states one after the other, within a state the newest first.

    To sort all by state, or to count each state, would be to read all.
    """

    def __init__(
        self, connection: AsyncConnection, kinds: list[str], now: int, *asked: sa.ColumnElement[bool]
    ) -> None:
        self._connection = connection
        self._kinds = kinds
        self._now = now
        self._asked = TOPIC.c.withdrawn_at.is_(None), *asked

    async def ids(self, start: int, size: int, total: int = 0) -> list[int]:
        """From the ``start``-th on, ``size`` of them; ``total`` is about how many there are, if that is known."""
        few = await self._few() if total <= MOST_SORTED else None
        if few is not None:
            return few[start : start + size]
        ids: list[int] = []
        for state in FIRST_TO_LAST:
            wanted = size - len(ids)
            if not wanted:
                break
            some = self._in(state)
            found = list(await self._connection.scalars(some.limit(MOST_SORTED + 1)))
            number = len(found)
            if number <= MOST_SORTED:
                ids += sorted(found, reverse=True)[start : start + wanted]
            else:
                if start + wanted > MOST_SORTED and state is not FIRST_TO_LAST[-1]:
                    number = await self._number(some)
                if start < number or state is FIRST_TO_LAST[-1]:
                    ids += await self._newest(state, start, wanted)
            start = max(0, start - number)
        return ids

    async def count(self) -> int:
        """In all states."""
        here = sa.select(sa.func.count()).where(self._written_out(), *self._asked)
        return await self._connection.scalar(here) or 0

    async def _few(self) -> list[int] | None:
        """All of them in order, None where they are many."""
        here = sa.select(TOPIC.c.id, TOPIC.c.opens_at, TOPIC.c.closes_at)
        few = here.where(self._written_out(), *self._asked).limit(MOST_SORTED + 1)
        rows = (await self._connection.execute(few)).all()
        if len(rows) > MOST_SORTED:
            return None
        states = [TopicRules(row.opens_at, row.closes_at).state(self._now) for row in rows]
        places = [(FIRST_TO_LAST.index(state), -row.id) for state, row in zip(states, rows, strict=True)]
        return [-place for _, place in sorted(places)]

    async def _number(self, some: sa.CompoundSelect[int]) -> int:
        counted = sa.select(sa.func.count()).select_from(some.subquery())
        return await self._connection.scalar(counted) or 0

    def _in(self, state: TopicState) -> sa.CompoundSelect[int]:
        """In no order, so that an index leads to them and to no others."""
        begun = TOPIC.c.opens_at + 0 <= self._now  # nearly all have: it is to lead nowhere
        match state:
            case TopicState.PLANNED:
                ways = [[TOPIC.c.opens_at > self._now]]
            case TopicState.OPEN:
                ways = [[begun, TOPIC.c.closes_at > self._now], [begun, TOPIC.c.closes_at.is_(None)]]
            case TopicState.CLOSED:
                ways = [[begun, TOPIC.c.closes_at <= self._now]]
        here = sa.select(TOPIC.c.id).where(self._written_out(), *self._asked)
        return sa.union_all(*(here.where(*way) for way in ways))

    def _written_out(self) -> sa.ColumnElement[bool]:
        """That it is of these kinds, as the indexes for these lists say it: they serve no other question."""
        kinds: sa.BindParameter[str] = sa.bindparam(
            "kinds", self._kinds, expanding=True, literal_execute=True
        )
        return TOPIC.c.kind.in_(kinds)

    async def _newest(self, state: TopicState, start: int, most: int) -> list[int]:
        here = sa.select(TOPIC.c.id).where(TOPIC.c.kind.in_(self._kinds), *self._asked)
        walked = here.where(in_state(state, self._now)).order_by(TOPIC.c.id.desc()).limit(most).offset(start)
        return list(await self._connection.scalars(walked))
