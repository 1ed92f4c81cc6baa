"""Forgetting a device: everything that leads to it goes, in one transaction.

Ballots stay counted. Their keys are made of the device's secret, which is in its cookie and nowhere else:
once that is gone, nobody can find out again which ballots they were.
"""

from collections.abc import Callable

import sqlalchemy as sa

from storage.contact import forget_threads
from storage.database import Database
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.posts import forget_posts
from storage.profiles import forget_profile
from storage.reports import forget_reports

Forget = Callable[[sa.Connection, Keys, bytes], None]
"""Takes away what one noun holds of a device; doing it twice is doing it once."""

FORGETS: tuple[Forget, ...] = (
    forget_posts,
    forget_reports,
    forget_threads,
    forget_profile,  # the last: it takes the voter away
)


async def forget_device(database: Database, keys: Keys, device: bytes) -> None:
    """All or nothing; raises StorageUnavailable."""

    def forget(connection: sa.Connection) -> None:
        for each in FORGETS:
            each(connection, keys, device)
        raise_mark(connection, Mark.DESK)  # the last: whoever waits for it holds rows that this took

    await database.write(forget, idempotent=True)
