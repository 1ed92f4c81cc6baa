"""Voters' profiles, under a pseudonym that leads to no ballot."""

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.tally import AgeBand, Cell, Departement, Sex
from storage.database import Database
from storage.keys import Keys
from storage.statements import Upsert
from storage.tables import PROFILE, VOTER
from storage.values import Profile


async def profile_of(database: Database, keys: Keys, device: bytes) -> Profile | None:
    """What this voter told; None for someone who was not asked yet."""
    statement = sa.select(PROFILE).where(PROFILE.c.pseudonym == keys.pseudonym(device))
    async with database.read() as connection:
        row = (await connection.execute(statement)).first()
        return None if row is None else Profile(cell_of(row))


async def save_profile(database: Database, keys: Keys, device: bytes, cell: Cell) -> None:
    """Keep what a voter told (an empty cell: rather not). Ballots already cast keep the cell they have."""
    row = {
        "pseudonym": keys.pseudonym(device),
        "departement": cell.departement,
        "sex": cell.sex,
        "age": cell.age,
    }

    def save(connection: sa.Connection) -> None:
        _KEEP_VOTER(connection, [row])
        _UPSERT_PROFILE(connection, [row])

    await database.write(save, idempotent=True)


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


_KEEP_VOTER = Upsert(VOTER, ())
_UPSERT_PROFILE = Upsert(PROFILE, ("departement", "sex", "age"))
