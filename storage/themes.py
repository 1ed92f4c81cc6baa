"""Themes and directions, as editors keep them in order: named, ordered, retired, never deleted.

A retired theme is offered to nobody any more; the topics that have it keep it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from storage import audit
from storage.database import Database
from storage.statements import hold
from storage.tables import THEME, TOPIC
from storage.tables_staff import STAFF, STAFF_ROLE, STAFF_THEME
from storage.tables_versions import DIRECTION, VERSION
from storage.values_audit import Action, SubjectKind
from storage.values_follow_up import LONGEST_DIRECTION
from storage.values_staff import Role
from storage.values_themes import (
    LONGEST_THEME,
    Direction,
    ThemeEntry,
    ThemeFault,
    name_fault,
    slug_of,
)
from storage.versions import Versioned, keep_version, newest_version

_LIST = b"themes and directions"
ALL_THEMES = 0
"""The subject of the versions of their order."""


async def theme_entries(database: Database) -> list[ThemeEntry]:
    """All themes in their order, the retired ones last."""
    topics = sa.select(sa.func.count()).where(TOPIC.c.theme_id == THEME.c.id).correlate(THEME)
    number = (
        sa.select(sa.func.max(VERSION.c.number))
        .where(VERSION.c.kind == str(Versioned.THEME), VERSION.c.subject_id == THEME.c.id)
        .correlate(THEME)
    )
    themes = sa.select(
        THEME, topics.scalar_subquery().label("topics"), number.scalar_subquery().label("number")
    ).order_by(THEME.c.retired_at.is_not(None), THEME.c.position, THEME.c.id)
    referents = (
        sa.select(STAFF_THEME.c.theme_id, STAFF.c.id, STAFF.c.name)
        .join(STAFF, STAFF.c.id == STAFF_THEME.c.staff_id)
        .where(STAFF.c.closed_at.is_(None))
        .order_by(sa.func.lower(STAFF.c.name), STAFF.c.id)
    )
    async with database.read() as connection:
        rows = (await connection.execute(themes)).all()
        directions = {row.id: row for row in await connection.execute(sa.select(DIRECTION))}
        who = (await connection.execute(referents)).all()
    return [
        ThemeEntry(
            row.id,
            row.slug,
            row.name,
            row.number or 0,
            _direction(directions.get(row.direction_id)),
            row.retired_at,
            row.topics,
            tuple((each.id, each.name) for each in who if each.theme_id == row.id),
        )
        for row in rows
    ]


async def list_directions(database: Database) -> list[Direction]:
    """By name, the retired ones last."""
    themes = sa.select(THEME.c.direction_id, THEME.c.name).where(THEME.c.retired_at.is_(None))
    async with database.read() as connection:
        rows = (await connection.execute(sa.select(DIRECTION))).all()
        theirs = (await connection.execute(themes.order_by(THEME.c.position, THEME.c.id))).all()
    found = [
        Direction(
            row.id,
            row.name,
            row.retired_at,
            tuple(each.name for each in theirs if each.direction_id == row.id),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.retired_at is not None, one.name.casefold()))


async def direction_of(database: Database, slug: str) -> str:
    """The name of the direction that answers for a theme; empty where nobody said which."""
    its = (
        sa.select(DIRECTION.c.name)
        .join(THEME, THEME.c.direction_id == DIRECTION.c.id)
        .where(THEME.c.slug == slug, DIRECTION.c.retired_at.is_(None))
    )
    async with database.read() as connection:
        return str((await connection.execute(its)).scalar() or "")


async def possible_referents(database: Database) -> list[tuple[int, str]]:
    """Who has that role, by name."""
    statement = (
        sa.select(STAFF.c.id, STAFF.c.name)
        .join(STAFF_ROLE, STAFF_ROLE.c.staff_id == STAFF.c.id)
        .where(STAFF_ROLE.c.role == str(Role.REFERENT), STAFF.c.closed_at.is_(None))
        .order_by(sa.func.lower(STAFF.c.name), STAFF.c.id)
    )
    async with database.read() as connection:
        return [(row.id, row.name) for row in await connection.execute(statement)]


# --- themes


async def add_theme(
    database: Database, name: str, direction: int | None, op: str, *, by: int, now: int
) -> int | ThemeFault:
    """A new theme, the last one; its id. The same op of the same person again finds the one that it made."""

    def work(connection: sa.Connection) -> int | ThemeFault:
        hold(connection, _LIST)
        same = sa.select(THEME.c.id).where(THEME.c.op == f"{by} {op}")
        if (before := connection.execute(same).scalar()) is not None:
            return int(before)
        if fault := _fault(connection, name, direction, None):
            return fault
        taken = frozenset(connection.scalars(sa.select(THEME.c.slug)))
        last = connection.execute(sa.select(sa.func.max(THEME.c.position))).scalar() or 0
        new = {
            "slug": slug_of(name, taken),
            "name": name,
            "op": f"{by} {op}",
            "position": int(last) + 1,
            "direction_id": direction,
        }
        (theme,) = connection.execute(sa.insert(THEME).values(new)).inserted_primary_key or (0,)
        _keep_theme(connection, int(theme), by, now)
        _note(connection, by, Action.THEME_ADDED, SubjectKind.THEME, theme, {"name": name}, now)
        return int(theme)

    return await database.write(work, idempotent=True)


async def change_theme(
    database: Database, theme: int, name: str, direction: int | None, *, upon: int, by: int, now: int
) -> ThemeFault | None:
    """Name it otherwise, or have another direction answer for it; its address stays what it was."""

    def work(connection: sa.Connection) -> ThemeFault | None:
        hold(connection, _LIST)
        row = _theme(connection, theme)
        if row is None:
            return ThemeFault.UNKNOWN
        if (row.name, row.direction_id) == (name, direction):
            return None
        if newest_version(connection, Versioned.THEME, theme) != upon:
            return ThemeFault.CHANGED
        if fault := _fault(connection, name, direction, theme):
            return fault
        if not upon:
            _keep_theme(connection, theme, None, now)
        values = {"name": name, "direction_id": direction}
        connection.execute(sa.update(THEME).where(THEME.c.id == theme).values(values))
        _keep_theme(connection, theme, by, now)
        detail = {"name": name, "before": row.name, "direction": _name_of(connection, direction)}
        _note(connection, by, Action.THEME_RENAMED, SubjectKind.THEME, theme, detail, now)
        return None

    return await database.write(work, idempotent=True)


async def retire_theme(
    database: Database, theme: int, *, retired: bool, by: int, now: int
) -> ThemeFault | None:
    """Offer it no more, or again."""

    def work(connection: sa.Connection) -> ThemeFault | None:
        hold(connection, _LIST)
        row = _theme(connection, theme)
        if row is None:
            return ThemeFault.UNKNOWN
        if (row.retired_at is not None) is retired:
            return None
        offered = sa.select(sa.func.count()).where(THEME.c.retired_at.is_(None))
        if retired and connection.execute(offered).scalar_one() == 1:
            return ThemeFault.LAST
        if not newest_version(connection, Versioned.THEME, theme):
            _keep_theme(connection, theme, None, now)
        values = {"retired_at": now if retired else None}
        connection.execute(sa.update(THEME).where(THEME.c.id == theme).values(values))
        _keep_theme(connection, theme, by, now)
        action = Action.THEME_RETIRED if retired else Action.THEME_RESTORED
        _note(connection, by, action, SubjectKind.THEME, theme, {"name": row.name}, now)
        return None

    return await database.write(work, idempotent=True)


async def move_theme(database: Database, theme: int, *, up: bool, by: int, now: int) -> ThemeFault | None:
    """Change places with the one before or behind it, of those that are offered."""

    def work(connection: sa.Connection) -> ThemeFault | None:
        hold(connection, _LIST)
        offered = sa.select(THEME.c.id, THEME.c.name).where(THEME.c.retired_at.is_(None))
        rows = connection.execute(offered.order_by(THEME.c.position, THEME.c.id)).all()
        order = [row.id for row in rows]
        if theme not in order:
            return ThemeFault.UNKNOWN
        place = order.index(theme)
        other = place + (-1 if up else 1)
        if not 0 <= other < len(order):
            return None
        order[place], order[other] = order[other], order[place]
        for position, each in enumerate(order, 1):
            connection.execute(sa.update(THEME).where(THEME.c.id == each).values(position=position))
        names = {row.id: row.name for row in rows}
        if not newest_version(connection, Versioned.THEMES, ALL_THEMES):
            _keep_order(connection, names.values(), {}, None, now)
        detail = {"name": rows[place].name, "place": other + 1, "before": place + 1}
        _keep_order(connection, (names[each] for each in order), detail, by, now)
        _note(connection, by, Action.THEME_MOVED, SubjectKind.THEME, theme, detail, now)
        return None

    return await database.write(work)


# --- directions


async def save_direction(
    database: Database, direction: int | None, name: str, op: str, *, by: int, now: int
) -> ThemeFault | None:
    """Add a direction (None), or name one otherwise."""

    def work(connection: sa.Connection) -> ThemeFault | None:
        hold(connection, _LIST)
        if fault := name_fault(name, LONGEST_DIRECTION):
            return fault
        same = sa.select(DIRECTION.c.id).where(DIRECTION.c.op == f"{by} {op}")
        if direction is None and connection.execute(same).first() is not None:
            return None
        if _is_taken(connection, DIRECTION, name, direction):
            return ThemeFault.TAKEN
        if direction is None:
            new = sa.insert(DIRECTION).values(op=f"{by} {op}", name=name)
            (made,) = connection.execute(new).inserted_primary_key or (0,)
            detail = {"name": name}
        else:
            row = _direction_row(connection, direction)
            if row is None:
                return ThemeFault.UNKNOWN
            if row.name == name:
                return None
            connection.execute(sa.update(DIRECTION).where(DIRECTION.c.id == direction).values(name=name))
            made, detail = direction, {"name": name, "before": row.name}
        keep_version(connection, Versioned.DIRECTION, int(made), {"name": name, "retired": False}, by, now)
        _note(connection, by, Action.DIRECTION_SAVED, SubjectKind.DIRECTION, made, detail, now)
        return None

    return await database.write(work, idempotent=True)


async def retire_direction(
    database: Database, direction: int, *, retired: bool, by: int, now: int
) -> ThemeFault | None:
    """Offer it no more, or again; what it has answered stays, and themes keep it until they get another."""

    def work(connection: sa.Connection) -> ThemeFault | None:
        hold(connection, _LIST)
        row = _direction_row(connection, direction)
        if row is None:
            return ThemeFault.UNKNOWN
        if (row.retired_at is not None) is retired:
            return None
        values = {"retired_at": now if retired else None}
        connection.execute(sa.update(DIRECTION).where(DIRECTION.c.id == direction).values(values))
        content = {"name": row.name, "retired": retired}
        keep_version(connection, Versioned.DIRECTION, direction, content, by, now)
        action = Action.DIRECTION_RETIRED if retired else Action.DIRECTION_RESTORED
        _note(connection, by, action, SubjectKind.DIRECTION, direction, {"name": row.name}, now)
        return None

    return await database.write(work, idempotent=True)


# --- within a transaction


def _theme(connection: sa.Connection, theme: int) -> Any:
    return connection.execute(sa.select(THEME).where(THEME.c.id == theme).with_for_update()).first()


def _direction_row(connection: sa.Connection, direction: int) -> Any:
    its = DIRECTION.c.id == direction
    return connection.execute(sa.select(DIRECTION).where(its).with_for_update()).first()


def _fault(
    connection: sa.Connection, name: str, direction: int | None, theme: int | None
) -> ThemeFault | None:
    if fault := name_fault(name, LONGEST_THEME):
        return fault
    if _is_taken(connection, THEME, name, theme):
        return ThemeFault.TAKEN
    if direction is not None and _direction_row(connection, direction) is None:
        return ThemeFault.UNKNOWN_DIRECTION
    return None


def _is_taken(connection: sa.Connection, table: sa.Table, name: str, but: int | None) -> bool:
    """Whether another one is called so, capitals aside (SQLite knows no capitals but those of ASCII)."""
    others = connection.execute(sa.select(table.c.id, table.c.name)).all()
    return any(row.name.casefold() == name.casefold() and row.id != but for row in others)


def _name_of(connection: sa.Connection, direction: int | None) -> str:
    row = None if direction is None else _direction_row(connection, direction)
    return "" if row is None else str(row.name)


def _keep_theme(connection: sa.Connection, theme: int, by: int | None, now: int) -> None:
    """Keep the theme as it is now; ``by`` None: as it was before anybody changed it."""
    row = _theme(connection, theme)
    direction = _name_of(connection, row.direction_id)
    content = {"name": row.name, "direction": direction, "retired": row.retired_at is not None}
    keep_version(connection, Versioned.THEME, theme, content, by, now)


def _keep_order(
    connection: sa.Connection, names: Iterable[str], moved: Mapping[str, object], by: int | None, now: int
) -> None:
    """Keep the names in their order, and which theme was ``moved``; without ``by`` as it was before anybody did."""
    content = {"order": list(names), "moved": moved}
    keep_version(connection, Versioned.THEMES, ALL_THEMES, content, by, now)


def _note(
    connection: sa.Connection,
    by: int,
    action: Action,
    kind: SubjectKind,
    subject: object,
    detail: Mapping[str, object],
    now: int,
) -> None:
    audit.note(connection, by, action, kind, subject, detail, now)


def _direction(row: Any) -> Direction | None:
    return None if row is None else Direction(row.id, row.name, row.retired_at)
