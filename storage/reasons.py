"""The reasons for which a post is refused: a list that staff edit. What was used once is retired, not deleted."""

import sqlalchemy as sa

from storage import audit
from storage.database import Database
from storage.statements import hold
from storage.tables_moderation import REFUSAL_REASON
from storage.values_audit import Action, SubjectKind
from storage.values_moderation import RefusalReason

MOST_REASONS = 30
_LIST = b"reasons to refuse"


async def refusal_reasons(database: Database, *, retired: bool = False) -> list[RefusalReason]:
    """Those that are offered, in the order in which they came; with the ``retired`` ones behind."""
    statement = sa.select(REFUSAL_REASON).order_by(
        REFUSAL_REASON.c.retired_at.is_not(None), REFUSAL_REASON.c.id
    )
    if not retired:
        statement = statement.where(REFUSAL_REASON.c.retired_at.is_(None))
    async with database.read() as connection:
        return [_reason(row) for row in await connection.execute(statement)]


async def save_reason(
    database: Database, reason_id: int | None, label: str, sentence: str, *, staff: int, op: str, now: int
) -> bool:
    """Add a reason (None), or say one otherwise; False where there is none, or too many."""

    def work(connection: sa.Connection) -> bool:
        hold(connection, _LIST)
        told = {"label": label, "sentence": sentence}
        if reason_id is None:
            code = f"own-{op}"[:40]
            if connection.execute(_offered().where(REFUSAL_REASON.c.code == code)).first() is not None:
                return True
            if len(connection.execute(_offered()).all()) >= MOST_REASONS:
                return False
            connection.execute(sa.insert(REFUSAL_REASON).values(code=code, **told))
        else:
            mine = sa.update(REFUSAL_REASON).where(REFUSAL_REASON.c.id == reason_id)
            if not connection.execute(mine.values(told)).rowcount:
                return False
        _note(connection, staff, Action.REASON_SAVED, reason_id or "", told, now)
        return True

    return await database.write(work, idempotent=True)


async def retire_reason(database: Database, reason_id: int, *, staff: int, now: int) -> bool:
    """Take it from the list, or put it back where it is retired already."""

    def work(connection: sa.Connection) -> bool:
        hold(connection, _LIST)
        mine = REFUSAL_REASON.c.id == reason_id
        row = connection.execute(sa.select(REFUSAL_REASON).where(mine)).first()
        if row is None:
            return False
        retired = None if row.retired_at is not None else now
        connection.execute(sa.update(REFUSAL_REASON).where(mine).values(retired_at=retired))
        action = Action.REASON_RESTORED if retired is None else Action.REASON_RETIRED
        _note(connection, staff, action, reason_id, {"label": row.label or row.code}, now)
        return True

    return await database.write(work)


def told_for(connection: sa.Connection, code: str) -> str | None:
    """What the author's post keeps of an offered reason: its sentence, else the code that the catalogue knows."""
    row = connection.execute(_offered().where(REFUSAL_REASON.c.code == code)).first()
    return None if row is None else row.sentence or row.code


def _offered() -> sa.Select[tuple[object, ...]]:
    return sa.select(REFUSAL_REASON).where(REFUSAL_REASON.c.retired_at.is_(None))


def _note(
    connection: sa.Connection, staff: int, action: Action, subject: object, detail: dict[str, str], now: int
) -> None:
    audit.note(connection, staff, action, SubjectKind.REASON, subject, detail, now)


def _reason(row: sa.Row[tuple[object, ...]]) -> RefusalReason:
    return RefusalReason(row.id, row.code, row.label, row.sentence, row.retired_at is not None)
