"""What a node does when it meets the database: is it ours, and is it still the server that it was?"""

import hmac

import sqlalchemy as sa
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from storage.backend import UnusableDatabase
from storage.installation import raise_epoch
from storage.keys import Keys
from storage.tables import INSTALLATION, TOPIC_KEY


class WrongSecret(UnusableDatabase):
    """The database was made with another master secret."""

    def __init__(self) -> None:
        super().__init__(
            "the master secret is not the one that this database was made with: "
            "give that one in IMAGINEST_SECRET or in the data folder's file “secret”"
        )


def join(connection: sa.Connection, keys: Keys, now: int) -> None:
    """Raises WrongSecret; begins a new epoch where the database is on another server than last time.

    A server that was restored from a base backup, or was a replica and is now the primary, may have lost
    commits: the pair of system identifier and timeline tells it. Of many nodes that come at once, one acts.
    """
    row = connection.execute(sa.select(INSTALLATION).with_for_update()).one()
    changes: dict[str, object] = {}
    if row.secret_check is None:
        _refuse_foreign_keys(connection, keys)
        changes["secret_check"] = keys.check
    elif not hmac.compare_digest(row.secret_check, keys.check):
        raise WrongSecret
    server = server_of(connection)
    if server is not None and server != row.server:
        changes["server"] = server
        if row.server is not None:
            raise_epoch(connection, above=row.epoch, now=now)
    if changes:
        connection.execute(sa.update(INSTALLATION).values(changes))


def server_of(connection: sa.Connection) -> str | None:
    """System identifier and timeline of a PostgreSQL server; None on SQLite, or where it may not be asked."""
    if connection.dialect.name == "sqlite":
        return None
    asked = ("pg_control_system()", "pg_walfile_name(pg_lsn)")
    may = " AND ".join(f"has_function_privilege('{name}', 'execute')" for name in asked)
    if not connection.exec_driver_sql(f"SELECT {may}").scalar():
        return None
    # the name of a WAL file begins with the timeline; pg_control_checkpoint() tells it one checkpoint later
    identity = (
        "SELECT system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8) FROM pg_control_system()"
    )
    identifier, timeline = connection.exec_driver_sql(identity).one()
    return f"{identifier}/{timeline}"


def _refuse_foreign_keys(connection: sa.Connection, keys: Keys) -> None:
    wrapped = connection.execute(sa.select(TOPIC_KEY.c.wrapped).limit(1)).scalar()
    try:
        if wrapped is not None:
            keys.unwrap(wrapped)
    except InvalidUnwrap:
        raise WrongSecret from None
