"""Statements that the two engines write differently: many rows at once, and the lock of the tallies.

SQLite runs a statement for each row fastest, PostgreSQL one statement over arrays (unnest). What every vote passes
through is written out once, here: to have it compiled for each batch took a fifth of the batch's time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
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
        one = self._of_sqlite().compile(dialect=_SQLITE, column_keys=self._names)
        self._one, self._order = str(one), one.positiontup or ()
        self._many = sa.text(self._of_postgres())

    def __call__(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        if not rows:
            return
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(self._one, [tuple(map(row.__getitem__, self._order)) for row in rows])
        else:
            connection.execute(self._many, {name: [row[name] for row in rows] for name in self._names})

    def _of_sqlite(self) -> sa.Insert:
        return sqlite.insert(self._table)

    def _of_postgres(self) -> str:
        quote = _POSTGRES.identifier_preparer.quote
        columns = ", ".join(quote(name) for name in self._names)
        arrays = ", ".join(_array(self._table, name) for name in self._names)
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


class Lookup:
    """Reads the rows of a table by the columns ``key``; each of ``wanted`` is one value for each of them.

    A join, so that every one of them is one search of the index: of two lists, each in its ``IN``, the engine
    tries every pair.
    """

    def __init__(self, table: sa.Table, *key: str) -> None:
        self._key = key
        name = _POSTGRES.identifier_preparer.quote(table.name)
        same = " AND ".join(f"{name}.{column} = wanted.{column}" for column in key)
        self._wanted = f"wanted({', '.join(key)})"
        self._one = f"SELECT {name}.* FROM wanted CROSS JOIN {name} ON {same}"  # noqa: S608
        arrays = ", ".join(_array(table, column) for column in key)
        found = f"SELECT {name}.* FROM unnest({arrays}) AS {self._wanted} JOIN {name} ON {same}"  # noqa: S608
        self._many = sa.text(found)

    def __call__(
        self, connection: sa.Connection, wanted: Collection[Sequence[object]]
    ) -> Iterable[sa.Row[Any]]:
        if not wanted:
            return ()
        if connection.dialect.name == "sqlite":
            places = f"({', '.join('?' * len(self._key))})"
            values = f"WITH {self._wanted} AS (VALUES {', '.join([places] * len(wanted))}) "
            return connection.exec_driver_sql(values + self._one, tuple(chain.from_iterable(wanted)))
        columns = zip(*wanted, strict=True)
        return connection.execute(self._many, {k: list(v) for k, v in zip(self._key, columns, strict=True)})


def among(
    connection: sa.Connection, column: sa.Column[Any], values: Iterable[object]
) -> sa.ColumnElement[bool]:
    """Whether ``column`` holds one of ``values``: thousands of them are one value on PostgreSQL."""
    if connection.dialect.name == "sqlite":
        return column.in_(list(values))
    return column == sa.any_(sa.cast(list(values), postgresql.ARRAY(column.type)))


def _array(table: sa.Table, name: str) -> str:
    return f"CAST(:{name} AS {table.c[name].type.compile(_POSTGRES)}[])"


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


_SQLITE: sa.Dialect = sqlite.dialect()
_POSTGRES: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
