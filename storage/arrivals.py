"""What is written down of where votes come from: marks that crowds bear, and how many devices were new."""

import sqlalchemy as sa

from realtime.arrivals import NEW_DEVICE, SLOT_MS, Crowd, Turnout, is_new
from realtime.disclosure import ROUNDING
from storage.database import Database
from storage.keys import Keys
from storage.statements import Upsert
from storage.tables_quarantine import ARRIVAL, TURNOUT
from storage.values import DAY_MS, Origin
from storage.values_quarantine import LEAST_SET_ASIDE, Network

KEPT_DAYS = 14
"""So long somebody may look at what was unusual, and act on it; the legal page says so."""

MOST_NETWORKS = 20

AT_ONCE = 5_000
"""Rows in one statement: votes wait for the writing thread."""


def marks_of(keys: Keys, origin: Origin, topic: int, now: int) -> tuple[int, ...]:
    """The marks that a vote bears which comes from ``origin`` at ``now``."""
    new = (NEW_DEVICE,) if is_new(origin.born, now) else ()
    if not origin.network:
        return new
    return (*new, keys.network_mark(topic, now // DAY_MS, origin.network))


async def keep_arrivals(database: Database, crowds: list[Crowd], turnouts: list[Turnout]) -> None:
    """Write down what ``Arrivals.due`` gives. Raises StorageUnavailable."""
    rows = [
        {"topic_id": crowd.topic, "mark": crowd.mark, "seq": number, "slot": crowd.slot}
        for crowd in crowds
        for number in crowd.numbers
    ]
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        await database.write(lambda connection, some=some: _KEEP(connection, some), idempotent=True)  # type: ignore[misc]
    if turnouts:
        added = [turnout._asdict() for turnout in turnouts]
        await database.write(lambda connection: connection.execute(_ADD, added))


async def networks(database: Database, topic: int) -> list[Network]:
    """The networks that a rule about a topic may name, that of most votes first."""
    votes = sa.func.count().label("votes")
    statement = (
        sa.select(ARRIVAL.c.mark, votes, sa.func.min(ARRIVAL.c.slot).label("slot"))
        .where(ARRIVAL.c.topic_id == topic, ARRIVAL.c.mark != NEW_DEVICE)
        .group_by(ARRIVAL.c.mark)
        .having(votes >= LEAST_SET_ASIDE)
        .order_by(votes.desc(), ARRIVAL.c.mark)
        .limit(MOST_NETWORKS)
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [Network(row.mark, row.votes - row.votes % ROUNDING, int(row.slot) * SLOT_MS) for row in rows]


async def forget_old_arrivals(database: Database, now: int) -> None:
    """Delete what is older than ``KEPT_DAYS``, a part at a time."""
    first = (now - KEPT_DAYS * DAY_MS) // SLOT_MS
    key = sa.tuple_(ARRIVAL.c.topic_id, ARRIVAL.c.mark, ARRIVAL.c.seq)
    old = sa.select(ARRIVAL.c.topic_id, ARRIVAL.c.mark, ARRIVAL.c.seq).where(ARRIVAL.c.slot < first)

    def forget(connection: sa.Connection) -> int:
        return connection.execute(sa.delete(ARRIVAL).where(key.in_(old.limit(AT_ONCE)))).rowcount

    while await database.write(forget) == AT_ONCE:
        pass
    gone = sa.delete(TURNOUT).where(TURNOUT.c.slot < first)
    await database.write(lambda connection: connection.execute(gone), idempotent=True)


_KEEP = Upsert(ARRIVAL, ())
_ADD = sa.text(
    "INSERT INTO turnout (topic_id, slot, votes, fresh) VALUES (:topic, :slot, :votes, :fresh) "
    "ON CONFLICT (topic_id, slot) DO UPDATE "
    "SET votes = turnout.votes + excluded.votes, fresh = turnout.fresh + excluded.fresh"
)
