"""From a draft to what it becomes: at once or by the clock, and what may still change afterwards.

Every node looks for what is due. The one whose transaction holds the draft's row makes the topic, or whatever it
is, in it; to the others the draft is then published, or locked and passed over. So it opens once, and where that
node dies in its transaction, the next look of another opens it.
"""

from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage import draft_outcomes
from storage.database import Database
from storage.drafts import add_revision, change_draft, current_content, locked_draft, note
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.tables_drafts import DRAFT
from storage.values_audit import Action
from storage.values_drafts import Content, DraftFault, DraftSort, DraftState, schedule_fault


async def schedule_draft(
    database: Database, draft_id: int, *, upon: int, by: int, now: int
) -> DraftFault | None:
    """Have the clock publish a draft, as it is at revision ``upon``, when its content says."""

    def work(connection: sa.Connection) -> DraftFault | None:
        row = locked_draft(connection, draft_id)
        if row is None:
            return DraftFault.UNKNOWN
        if row.number != upon:
            return DraftFault.CHANGED
        if row.state == DraftState.SCHEDULED:
            return None
        if row.state != DraftState.WRITING:
            return DraftFault.WRONG_STATE
        content = current_content(connection, row)
        if content.opens_at is None:
            return DraftFault.NO_OPENS
        if (fault := schedule_fault(content, content.opens_at, now)) is not None:
            return fault
        scheduled = {"state": str(DraftState.SCHEDULED), "due_at": content.opens_at, "changed_at": now}
        change_draft(connection, draft_id, scheduled)
        detail = {"opens": content.opens_at}
        note(connection, by, Action.DRAFT_SCHEDULED, content.sort, draft_id, detail, now)
        return None

    return await database.write(work, idempotent=True)


async def unschedule_draft(database: Database, draft_id: int, *, by: int, now: int) -> DraftFault | None:
    """Take a draft back from the clock, where it was not published yet."""

    def work(connection: sa.Connection) -> DraftFault | None:
        row = locked_draft(connection, draft_id)
        if row is None:
            return DraftFault.UNKNOWN
        if row.state == DraftState.WRITING:
            return None
        if row.state != DraftState.SCHEDULED:
            return DraftFault.WRONG_STATE
        change_draft(
            connection, draft_id, {"state": str(DraftState.WRITING), "due_at": None, "changed_at": now}
        )
        note(connection, by, Action.DRAFT_UNSCHEDULED, DraftSort(row.sort), draft_id, {}, now)
        return None

    return await database.write(work, idempotent=True)


async def publish_draft(
    database: Database, keys: Keys, draft_id: int, *, upon: int, by: int, now: int
) -> int | DraftFault:
    """Publish a draft now, whenever its content says; the id of what it became, the same where it was published."""

    def work(connection: sa.Connection) -> int | DraftFault:
        row = locked_draft(connection, draft_id)
        if row is None:
            return DraftFault.UNKNOWN
        if (made := _made(row)) is not None:
            return made
        if row.number != upon:
            return DraftFault.CHANGED
        if row.state == DraftState.DISCARDED:
            return DraftFault.WRONG_STATE
        content = current_content(connection, row)
        if (fault := schedule_fault(content, now, now)) is not None:
            return fault
        return _publish(connection, keys, draft_id, content, now, by, now)

    return await database.write(work, idempotent=True)


async def keep_schedule(database: Database, keys: Keys, now: int) -> int:
    """Publish what is due and write down which votes have ended; how many of both this node did."""
    async with database.read() as connection:
        due = (await connection.execute(_DUE, {"now": now})).all()
    done = 0
    for draft_id, is_over in due:
        opening = partial(_open, keys=keys, draft_id=draft_id, now=now)
        ending = partial(_end, draft_id=draft_id, now=now)
        done += await database.write(ending if is_over else opening, idempotent=True)
    return done


_NOW = sa.bindparam("now", type_=sa.BigInteger)
_DUE = sa.union_all(
    sa.select(DRAFT.c.id, sa.literal_column("0").label("is_over")).where(
        DRAFT.c.state == str(DraftState.SCHEDULED), DRAFT.c.due_at <= _NOW
    ),
    sa.select(DRAFT.c.id, sa.literal_column("1")).where(
        DRAFT.c.closes_at <= _NOW, DRAFT.c.ended_at.is_(None)
    ),
)
"""What is to be opened and what is over, in this order; made once, it is asked for four times a second."""


# --- after publication


async def correct(
    database: Database,
    draft_id: int,
    content: Content,
    *,
    upon: int,
    by: int,
    now: int,
    image: bytes | None = None,
) -> DraftFault | None:
    """Correct what is published: the words of what people vote on, all of a campaign but when it opens and closes.

    ``image`` is the content of a new picture, as in ``drafts.begin_draft``.
    """

    def work(connection: sa.Connection) -> DraftFault | None:
        row = locked_draft(connection, draft_id)
        if row is None or row.sort != content.sort:
            return DraftFault.UNKNOWN
        made = _made(row)
        if made is None:
            return DraftFault.WRONG_STATE
        before = current_content(connection, row)
        if before == content:
            return None
        if row.number != upon:
            return DraftFault.CHANGED
        if not draft_outcomes.change(connection, made, before, content):
            return DraftFault.WRONG_STATE
        add_revision(connection, draft_id, upon + 1, content, by, now, image)
        change_draft(connection, draft_id, {"corrected_at": now})
        detail: dict[str, object] = {**_named(row), "before": before.title, "revision": upon + 1}
        note(connection, by, draft_outcomes.CORRECTED[content.sort], content.sort, draft_id, detail, now)
        raise_mark(connection, Mark.SCHEDULE)
        return None

    return await database.write(work, idempotent=True)


async def end_early(
    database: Database, draft_id: int, reason: str, *, by: int, now: int
) -> DraftFault | None:
    """End the votes on what a draft became, and those on their arguments, before their time."""

    def work(connection: sa.Connection) -> DraftFault | None:
        row = locked_draft(connection, draft_id)
        if row is None:
            return DraftFault.UNKNOWN
        made = _made(row)
        if made is None or row.ended_at is not None:
            return DraftFault.WRONG_STATE
        if row.closes_at is not None and row.closes_at <= now:
            return DraftFault.WRONG_STATE
        sort = DraftSort(row.sort)
        draft_outcomes.end(connection, sort, made, now)
        change_draft(connection, draft_id, {"closes_at": now, "ended_at": now, "ended_reason": reason})
        detail = {**_named(row), "reason": reason}
        note(connection, by, draft_outcomes.ENDED[sort], sort, draft_id, detail, now)
        raise_mark(connection, Mark.SCHEDULE)
        return None

    return await database.write(work)


# --- within a transaction


def _made(row: Row[Any]) -> int | None:
    """The id of what a draft became."""
    made = row.made_id if row.topic_id is None else row.topic_id
    return None if made is None else int(made)


def _named(row: Row[Any]) -> dict[str, object]:
    """The same as the journal names it."""
    return {"topic" if row.topic_id is not None else row.sort: _made(row)}


def _open(connection: sa.Connection, keys: Keys, draft_id: int, now: int) -> int:
    """Publish a draft that is due, unless another node does or has."""
    due = sa.select(DRAFT).where(
        DRAFT.c.id == draft_id, DRAFT.c.state == str(DraftState.SCHEDULED), DRAFT.c.due_at <= now
    )
    row = connection.execute(due.with_for_update(skip_locked=True)).first()
    if row is None:
        return 0
    _publish(connection, keys, draft_id, current_content(connection, row), row.due_at, None, now)
    return 1


def _end(connection: sa.Connection, draft_id: int, now: int) -> int:
    over = sa.select(DRAFT).where(
        DRAFT.c.id == draft_id, DRAFT.c.closes_at <= now, DRAFT.c.ended_at.is_(None)
    )
    row = connection.execute(over.with_for_update(skip_locked=True)).first()
    if row is None:
        return 0
    change_draft(connection, draft_id, {"ended_at": row.closes_at})
    sort = DraftSort(row.sort)
    note(connection, None, draft_outcomes.ENDED[sort], sort, draft_id, _named(row), now)
    raise_mark(connection, Mark.SCHEDULE)
    return 1


def _publish(
    connection: sa.Connection,
    keys: Keys,
    draft_id: int,
    content: Content,
    opens_at: int,
    by: int | None,
    now: int,
) -> int:
    made = draft_outcomes.make(connection, keys, content, opens_at, now)
    (made_id,) = made.values()
    published: dict[str, object] = {
        **made,
        "state": str(DraftState.PUBLISHED),
        "due_at": opens_at,
        "closes_at": content.closes_at,
        "changed_at": now,
    }
    change_draft(connection, draft_id, published)
    named = "topic" if content.sort is DraftSort.TOPIC else str(content.sort)
    action, detail = draft_outcomes.PUBLISHED[content.sort], {named: made_id, "title": content.title}
    note(connection, by, action, content.sort, draft_id, detail, now)
    raise_mark(connection, Mark.SCHEDULE)
    return made_id
