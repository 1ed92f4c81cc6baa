"""Topics that were merged into another: where each leads, and the ballots that come over.

Two topics' voter keys cannot be compared: only the device itself can say that both are its own. So a merged topic's
vote ends, and its ballots stay where they are, counted there. When a device comes by, its ballot is cast again on
the surviving topic, with the cell that it had, unless it has voted there itself. What is set aside stays there.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from realtime.tally import Hall, Sign
from storage.ballot_box import BallotBox
from storage.database import Database
from storage.keys import Keys, voter_key
from storage.profiles import cell_of
from storage.tables import BALLOT, TALLY, TOPIC_KEY
from storage.tables_moderation import TOPIC_MERGE
from storage.values import Carry, CastVote
from storage.values_moderation import Merge, MergedHere

MOST_MERGED = 200
"""Merged topics that are looked at for one device in one visit, the newest first."""

_HOLDS = TOPIC_MERGE.c.undone_at.is_(None)


async def merged_into(database: Database, topic_id: int) -> Merge | None:
    """Where a topic leads, None where it stands for itself."""
    holds = sa.select(TOPIC_MERGE).where(TOPIC_MERGE.c.topic_id == topic_id, _HOLDS)
    async with database.read() as connection:
        row = (await connection.execute(holds)).first()
        return None if row is None else Merge(row.id, row.topic_id, row.into_id, row.at)


async def merged_topics(database: Database, topic_ids: Iterable[int]) -> set[int]:
    """Those of these topics that lead to another."""
    holds = sa.select(TOPIC_MERGE.c.topic_id).where(TOPIC_MERGE.c.topic_id.in_(list(topic_ids)), _HOLDS)
    async with database.read() as connection:
        return set((await connection.execute(holds)).scalars())


async def merged_here(database: Database, topic_id: int) -> MergedHere:
    """What was merged into a topic, in published numbers."""
    statement = (
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(TALLY.c.voters), 0))
        .select_from(TOPIC_MERGE.join(TALLY, TALLY.c.topic_id == TOPIC_MERGE.c.topic_id))
        .where(TOPIC_MERGE.c.into_id == topic_id, _HOLDS)
    )
    async with database.read() as connection:
        topics, voters = (await connection.execute(statement)).one()
        return MergedHere(int(topics), int(voters))


async def carry_over(
    database: Database, box: BallotBox, keys: Keys, device: bytes, into: int | None = None
) -> int:
    """Bring a device's ballots on merged topics over, those into the topic ``into``, or all; how many.

    Doing so twice is doing it once. What cannot come over now comes at the next visit.
    """
    votes = await _waiting(database, keys, device, into)
    for vote in votes:
        await box.cast(vote)
    return len(votes)


async def _waiting(database: Database, keys: Keys, device: bytes, into: int | None) -> list[CastVote]:
    survivor = TOPIC_KEY.alias("survivor")
    merges = (
        sa.select(TOPIC_MERGE, TOPIC_KEY.c.wrapped, survivor.c.wrapped.label("into_wrapped"))
        .join(TOPIC_KEY, TOPIC_KEY.c.topic_id == TOPIC_MERGE.c.topic_id)
        .join(survivor, survivor.c.topic_id == TOPIC_MERGE.c.into_id)
        .where(_HOLDS)
        .order_by(TOPIC_MERGE.c.id.desc())
        .limit(MOST_MERGED)
    )
    if into is not None:
        merges = merges.where(TOPIC_MERGE.c.into_id == into)
    async with database.read() as connection:
        rows = (await connection.execute(merges)).all()
        if not rows:
            return []
        places = {(row.topic_id, voter_key(keys.unwrap(row.wrapped), device)): row for row in rows}
        cast = await connection.execute(
            sa.select(BALLOT).where(
                sa.tuple_(BALLOT.c.topic_id, BALLOT.c.voter_key).in_(list(places)),
                BALLOT.c.sign != 0,
                BALLOT.c.aside == 0,
            )
        )
        found = [(places[row.topic_id, row.voter_key], row) for row in cast]
        there = [(merge.into_id, voter_key(keys.unwrap(merge.into_wrapped), device)) for merge, _ in found]
        own = await connection.execute(
            sa.select(BALLOT.c.topic_id).where(
                sa.tuple_(BALLOT.c.topic_id, BALLOT.c.voter_key).in_(there), BALLOT.c.sign != 0
            )
        )
        voted = set(own.scalars())
    return [
        CastVote(
            topic=merge.into_id,
            device=device,
            sign=Sign(ballot.sign),
            op=f"merge-{merge.id}",
            hall=None if ballot.hall is None else Hall(ballot.hall),
            carry=Carry(merge.id, cell_of(ballot)),
        )
        for merge, ballot in sorted(found, key=lambda pair: pair[0].id)
        if merge.into_id not in voted
    ]
