"""The installation's one row: the epoch with which every version begins.

Within an epoch a topic's number only rises. A database that has lost commits (restored from a backup, promoted
from a replica that was behind) begins a higher epoch, so that nobody takes its new versions for old ones.
"""

import sqlalchemy as sa

from storage.tables import INSTALLATION

EPOCH = sa.select(INSTALLATION.c.epoch).scalar_subquery()
"""The epoch as a column, for statements that read versions: it is read where the number is."""


def raise_epoch(connection: sa.Connection, *, above: int, now: int) -> int:
    """Have an epoch higher than ``above``: ``now`` (ms since 1970), or the next integer; the one that holds.

    Nothing changes where the epoch is higher already: of many nodes that notice a loss, the first one acts.
    """
    connection.execute(
        sa.update(INSTALLATION).where(INSTALLATION.c.epoch <= above).values(epoch=max(now, above + 1))
    )
    return int(connection.execute(sa.select(INSTALLATION.c.epoch)).scalar_one())


def touch(connection: sa.Connection) -> None:
    """A real write that changes nothing: whether the database takes one now."""
    connection.execute(sa.update(INSTALLATION).values(epoch=INSTALLATION.c.epoch))
