"""A backup becomes the database; what it replaces is kept aside, and a new epoch begins."""

import asyncio
import contextlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from storage.address import SQLITE, file_address, plain
from storage.backend import Backend
from storage.backup import ASIDE, BackupFailed, keep, refuse_damaged, run_program, sync
from storage.database import Database, backend, bring_up_to_date
from storage.installation import raise_epoch
from storage.tables import FUNCTIONS, INSTALLATION, METADATA
from storage.tallies import discrepancies


@dataclass(frozen=True, slots=True)
class Restored:
    """``epoch`` is above every one seen before; ``aside`` says where the replaced database is, "" for none."""

    epoch: int
    aside: str


def restore(url: str, file: Path, now: int) -> Restored:
    """Have the database of a backup at ``url``. Nobody may use it meanwhile: the caller holds the data lock.

    Raises BackupFailed; the database is then the one that it was. ``now`` is in ms since 1970.
    """
    if not file.is_file():
        raise BackupFailed(f"there is no backup {file}")
    address = backend(url).url
    if address.drivername == SQLITE:
        return _restore_file(Path(str(address.database)), file, now)
    return _restore_server(backend(address), file, now)


# --- SQLite: the new file is made ready under another name, then takes the old one's in one step


def _restore_file(place: Path, file: Path, now: int) -> Restored:
    part = place.with_name(f".{place.name}.part")
    part.unlink(missing_ok=True)
    try:
        shutil.copyfile(file, part)
        part.chmod(0o600)
        refuse_damaged(part, file)
        address = file_address(part)
        bring_up_to_date(address)
        _refuse_discrepancies(address, file)
        epoch = _begin_epoch(backend(address), _epoch_of_file(place), now)
        with closing(sqlite3.connect(part)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        keep(part)
        aside = _set_aside(place, now) if place.exists() else ""
        part.replace(place)
        sync(place.parent)
    except OSError as error:
        raise BackupFailed(f"{place} cannot be restored: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    return Restored(epoch, aside)


def _epoch_of_file(place: Path) -> int:
    """The epoch of the database that is replaced; 0 where it can no longer be read."""
    if not _is_sqlite(place):
        return 0
    try:
        with closing(sqlite3.connect(place)) as connection:
            return int(connection.execute("SELECT epoch FROM installation").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return 0


def _is_sqlite(place: Path) -> bool:
    """To open what is none would delete its log."""
    if not place.exists():
        return False
    with place.open("rb") as opened:
        return opened.read(16) == b"SQLite format 3\0"


def _set_aside(place: Path, now: int) -> str:
    """A second name for the old file, which still has its first. Its log may not meet the new file."""
    aside = place.with_name(f"{place.name}.replaced-{now}")
    with contextlib.suppress(sqlite3.Error):  # a damaged one is kept as it is, and its log beside it
        if _is_sqlite(place):
            with closing(sqlite3.connect(place)) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")
    for ending in ("-wal", "-shm"):
        log = place.with_name(place.name + ending)
        if log.exists():
            log.rename(aside.with_name(aside.name + ending))
    aside.hardlink_to(place)
    sync(place.parent)
    return str(aside)


# --- PostgreSQL: the tables move into a schema of their own, and back where the restore fails


def _restore_server(engine: Backend, file: Path, now: int) -> Restored:
    schema = f"{ASIDE}{now}"
    with file.open("rb") as opened:
        if opened.read(5) != b"PGDMP":
            raise BackupFailed(f"{file} is no backup of a PostgreSQL database")
    try:
        with engine.connect() as connection, connection.begin():
            engine.lock_for_migration(connection)
            _refuse_nodes(connection, plain(engine.url))
            old = _epoch_of_server(connection)
            moved = _move(connection, "public", schema)
        try:
            run_program(
                "pg_restore", engine.url, ["--no-owner", "--no-privileges", "--single-transaction", str(file)]
            )
            bring_up_to_date(engine.url)
            _refuse_discrepancies(engine.url, file)
            epoch = _begin_epoch(engine, old, now)
        except BaseException:
            _undo(engine, schema)
            raise
        if not moved:
            with engine.connect() as connection, connection.begin():
                connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")  # no table is in it
    except DBAPIError as error:
        raise BackupFailed(engine.sentence(error)) from None
    finally:
        engine.writer.dispose()
    return Restored(epoch, f"schema {schema}" if moved else "")


def _refuse_nodes(connection: sa.Connection, where: str) -> None:
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'imaginest' AND pid <> pg_backend_pid()"
    )
    if connection.exec_driver_sql(others).scalar_one():
        raise BackupFailed(f"servers are using {where}: stop all of them first")


def _epoch_of_server(connection: sa.Connection) -> int:
    if connection.exec_driver_sql("SELECT to_regclass('public.installation')").scalar() is None:
        return 0
    return int(connection.execute(sa.select(INSTALLATION.c.epoch)).scalar_one())


def _undo(engine: Backend, schema: str) -> None:
    """Drop what came out of the backup, which still holds it, and have the old tables again."""
    with engine.connect() as connection, connection.begin():
        engine.lock_for_migration(connection)
        for name in _tables(connection, "public"):
            connection.exec_driver_sql(f'DROP TABLE public."{name}" CASCADE')
        for name in _functions(connection, "public"):
            connection.exec_driver_sql(f"DROP FUNCTION public.{name}()")
        _move(connection, schema, "public")
        connection.exec_driver_sql(f"DROP SCHEMA {schema}")


def _move(connection: sa.Connection, source: str, target: str) -> int:
    """Move the application's tables, and what guards them, from one schema to another; how many there were."""
    names = _tables(connection, source)
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {target}")
    for name in names:
        connection.exec_driver_sql(f'ALTER TABLE {source}."{name}" SET SCHEMA {target}')
    for name in _functions(connection, source):
        connection.exec_driver_sql(f"ALTER FUNCTION {source}.{name}() SET SCHEMA {target}")
    return len(names)


def _tables(connection: sa.Connection, schema: str) -> list[str]:
    ours = {*METADATA.tables, "alembic_version"}
    there = "SELECT tablename FROM pg_tables WHERE schemaname = %(schema)s ORDER BY tablename"
    return [row[0] for row in connection.exec_driver_sql(there, {"schema": schema}) if row[0] in ours]


def _functions(connection: sa.Connection, schema: str) -> list[str]:
    """Ours, which triggers of the tables call: migrations make them."""
    there = (
        "SELECT proname FROM pg_proc WHERE pronamespace = CAST(%(schema)s AS regnamespace) ORDER BY proname"
    )
    found = connection.exec_driver_sql(there, {"schema": schema})
    return [row[0] for row in found if row[0] in FUNCTIONS]


# --- both


def _refuse_discrepancies(address: sa.URL, file: Path) -> None:
    async def look() -> int:
        database = Database(address)
        try:
            return len(await discrepancies(database))
        finally:
            await database.close()

    if wrong := asyncio.run(look()):
        raise BackupFailed(
            f"{wrong} of the counters in {file} differ from a recount of its ballots: take another backup"
        )


def _begin_epoch(engine: Backend, replaced: int, now: int) -> int:
    """An epoch above that of the replaced database and that of the backup."""
    try:
        with engine.connect() as connection, connection.begin():
            restored = int(connection.execute(sa.select(INSTALLATION.c.epoch)).scalar_one())
            return raise_epoch(connection, above=max(restored, replaced), now=now)
    finally:
        engine.writer.dispose()
