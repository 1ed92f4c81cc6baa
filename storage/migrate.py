"""Brings the tables to this program's revision, with Alembic."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parent / "migrations"


class WrongRevision(Exception):
    """The database's tables are not those of this program."""


def migrate(url: str) -> None:
    """Create or upgrade the tables at ``url``; raises WrongRevision where a newer program made them."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    try:
        with engine.begin() as connection:
            _refuse_unknown(_revision(connection))
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def refuse_other_revision(connection: sa.Connection) -> None:
    """Raises WrongRevision unless the tables are exactly those of this program."""
    revision = _revision(connection)
    _refuse_unknown(revision)
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if revision != head:
        raise WrongRevision(
            f"the tables are at revision {revision}, {head} is needed: run “imaginest migrate”"
        )


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise WrongRevision(f"the tables are at revision {revision}, which this program does not know")


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
