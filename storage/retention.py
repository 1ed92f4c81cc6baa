"""What is destroyed when its time is over: the legal page promises these times to the citizens."""

import sqlalchemy as sa

from storage.arrivals import forget_old_arrivals
from storage.ballots import DAY_MS
from storage.database import Database
from storage.profiles import forget_unused
from storage.tables import BALLOT, OP, TOPIC, TOPIC_KEY
from storage.tables_posts import POST
from storage.tables_quarantine import ARRIVAL, BALLOT_MINUTE, TURNOUT
from storage.tables_reports import REPORT
from storage.values_posts import PostStatus

POST_DAYS = 365
"""A text that nobody else has seen goes a year after its decision, or its sending where none was made."""

AUTHOR_DAYS = 758
"""25 months at their shortest; then a published text is nobody's, as after erasing."""

HALL_DAYS = 30
"""After that a text bears no hall any more: it is of use while one launch is on."""

REPORT_DAYS = 365
"""After a year nobody can say any more what was reported, nor by whom."""


async def forget_citizens(database: Database, now: int) -> None:
    """Delete what citizens told and sent, and nobody needs any more."""
    await forget_unused(database, now)
    await forget_old_posts(database, now)
    await forget_old_reports(database, now)
    await forget_old_arrivals(database, now)


async def forget_old_posts(database: Database, now: int) -> None:
    """Delete old texts that are not in view; of those that are, forget who wrote them, and of all in which hall."""
    since = sa.func.coalesce(POST.c.decided_at, POST.c.created_at)
    unseen = POST.c.topic_id.is_(None) & (POST.c.status != str(PostStatus.PUBLISHED))
    nobodys = sa.update(POST).where(POST.c.author.is_not(None), since < now - AUTHOR_DAYS * DAY_MS)
    of_no_hall = sa.update(POST).where(POST.c.hall.is_not(None), POST.c.created_at < now - HALL_DAYS * DAY_MS)

    def forget(connection: sa.Connection) -> None:
        connection.execute(sa.delete(POST).where(unseen, since < now - POST_DAYS * DAY_MS))
        connection.execute(nobodys.values(author=None))
        connection.execute(of_no_hall.values(hall=None))

    await database.write(forget, idempotent=True)


async def forget_old_reports(database: Database, now: int) -> None:
    old = sa.delete(REPORT).where(REPORT.c.at < now - REPORT_DAYS * DAY_MS)
    await database.write(lambda connection: connection.execute(old), idempotent=True)


async def destroy_expired_keys(database: Database, now: int, appeal_days: int) -> list[int]:
    """Destroy the keys of topics that closed more than ``appeal_days`` ago, with their ops; their ids.

    From then on no device leads to a ballot of those topics, and nothing says when or whence one came; the ballots
    stay and can be counted again.
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
            for origin in (BALLOT_MINUTE, ARRIVAL, TURNOUT):
                connection.execute(sa.delete(origin).where(origin.c.topic_id.in_(ids)))
            connection.execute(sa.delete(TOPIC_KEY).where(TOPIC_KEY.c.topic_id.in_(ids)))
        return ids

    return await database.write(destroy)
