"""Voters' profiles, under a pseudonym that leads to no ballot."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.tally import AgeBand, Cell, Departement, Sex
from storage.database import Database
from storage.keys import Keys
from storage.statements import Upsert
from storage.tables import PROFILE, VOTER
from storage.values import DAY_MS, Profile

LONGEST_UNUSED_DAYS = 758
"""25 months at their shortest: the longest that the CNIL finds usual for what tells visitors apart."""

AT_ONCE = 500
"""Rows in one statement: the writing thread has others to serve."""


async def profile_of(database: Database, keys: Keys, device: bytes) -> Profile | None:
    """What this voter told; None for someone who was not asked yet."""
    statement = sa.select(PROFILE).where(PROFILE.c.pseudonym == keys.pseudonym(device))
    async with database.read() as connection:
        row = (await connection.execute(statement)).first()
        return None if row is None else Profile(cell_of(row), row.used)


async def save_profile(
    database: Database, keys: Keys, device: bytes, cell: Cell, now: int, *, first: bool = False
) -> None:
    """Keep what a voter told (an empty cell: rather not). Ballots already cast keep the cell they have.

    ``first`` answers come late and are kept only where there are none: what was told meanwhile stays.
    """
    row = {
        "pseudonym": keys.pseudonym(device),
        "departement": cell.departement,
        "sex": cell.sex,
        "age": cell.age,
        "used": now // DAY_MS,
    }

    def save(connection: sa.Connection) -> None:
        _KEEP_VOTER(connection, [row])
        (_KEEP_PROFILE if first else _UPSERT_PROFILE)(connection, [row])

    await database.write(save, idempotent=True)


async def note_used(database: Database, pseudonyms: set[bytes], now: int) -> None:
    """Keep that these voters were here today; the day is all that is kept."""
    today = now // DAY_MS

    def note(connection: sa.Connection) -> None:
        for some in batched(sorted(pseudonyms), AT_ONCE):
            theirs = PROFILE.c.pseudonym.in_(some)
            connection.execute(sa.update(PROFILE).where(theirs, PROFILE.c.used < today).values(used=today))

    await database.write(note, idempotent=True)


async def forget_unused(database: Database, now: int) -> int:
    """Delete the profiles, and their voters, that nobody has used for ``LONGEST_UNUSED_DAYS``; how many."""
    over = PROFILE.c.used < now // DAY_MS - LONGEST_UNUSED_DAYS

    def forget(connection: sa.Connection) -> int:
        some = sa.select(PROFILE.c.pseudonym).where(over).limit(AT_ONCE)
        gone = [row.pseudonym for row in connection.execute(some)]
        connection.execute(sa.delete(PROFILE).where(PROFILE.c.pseudonym.in_(gone)))
        connection.execute(sa.delete(VOTER).where(VOTER.c.pseudonym.in_(gone)))
        return len(gone)

    total = 0
    while gone := await database.write(forget):
        total += gone
    return total


def forget_profile(connection: sa.Connection, keys: Keys, device: bytes) -> None:
    """Take away what a voter told and their pseudonym."""
    pseudonym = keys.pseudonym(device)
    connection.execute(sa.delete(PROFILE).where(PROFILE.c.pseudonym == pseudonym))
    connection.execute(sa.delete(VOTER).where(VOTER.c.pseudonym == pseudonym))


def cell_of(row: Row[tuple[object, ...]]) -> Cell:
    """The cell in a row that has the columns ``departement``, ``sex`` and ``age``."""
    return Cell(
        None if row.departement is None else Departement(row.departement),
        None if row.sex is None else Sex(row.sex),
        None if row.age is None else AgeBand(row.age),
    )


def batched(items: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]


_KEEP_VOTER = Upsert(VOTER, ())
_KEEP_PROFILE = Upsert(PROFILE, ())
_UPSERT_PROFILE = Upsert(PROFILE, ("departement", "sex", "age", "used"))
