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
        return [
            WonByMinute(
                topic=topic,
                title=topics[topic].title,
                rules=rules_of(topics[topic]),
                first=since,
                won=await _won(connection, topic, since, until),
            )
            for topic in ids
            if topic in topics
        ]


async def _won(connection: AsyncConnection, topic: int, since: int, until: int) -> tuple[int, ...]:
    """A voter who withdraws is not won back: a minute never has fewer than none."""
    voters = (MOMENT.c.plus + MOMENT.c.minus).label("voters")
    mine = sa.select(MOMENT.c.bucket, voters).where(MOMENT.c.topic_id == topic).order_by(MOMENT.c.bucket)
    before = mine.where(MOMENT.c.bucket < since * _A_MINUTE).order_by(None)
    last = (await connection.execute(before.order_by(MOMENT.c.bucket.desc()).limit(1))).first()
    most, won = (last.voters if last else 0), [0] * (until - since)
    within = mine.where(MOMENT.c.bucket >= since * _A_MINUTE, MOMENT.c.bucket < until * _A_MINUTE)
    for row in await connection.execute(within):
        if row.voters > most:
            won[row.bucket // _A_MINUTE - since] += row.voters - most
            most = row.voters
    return tuple(won)
