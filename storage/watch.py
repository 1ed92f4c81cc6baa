"""Heartbeats of the nodes, and all that the watch room shows in one look."""

import time
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.desk import desk_load
from storage.statements import Upsert
from storage.tables import MOMENT, TALLY, TOPIC
from storage.tables_outbox import MAIL
from storage.tables_watch import HEARTBEAT, PACE
from storage.tallies import MOMENT_MS
from storage.values_watch import (
    GONE_MS,
    MANY_TRIES,
    MOVING_MS,
    PACE_MS,
    SLOT_MS,
    Heartbeat,
    MailLoad,
    Moving,
    Watch,
)

MOST_NODES = 100
MOST_MOVING = 5

_SAY = Upsert(HEARTBEAT, [name for name in HEARTBEAT.c.keys() if name != "node"])
_COUNT = Upsert(PACE, ("votes",))


async def beat(database: Database, said: Heartbeat, slot: int, votes: int) -> None:
    """Write what a node says, and the votes that it took in a slot (in place of what it said of that slot).

    What is too old to be shown goes. Raises StorageUnavailable.
    """

    def work(connection: sa.Connection) -> None:
        _SAY(connection, [asdict(said)])
        connection.execute(sa.delete(HEARTBEAT).where(HEARTBEAT.c.at < said.at - GONE_MS))
        if votes:
            _COUNT(connection, [{"node": said.node, "slot": slot, "votes": votes}])
        old = slot - 2 * PACE_MS // SLOT_MS
        connection.execute(sa.delete(PACE).where(PACE.c.node == said.node, PACE.c.slot < old))

    await database.write(work, idempotent=True)


async def begin(database: Database, *, is_alone: bool) -> None:
    """A node starts: where no other can share its database, all that were there have ended."""
    if is_alone:
        await database.write(lambda connection: connection.execute(sa.delete(HEARTBEAT)), idempotent=True)


async def leave(database: Database, node: str) -> None:
    """A node ends, as it should."""
    gone = sa.delete(HEARTBEAT).where(HEARTBEAT.c.node == node)
    await database.write(lambda connection: connection.execute(gone), idempotent=True)


async def look(database: Database, now: int) -> Watch:
    """Everything the watch room shows. Raises StorageUnavailable."""
    began = time.perf_counter()
    async with database.read() as connection:
        nodes = await _nodes(connection)
        pace = await _pace(connection, now)
        moving = await _moving(connection, now)
        mails = await _mails(connection, now)
    load = await desk_load(database)
    return Watch(
        at=now,
        nodes=nodes,
        pace=pace,
        moving=moving,
        mails=mails,
        posts=load.waiting,
        oldest_post=load.oldest,
        reports=load.reports,
        contact=load.contact,
        read_ms=round((time.perf_counter() - began) * 1000),
    )


async def _nodes(connection: AsyncConnection) -> tuple[Heartbeat, ...]:
    rows = await connection.execute(sa.select(HEARTBEAT).order_by(HEARTBEAT.c.node).limit(MOST_NODES))
    return tuple(Heartbeat(**row._mapping) for row in rows)


async def _pace(connection: AsyncConnection, now: int) -> dict[int, int]:
    summed = (
        sa.select(PACE.c.slot, sa.func.sum(PACE.c.votes).label("votes"))
        .where(PACE.c.slot > (now - PACE_MS) // SLOT_MS, PACE.c.slot <= now // SLOT_MS)
        .group_by(PACE.c.slot)
    )
    return {row.slot: int(row.votes) for row in await connection.execute(summed)}


async def _moving(connection: AsyncConnection, now: int) -> tuple[Moving, ...]:
    """Voters won within the last minute, counted on what was published: no ratio, and nothing of a hidden one."""
    first = (now - MOVING_MS) // MOMENT_MS
    lately = sa.select(MOMENT.c.topic_id).where(MOMENT.c.bucket >= first).distinct()
    before = MOMENT.alias("before")
    until = (
        sa.select(before.c.plus + before.c.minus)
        .where(before.c.topic_id == TALLY.c.topic_id, before.c.bucket < first)
        .order_by(before.c.bucket.desc())
        .limit(1)
        .scalar_subquery()
    )
    won = (TALLY.c.voters - sa.func.coalesce(until, 0)).label("won")
    statement = (
        sa.select(TOPIC.c.id, TOPIC.c.title, TALLY.c.voters, won)
        .join(TALLY, TALLY.c.topic_id == TOPIC.c.id)
        .where(TOPIC.c.id.in_(lately), TOPIC.c.withdrawn_at.is_(None), won > 0)
        .order_by(won.desc(), TOPIC.c.id)
        .limit(MOST_MOVING)
    )
    rows = await connection.execute(statement)
    return tuple(Moving(row.id, row.title, int(row.won), row.voters) for row in rows)


async def _mails(connection: AsyncConnection, now: int) -> MailLoad:
    statement = sa.select(
        sa.func.count().label("waiting"),
        sa.func.min(sa.case((MAIL.c.send_after <= now, MAIL.c.send_after))).label("due"),
        sa.func.coalesce(sa.func.sum(sa.case((MAIL.c.tries >= MANY_TRIES, 1), else_=0)), 0).label("failing"),
    ).where(MAIL.c.send_after.is_not(None))
    row = (await connection.execute(statement)).one()
    return MailLoad(row.waiting, row.due, int(row.failing))
