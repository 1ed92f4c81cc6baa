"""What is destroyed when its time is over."""

import sqlalchemy as sa

from storage.ballots import DAY_MS
from storage.database import Database
from storage.tables import BALLOT, OP, TOPIC, TOPIC_KEY


async def destroy_expired_keys(database: Database, now: int, appeal_days: int) -> list[int]:
    """Destroy the keys of topics that closed more than ``appeal_days`` ago, with their ops; their ids.

    From then on no device leads to a ballot of those topics; the ballots stay and can be counted again.
    """
    over = sa.select(TOPIC.c.id).where(
        TOPIC.c.closes_at <= now - appeal_days * DAY_MS,
        TOPIC.c.id.in_(sa.select(TOPIC_KEY.c.topic_id)),
    )

    def destroy(connection: sa.Connection) -> list[int]:
        ids = [row.id for row in connection.execute(over)]
        if ids:
            voters = sa.select(BALLOT.c.voter_key).where(BALLOT.c.topic_id.in_(ids))
            connection.execute(sa.delete(OP).where(OP.c.voter_key.in_(voters)))
            connection.execute(sa.delete(TOPIC_KEY).where(TOPIC_KEY.c.topic_id.in_(ids)))
        return ids

    return await database.write(destroy)
