"""Brings the tables to this program's revision, with Alembic."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

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
    config = _config()
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


def head() -> str | None:
    """This program's revision."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise WrongRevision(
            f"the tables are at revision {revision}, which this program does not know: "
            "start the newer program that made them"
        )


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
