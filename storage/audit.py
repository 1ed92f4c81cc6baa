"""The journal of what staff do: a line in the transaction of each action, and none is ever changed."""

import json
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from storage.database import Database
from storage.tables_audit import AUDIT
from storage.tables_staff import STAFF
from storage.values_audit import Action, AuditLine, AuditSearch, SubjectKind

MOST_LINES = 50
"""On a page."""

MOST_DETAIL = 4000
"""Signs of one value that a line keeps; more is cut."""


def note(
    connection: sa.Connection,
    staff_id: int | None,
    action: Action,
    subject_kind: SubjectKind,
    subject_id: object,
    detail: Mapping[str, object],
    now: int,
) -> None:
    """Write down an action within its own transaction; ``staff_id`` is None for an operator's."""
    cut = {name: value[:MOST_DETAIL] if isinstance(value, str) else value for name, value in detail.items()}
    line = {
        "at": now,
        "staff_id": staff_id,
        "action": str(action),
        "subject_kind": str(subject_kind),
        "subject_id": str(subject_id)[:80],
        "detail": json.dumps(cut, ensure_ascii=False, default=str),
    }
    connection.execute(sa.insert(AUDIT).values(line))


async def note_alone(
    database: Database,
    staff_id: int,
    action: Action,
    subject_kind: SubjectKind,
    detail: Mapping[str, object],
    now: int,
) -> None:
    """Write down what changed nothing: that something was read or taken away."""
    await database.write(lambda connection: note(connection, staff_id, action, subject_kind, "", detail, now))


async def search(database: Database, asked: AuditSearch, most: int = MOST_LINES) -> Sequence[AuditLine]:
    """The lines asked for, the newest first; the next page is what stands before the last one."""
    where: list[sa.ColumnElement[bool]] = []
    if asked.staff is not None:
        where.append(AUDIT.c.staff_id == asked.staff)
    if asked.action:
        where.append(AUDIT.c.action == asked.action)
    if asked.subject_kind:
        where.append(AUDIT.c.subject_kind == asked.subject_kind)
    if asked.subject_id:
        where.append(AUDIT.c.subject_id == asked.subject_id)
    if asked.since is not None:
        where.append(AUDIT.c.at >= asked.since)
    if asked.until is not None:
        where.append(AUDIT.c.at < asked.until)
    if asked.before is not None:
        where.append(AUDIT.c.id < asked.before)
    lines = (
        sa.select(AUDIT, STAFF.c.name)
        .select_from(AUDIT.outerjoin(STAFF, STAFF.c.id == AUDIT.c.staff_id))
        .where(*where)
        .order_by(AUDIT.c.id.desc())
        .limit(most)
    )
    async with database.read() as connection:
        return [
            AuditLine(
                row.id,
                row.at,
                row.staff_id,
                row.name or "",
                row.action,
                row.subject_kind,
                row.subject_id,
                json.loads(row.detail),
            )
            for row in await connection.execute(lines)
        ]
