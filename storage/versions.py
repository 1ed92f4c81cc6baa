"""Versions of what editors change in place: each is the whole of it, with who and when."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from storage.database import Database
from storage.tables_staff import STAFF
from storage.tables_versions import VERSION

MOST_VERSIONS = 100


class Versioned(StrEnum):
    THEME = "theme"
    THEMES = "themes"
    DIRECTION = "direction"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Version:
    """``by`` is empty of what was there before anybody changed it."""

    number: int
    at: int
    by: str
    content: Mapping[str, Any]


async def versions_of(database: Database, kind: Versioned, subject_id: int) -> list[Version]:
    """The newest first."""
    statement = (
        sa.select(VERSION, STAFF.c.name)
        .outerjoin(STAFF, STAFF.c.id == VERSION.c.staff_id)
        .where(VERSION.c.kind == str(kind), VERSION.c.subject_id == subject_id)
        .order_by(VERSION.c.number.desc())
        .limit(MOST_VERSIONS)
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [Version(row.number, row.at, row.name or "", json.loads(row.content)) for row in rows]


# --- within a transaction


def keep_version(
    connection: sa.Connection,
    kind: Versioned,
    subject_id: int,
    content: Mapping[str, object],
    by: int | None,
    now: int,
) -> int:
    """Keep the newest version; its number. Whoever calls holds the subject; ``by`` None: what was there before."""
    number = newest_version(connection, kind, subject_id) + 1
    values = {
        "kind": str(kind),
        "subject_id": subject_id,
        "number": number,
        "staff_id": by,
        "at": now,
        "content": json.dumps(content, ensure_ascii=False),
    }
    connection.execute(sa.insert(VERSION).values(values))
    return number


def newest_version(connection: sa.Connection, kind: Versioned, subject_id: int) -> int:
    """Its number, 0 where nobody has saved one."""
    its = (VERSION.c.kind == str(kind)) & (VERSION.c.subject_id == subject_id)
    return int(connection.execute(sa.select(sa.func.max(VERSION.c.number)).where(its)).scalar() or 0)
