"""Where the database is: a URL that people write, read once and strictly. Its password never leaves here."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

SQLITE, POSTGRES = "sqlite", "postgresql+psycopg"


class BadAddress(ValueError):
    """A database URL that cannot be used; the sentence says what to write instead."""


def read_address(text: str) -> sa.URL:
    """``sqlite:///path``, or what ``server_address`` reads."""
    if text.startswith("sqlite:///"):
        return file_address(Path(text.removeprefix("sqlite:///")))
    return server_address(text)


def server_address(text: str) -> sa.URL:
    """The address in ``postgresql://…`` or ``postgres://…``, with its driver. Raises BadAddress."""
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):  # its message would repeat the text, and with it a password
        raise BadAddress(f"this is no URL of a database: {_WANTED}") from None
    if url.drivername not in {"postgresql", "postgres", POSTGRES}:
        raise BadAddress(f"a database cannot be at {url.drivername}://: {_WANTED}")
    if not url.database:
        raise BadAddress(f"this URL names no database: {_WANTED}")
    return url.set(drivername=POSTGRES)


def file_address(path: Path) -> sa.URL:
    """SQLite in a file."""
    return sa.URL.create(SQLITE, database=str(path))


def plain(url: sa.URL) -> str:
    """The place as it may be shown and logged: no user, no password, no options."""
    if url.drivername == SQLITE:
        return str(url.database)
    host = url.host or "a Unix socket"
    return f"{host}{f':{url.port}' if url.port else ''}/{url.database}"


_WANTED = "write postgresql://user:password@host:5432/database, or leave it out for SQLite in the data folder"
