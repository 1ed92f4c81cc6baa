"""Statements that the two engines write differently: many rows at once, and the lock of the tallies.

SQLite runs a statement for each row fastest, PostgreSQL one statement over arrays (unnest).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import TALLY

Row = Mapping[str, object]


class Insert:
    """Inserts rows, which all have the columns ``names`` (those of the table that may not be null: all)."""

    def __init__(self, table: sa.Table, names: Sequence[str] | None = None) -> None:
        self._table = table
        self._names = list(names or table.columns.keys())
        self._one = self._of_sqlite()
        self._many = sa.text(self._of_postgres())

    def __call__(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        if not rows:
            return
        if connection.dialect.name == "sqlite":
            connection.execute(self._one, rows)
        else:
            connection.execute(self._many, {name: [row[name] for row in rows] for name in self._names})

    def _of_sqlite(self) -> sa.Insert:
        return sqlite.insert(self._table)

    def _of_postgres(self) -> str:
        quote = _POSTGRES.identifier_preparer.quote
        columns = ", ".join(quote(name) for name in self._names)
        arrays = ", ".join(
            f"CAST(:{name} AS {self._table.c[name].type.compile(_POSTGRES)}[])" for name in self._names
        )
        return f"INSERT INTO {quote(self._table.name)} ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608


class Upsert(Insert):
    """Inserts rows; where the key is there already, takes over ``changed`` (nothing: leaves it as it is)."""

    def __init__(self, table: sa.Table, changed: Iterable[str]) -> None:
        self._changed = list(changed)
        super().__init__(table)

    def _of_sqlite(self) -> sa.Insert:
        statement = sqlite.insert(self._table)
        if not self._changed:
            return statement.on_conflict_do_nothing()
        return statement.on_conflict_do_update(
            index_elements=list(self._table.primary_key.columns),
            set_={name: statement.excluded[name] for name in self._changed},
        )

    def _of_postgres(self) -> str:
        quote = _POSTGRES.identifier_preparer.quote
        if not self._changed:
            return super()._of_postgres() + " ON CONFLICT DO NOTHING"
        key = ", ".join(quote(column.name) for column in self._table.primary_key.columns)
        changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in self._changed)
        return f"{super()._of_postgres()} ON CONFLICT ({key}) DO UPDATE SET {changes}"


def among(
    connection: sa.Connection, column: sa.Column[Any], values: Iterable[object]
) -> sa.ColumnElement[bool]:
    """Whether ``column`` holds one of ``values``: thousands of them are one value on PostgreSQL."""
    if connection.dialect.name == "sqlite":
        return column.in_(list(values))
    return column == sa.any_(sa.cast(list(values), postgresql.ARRAY(column.type)))


def lock_tallies(connection: sa.Connection, topic_ids: Iterable[int]) -> None:
    """Hold the tallies until the transaction ends, locked by ascending topic: two nodes cannot wait in a circle.

    A statement of its own, so that all that follows is read behind the lock: the one that waits sees the locked
    rows as they are now, but those it joins to them as they were before it waited.
    """
    if connection.dialect.name == "sqlite":
        return  # BEGIN IMMEDIATE holds everything
    statement = sa.select(TALLY.c.topic_id).where(among(connection, TALLY.c.topic_id, topic_ids))
    connection.execute(statement.order_by(TALLY.c.topic_id).with_for_update()).all()


def hold(connection: sa.Connection, name: bytes) -> None:
    """Have what follows in the transaction happen one after the other for all who hold this name."""
    if connection.dialect.name == "sqlite":
        return  # BEGIN IMMEDIATE holds everything
    number = int.from_bytes(name[:8], signed=True)
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.cast(number, sa.BigInteger))))


_POSTGRES: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
