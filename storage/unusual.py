"""How many voters topics won in each minute, as far as is public: what unusual votes are found in."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import MOMENT, TOPIC
from storage.tallies import MOMENT_MS
from storage.topics import rules_of
from storage.values_watch import LOOKED_BACK, MINUTE_MS, WonByMinute

MOST_TOPICS = 20
_A_MINUTE = MINUTE_MS // MOMENT_MS
READING_SECONDS = 10.0
_VOTERS = MOMENT.c.plus + MOMENT.c.minus


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
        WonByMinute(topic, topics[topic].title, rules_of(topics[topic]), since, won[topic])
        for topic in ids
        if topic in topics
    ]


async def _won(
    connection: AsyncConnection, topics: list[int], since: int, until: int
) -> dict[int, tuple[int, ...]]:
    """A voter who withdraws is not won back: a minute never has fewer than none."""
    most: dict[int, int] = {}
    won = {topic: [0] * (until - since) for topic in topics}
    for topic in topics:
        mine = (MOMENT.c.topic_id == topic) & (MOMENT.c.bucket < since * _A_MINUTE)
        before = sa.select(_VOTERS).where(mine).order_by(MOMENT.c.bucket.desc()).limit(1)
        most[topic] = (await connection.execute(before)).scalar() or 0
    minute = (MOMENT.c.bucket // _A_MINUTE).label("minute")
    highest = (
        sa.select(MOMENT.c.topic_id, minute, sa.func.max(_VOTERS).label("voters"))
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
