"""Canned answers: texts that answer often, kept by staff and put into an answer before it is sent."""

import sqlalchemy as sa

from storage import audit
from storage.database import Database
from storage.tables_referents import CANNED_ANSWER
from storage.values_audit import Action, SubjectKind
from storage.values_inbox import LONGEST_TITLE, Canned, InboxFault

MOST_CANNED = 200


async def canned_answers(database: Database) -> list[Canned]:
    """Those that are offered, by title."""
    statement = (
        sa.select(CANNED_ANSWER)
        .where(CANNED_ANSWER.c.retired_at.is_(None))
        .order_by(sa.func.lower(CANNED_ANSWER.c.title), CANNED_ANSWER.c.id)
        .limit(MOST_CANNED)
    )
    async with database.read() as connection:
        return [Canned(row.id, row.title, row.text) for row in await connection.execute(statement)]


async def save_canned(
    database: Database, canned_id: int | None, title: str, text: str, *, op: str, by: int, now: int
) -> InboxFault | None:
    """Keep a new one (``canned_id`` None; the same ``op`` keeps one), or change it."""
    if not title:
        return InboxFault.NO_TITLE
    if len(title) > LONGEST_TITLE:
        return InboxFault.LONG_TITLE

    def work(connection: sa.Connection) -> InboxFault | None:
        said = {"title": title, "text": text}
        own = f"{by} {op}"
        mine = CANNED_ANSWER.c.op == own if canned_id is None else CANNED_ANSWER.c.id == canned_id
        row = connection.execute(sa.select(CANNED_ANSWER).where(mine).with_for_update()).first()
        if row is None and canned_id is not None:
            return InboxFault.UNKNOWN
        if row is None:
            made = connection.execute(sa.insert(CANNED_ANSWER).values(said | {"op": own}))
            subject = (made.inserted_primary_key or (0,))[0]
        elif (row.title, row.text) == (title, text) and canned_id is None:
            return None
        else:
            subject = row.id
            connection.execute(sa.update(CANNED_ANSWER).where(mine).values(said | {"retired_at": None}))
        audit.note(connection, by, Action.CANNED_SAVED, SubjectKind.CANNED, subject, said, now)
        return None

    return await database.write(work, idempotent=True)


async def retire_canned(database: Database, canned_id: int, *, by: int, now: int) -> InboxFault | None:
    """Offer it no more; what was answered with it stays."""

    def work(connection: sa.Connection) -> InboxFault | None:
        mine = CANNED_ANSWER.c.id == canned_id
        row = connection.execute(sa.select(CANNED_ANSWER).where(mine)).first()
        if row is None:
            return InboxFault.UNKNOWN
        if row.retired_at is None:
            connection.execute(sa.update(CANNED_ANSWER).where(mine).values(retired_at=now))
        said = {"title": row.title}
        audit.note(connection, by, Action.CANNED_RETIRED, SubjectKind.CANNED, canned_id, said, now)
        return None

    return await database.write(work, idempotent=True)
