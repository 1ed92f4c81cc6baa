"""What one voter has voted on, found by computing their keys: there is no table of it."""

from collections.abc import Iterator

import sqlalchemy as sa

from realtime.tally import Sign
from storage.database import Database
from storage.keys import Keys, voter_key
from storage.tables import BALLOT, TOPIC_KEY

NEWEST = 2000
"""Topics at hand: the newest ones whose keys still stand. What is older the device remembers itself."""

_AT_ONCE = 500


async def voted_on(database: Database, keys: Keys, device: bytes, newest: int = NEWEST) -> dict[int, Sign]:
    """This voter's sign on each of the ``newest`` topics where they have a ballot (0: withdrawn)."""
    at_hand = sa.select(TOPIC_KEY).order_by(TOPIC_KEY.c.topic_id.desc()).limit(newest)
    async with database.read() as connection:
        wrapped = (await connection.execute(at_hand)).all()
        names = [(row.topic_id, voter_key(keys.unwrap(row.wrapped), device)) for row in wrapped]
        found: dict[int, Sign] = {}
        for some in _parts(names):
            ballots = sa.select(BALLOT.c.topic_id, BALLOT.c.sign).where(
                sa.tuple_(BALLOT.c.topic_id, BALLOT.c.voter_key).in_(some)
            )
            found |= {row.topic_id: Sign(row.sign) for row in await connection.execute(ballots)}
        return found


def _parts(names: list[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]
