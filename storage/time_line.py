"""A topic's public headline over time: one chain of rounded moments, which goes on where votes are set aside."""

from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from realtime.disclosure import BLOCK, HeadlinePolicy, draw, rounded
from realtime.tally import NOBODY, Counts, Hall, SeriesKind
from storage.database import Database
from storage.keys import Keys
from storage.tables import MOMENT, RELEASE, TOPIC
from storage.tables_quarantine import QUARANTINE
from storage.tallies import MOMENT_MS
from storage.values import Moment

MOMENT_PART = 32
"""Between two moments of the time line lie ten voters, and this part of those who had voted before."""

MOST_MOMENTS = 500
"""Moments of a time line; by the distances between them more voters than people live would make so many."""

_ENDLESS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Turn:
    """At the instant ``at`` (ms) these left the headline (less than none: came back); ``shown``: rounded."""

    at: int
    left: Counts = NOBODY
    shown: Counts = NOBODY

    @property
    def bucket(self) -> int:
        return self.at // MOMENT_MS


async def moments(database: Database, keys: Keys, topic_id: int) -> list[Moment]:
    """The public headline over time, oldest first: one chain of moments, rounded like a series.

    What everybody could see live at the moment of one vote must not be there to be read afterwards by whoever
    learns when a neighbour voted, however often they ask: so at least ``BLOCK`` voters lie between two moments, the
    chain only ever grows at its end, and where ten voters were of one mind the line does not say so.
    The distance grows with the voters: a million of them make about 260 moments.

    Where votes are set aside or come back the line steps. A live headline is not rounded anew there, with a few
    more voters than in the moment before: that moment is told again, less who left. A sealed one is sealed anyway.
    """
    told: list[Moment] = []
    async with database.read() as connection:
        policy = (
            await connection.execute(sa.select(TOPIC.c.headline).where(TOPIC.c.id == topic_id))
        ).scalar()
        turns = await _turns(connection, keys, topic_id)
        voters = 0
        for turn, following in pairwise([_Turn(0), *turns, _Turn(_ENDLESS * MOMENT_MS)]):
            least = BLOCK
            if told:
                told.append(Moment(turn.at, told[-1].counts, again=True))
            if told and policy == HeadlinePolicy.LIVE:
                voters = max(0, voters - turn.left.voters)
                told.append(Moment(turn.at, _without(told[-1].counts, turn.shown), again=True))
                least = voters + BLOCK + voters // MOMENT_PART
            span = {"topic": topic_id, "since": turn.bucket, "until": following.bucket, "least": least}
            for row in await connection.execute(_CHAIN, span):
                exact = Counts(row.plus, row.minus)
                counts = rounded(exact, draw(keys.sealing, topic_id, f"moment:{row.bucket}", 1))
                told.append(Moment((row.bucket + 1) * MOMENT_MS, counts))
                voters = exact.voters
    return told


async def hall_releases(database: Database, topic_id: int) -> list[tuple[int, Hall, Counts | None]]:
    """Every publication of the halls' series in its order: when (ms), of which hall, and what was published.

    All of it was public at that instant, and a release betrays no vote to whoever knows when each was cast.
    """
    prefix = f"{SeriesKind.HALL}:"
    published = (
        sa.select(RELEASE.c.at, RELEASE.c.series, RELEASE.c.plus, RELEASE.c.minus)
        .where(RELEASE.c.topic_id == topic_id, RELEASE.c.series.startswith(prefix))
        .order_by(RELEASE.c.at, RELEASE.c.series, RELEASE.c.number)
    )
    async with database.read() as connection:
        rows = await connection.execute(published)
        return [
            (
                row.at,
                Hall(row.series.removeprefix(prefix)),
                None if row.plus is None else Counts(row.plus, row.minus),
            )
            for row in rows
        ]


async def _turns(connection: AsyncConnection, keys: Keys, topic_id: int) -> list[_Turn]:
    """When votes were set aside and came back; what happened within one bucket is one turn."""
    rows = await connection.execute(sa.select(QUARANTINE).where(QUARANTINE.c.topic_id == topic_id))
    turns: list[_Turn] = []
    for row in rows:
        drawn = draw(keys.sealing, topic_id, f"step:{row.id}", 1)
        left = Counts(row.plus, row.ballots - row.plus)
        turns.append(_Turn(row.at, left, rounded(left, drawn)))
        if row.undone_at is not None:
            back = Counts(row.returned_plus, row.returned - row.returned_plus)
            turns.append(_Turn(row.undone_at, _negative(back), _negative(rounded(back, drawn))))
    together: list[_Turn] = []
    for turn in sorted(turns, key=lambda turn: turn.at):
        if together and together[-1].bucket == turn.bucket:
            before = together.pop()
            turn = _Turn(turn.at, _sum(before.left, turn.left), _sum(before.shown, turn.shown))
        together.append(turn)
    return together


def _sum(one: Counts, other: Counts) -> Counts:
    return Counts(one.plus + other.plus, one.minus + other.minus)


def _negative(counts: Counts) -> Counts:
    return Counts(-counts.plus, -counts.minus)


def _without(counts: Counts, left: Counts) -> Counts:
    """Both are rounded: a side may seem to lose more than it had."""
    return Counts(max(0, counts.plus - left.plus), max(0, counts.minus - left.minus))


def _chain_of_moments() -> sa.Select[tuple[int, int, int]]:
    """The first moment of so many voters, then again and again the first with so many more than the one before."""
    columns = (MOMENT.c.bucket, MOMENT.c.plus, MOMENT.c.minus)
    topic: sa.BindParameter[int] = sa.bindparam("topic")
    start = (
        sa.select(*columns)
        .where(MOMENT.c.topic_id == topic, MOMENT.c.bucket >= sa.bindparam("since"))
        .where(MOMENT.c.plus + MOMENT.c.minus >= sa.bindparam("least"))
        .order_by(MOMENT.c.bucket)
        .limit(1)
    )
    chain = sa.select(start.subquery()).cte("chain", recursive=True)
    later, voters = MOMENT.alias("later"), chain.c.plus + chain.c.minus
    following = (
        sa.select(later.c.bucket)
        .where(later.c.topic_id == topic, later.c.bucket > chain.c.bucket)
        .where(later.c.plus + later.c.minus >= voters + BLOCK + voters // MOMENT_PART)
        .order_by(later.c.bucket)
        .limit(1)
        .correlate(chain)
        .scalar_subquery()
    )
    step = sa.select(*columns).select_from(
        chain.join(MOMENT, sa.and_(MOMENT.c.topic_id == topic, MOMENT.c.bucket == following))
    )
    whole = chain.union_all(step)
    # the end is looked at last: a span on the index makes PostgreSQL, before it has counted, sort all it holds
    told = sa.select(whole.c.bucket, whole.c.plus, whole.c.minus).where(
        whole.c.bucket < sa.bindparam("until")
    )
    return told.order_by(whole.c.bucket).limit(MOST_MOMENTS)


_CHAIN = _chain_of_moments()
