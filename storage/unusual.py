"""How many voters topics won in each minute, as far as is public, and what many of their votes have in common.

What was set aside, or came back, was not won and is not lost: such steps are left out of the count.
"""

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from realtime.arrivals import SLOT_MS, Turnout
from realtime.unusual import Slot
from storage.database import Database
from storage.tables import MOMENT, TOPIC
from storage.tables_quarantine import ARRIVAL, BALLOT_MINUTE, QUARANTINE, TURNOUT
from storage.tallies import MOMENT_MS
from storage.topics import rules_of
from storage.values import DAY_MS
from storage.values_watch import LOOKED_BACK, MINUTE_MS, WonByMinute

MOST_TOPICS = 20
_A_MINUTE = MINUTE_MS // MOMENT_MS
READING_SECONDS = 10.0
_VOTERS = MOMENT.c.plus + MOMENT.c.minus


def _moved(number: sa.ColumnElement[int], at: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """How many ballots such steps had moved by the end of a moment."""
    steps = sa.select(sa.func.coalesce(sa.func.sum(number), 0)).where(
        QUARANTINE.c.topic_id == MOMENT.c.topic_id,
        at < (MOMENT.c.bucket + 1) * sa.literal(MOMENT_MS, sa.BigInteger),
    )
    return steps.correlate(MOMENT).scalar_subquery()


_ASIDE = _moved(QUARANTINE.c.ballots, QUARANTINE.c.at) - _moved(QUARANTINE.c.returned, QUARANTINE.c.undone_at)


async def won_by_minute(database: Database, now: int) -> list[WonByMinute]:
    """The topics that moved most often within the last ``LOOKED_BACK`` minutes, the busiest first.

    The minute that runs is not among them. Raises StorageUnavailable.
    """
    until = now // MINUTE_MS
    since = until - LOOKED_BACK
    within = (MOMENT.c.bucket >= since * _A_MINUTE) & (MOMENT.c.bucket < until * _A_MINUTE)
    async with database.read(READING_SECONDS) as connection:
        busiest = (
            sa.select(MOMENT.c.topic_id)
            .where(within)
            .group_by(MOMENT.c.topic_id)
            .order_by(sa.func.count().desc(), MOMENT.c.topic_id)
            .limit(MOST_TOPICS)
        )
        ids = list((await connection.execute(busiest)).scalars())
        topics = {
            row.id: row
            for row in await connection.execute(
                sa.select(TOPIC).where(TOPIC.c.id.in_(ids), TOPIC.c.withdrawn_at.is_(None))
            )
        }
        won = await _won(connection, list(topics), since, until)
    return [
        WonByMinute(
            topic,
            topics[topic].title,
            rules_of(topics[topic]),
            since,
            won[topic],
            topics[topic].event_id is not None,
        )
        for topic in ids
        if topic in topics
    ]


async def slots(
    database: Database, topics: list[int], now: int
) -> dict[int, tuple[list[Slot], list[Turnout]]]:
    """Of each topic the last ``LOOKED_BACK`` minutes by ten, and what was counted within a day.

    Raises StorageUnavailable.
    """
    first = (now - LOOKED_BACK * MINUTE_MS) // SLOT_MS
    marked = (
        sa.select(ARRIVAL.c.topic_id, ARRIVAL.c.slot, ARRIVAL.c.mark, sa.func.count().label("votes"))
        .where(ARRIVAL.c.topic_id.in_(topics), ARRIVAL.c.slot >= first)
        .group_by(ARRIVAL.c.topic_id, ARRIVAL.c.slot, ARRIVAL.c.mark)
    )
    counted = sa.select(TURNOUT).where(
        TURNOUT.c.topic_id.in_(topics), TURNOUT.c.slot >= (now - DAY_MS) // SLOT_MS
    )
    marks: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    past: dict[int, list[Turnout]] = defaultdict(list)
    async with database.read(READING_SECONDS) as connection:
        for row in await connection.execute(marked):
            marks[row.topic_id, row.slot][row.mark] = int(row.votes)
        for row in await connection.execute(counted):
            past[row.topic_id].append(Turnout(row.topic_id, row.slot, row.votes, row.fresh))
        votes = await _votes(connection, {topic for topic, _ in marks}, first)
    return {
        topic: (
            [
                Slot(at, max(votes.get((topic, at), 0), *borne.values()), borne)
                for (of, at), borne in sorted(marks.items())
                if of == topic
            ],
            past[topic],
        )
        for topic in topics
    }


async def _votes(connection: AsyncConnection, topics: set[int], first: int) -> dict[tuple[int, int], int]:
    """Votes, by topic and slot, from the numbers of the last ballots of each minute."""
    slot = (BALLOT_MINUTE.c.minute // (SLOT_MS // MINUTE_MS)).label("slot")
    lasts = (
        sa.select(BALLOT_MINUTE.c.topic_id, slot, sa.func.max(BALLOT_MINUTE.c.seq).label("seq"))
        .where(BALLOT_MINUTE.c.topic_id.in_(topics))
        .group_by(BALLOT_MINUTE.c.topic_id, slot)
        .order_by(BALLOT_MINUTE.c.topic_id, slot)
    )
    votes: dict[tuple[int, int], int] = {}
    reached: dict[int, int] = {}
    for row in await connection.execute(lasts):
        if row.slot >= first:
            votes[row.topic_id, row.slot] = row.seq - reached.get(row.topic_id, 0)
        reached[row.topic_id] = row.seq
    moved = sa.select(QUARANTINE).where(QUARANTINE.c.topic_id.in_(topics))
    for row in await connection.execute(moved):  # these moves have numbers too
        for at, number in ((row.at, row.ballots), (row.undone_at, row.returned)):
            if at is not None and (row.topic_id, at // SLOT_MS) in votes:
                votes[row.topic_id, at // SLOT_MS] -= number
    return votes


async def _won(
    connection: AsyncConnection, topics: list[int], since: int, until: int
) -> dict[int, tuple[int, ...]]:
    """A voter who withdraws is not won back: a minute never has fewer than none."""
    most: dict[int, int] = {}
    stepped = sa.select(QUARANTINE.c.id).where(QUARANTINE.c.topic_id.in_(topics)).limit(1)
    voters = _VOTERS if (await connection.execute(stepped)).first() is None else _VOTERS + _ASIDE
    won = {topic: [0] * (until - since) for topic in topics}
    for topic in topics:
        mine = (MOMENT.c.topic_id == topic) & (MOMENT.c.bucket < since * _A_MINUTE)
        before = sa.select(voters).where(mine).order_by(MOMENT.c.bucket.desc()).limit(1)
        most[topic] = (await connection.execute(before)).scalar() or 0
    minute = (MOMENT.c.bucket // _A_MINUTE).label("minute")
    highest = (
        sa.select(MOMENT.c.topic_id, minute, sa.func.max(voters).label("voters"))
        .where(MOMENT.c.topic_id.in_(topics))
        .where(MOMENT.c.bucket >= since * _A_MINUTE, MOMENT.c.bucket < until * _A_MINUTE)
        .group_by(MOMENT.c.topic_id, minute)
        .order_by(MOMENT.c.topic_id, minute)
    )
    for row in await connection.execute(highest):
        more = row.voters - most[row.topic_id]
        if more > 0:
            won[row.topic_id][row.minute - since] = more
            most[row.topic_id] = row.voters
    return {topic: tuple(minutes) for topic, minutes in won.items()}
