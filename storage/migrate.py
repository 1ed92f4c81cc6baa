"""Brings the tables to this program's revision, with Alembic, which is loaded where there is something to do."""

from pathlib import Path

import sqlalchemy as sa

from storage.backend import UnusableDatabase

FOLDER = Path(__file__).parent / "migrations"


class WrongRevision(UnusableDatabase):
    """The database's tables are not those of this program."""


def upgrade(connection: sa.Connection) -> None:
    """Create or upgrade the tables; raises WrongRevision where a newer or another program made them."""
    revision = _revision(connection)
    _refuse_unknown(revision)
    if revision == head():
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def refuse_other_revision(connection: sa.Connection) -> None:
    """Raises WrongRevision unless the tables are exactly those of this program."""
    revision = _revision(connection)
    _refuse_unknown(revision)
    if revision != head():
        raise WrongRevision(
            f"the tables are at revision {revision}, {head()} is needed: run “imaginest migrate”"
        )


def revisions() -> list[str]:
    """Those that this program knows, the newest last: their files begin with them."""
    return sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def head() -> str:
    """This program's revision."""
    return revisions()[-1]


def _refuse_unknown(revision: str | None) -> None:
    if revision is not None and revision not in revisions():
        raise WrongRevision(
            f"the tables are at revision {revision}, which this program does not know: "
            "start the newer program that made them"
        )


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar_one_or_none()


_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))
