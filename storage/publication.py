"""From a draft to a topic: at once or by the clock, and what may still change afterwards.

Every node looks for what is due. The one whose transaction holds the draft's row makes the topic in it; to the
others the draft is then published, or locked and passed over. So it opens once, and where that node dies in its
transaction, the next look of another opens it.
"""

from dataclasses import replace

import sqlalchemy as sa

from realtime.notice import FRESH_MS, Fresh
from storage import audit
from storage.database import Database
from storage.drafts import add_revision, change_draft, current_content, locked_draft
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.search_index import index_topics
from storage.tables import TOPIC
from storage.tables_drafts import DRAFT
from storage.tables_news import PICTURE
from storage.tables_search import TOPIC_WORD
from storage.topics import create_topic
from storage.values_audit import Action, SubjectKind
from storage.values_drafts import DraftContent, DraftFault, DraftState, schedule_fault


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
        content = current_content(connection, draft_id, upon)
        if content.opens_at is None:
            return DraftFault.NO_OPENS
        if (fault := schedule_fault(content, content.opens_at, now)) is not None:
            return fault
        scheduled = {"state": str(DraftState.SCHEDULED), "due_at": content.opens_at, "changed_at": now}
        change_draft(connection, draft_id, scheduled)
        _note(connection, by, Action.DRAFT_SCHEDULED, draft_id, {"opens": content.opens_at}, now)
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
        _note(connection, by, Action.DRAFT_UNSCHEDULED, draft_id, {}, now)
        return None

    return await database.write(work, idempotent=True)


async def publish_draft(
    database: Database, keys: Keys, draft_id: int, *, upon: int, by: int, now: int
) -> int | DraftFault:
    """Publish a draft now, whenever its content says; the id of its topic, the same where it was published."""

    def work(connection: sa.Connection) -> int | DraftFault:
        row = locked_draft(connection, draft_id)
        if row is None:
            return DraftFault.UNKNOWN
        if row.topic_id is not None:
            return int(row.topic_id)
        if row.number != upon:
            return DraftFault.CHANGED
        if row.state == DraftState.DISCARDED:
            return DraftFault.WRONG_STATE
        content = current_content(connection, draft_id, upon)
        if (fault := schedule_fault(content, now, now)) is not None:
            return fault
        return _publish(connection, keys, draft_id, content, now, by, now)

    return await database.write(work, idempotent=True)


async def keep_schedule(database: Database, keys: Keys, now: int) -> int:
    """Publish what is due and write down which votes have ended; how many of both this node did."""
    scheduled = (DRAFT.c.state == str(DraftState.SCHEDULED)) & (DRAFT.c.due_at <= now)
    over = (DRAFT.c.closes_at <= now) & DRAFT.c.ended_at.is_(None)
    async with database.read() as connection:
        due = list(await connection.scalars(sa.select(DRAFT.c.id).where(scheduled)))
        ended = list(await connection.scalars(sa.select(DRAFT.c.id).where(over)))
    done = 0
    for draft_id in due:
        done += await database.write(lambda c, d=draft_id: _open(c, keys, d, now), idempotent=True)  # type: ignore[misc]
    for draft_id in ended:
        done += await database.write(lambda c, d=draft_id: _end(c, d, now), idempotent=True)  # type: ignore[misc]
    return done


async def fresh_topic(database: Database, now: int) -> Fresh | None:
    """The open subject of the Région that editors published last, where that is a short while ago."""
    statement = (
        sa.select(TOPIC.c.id, TOPIC.c.title, TOPIC.c.opens_at)
        .join(DRAFT, DRAFT.c.topic_id == TOPIC.c.id)
        .where(TOPIC.c.opens_at.between(now - FRESH_MS, now), TOPIC.c.withdrawn_at.is_(None))
        .where(sa.or_(TOPIC.c.closes_at.is_(None), TOPIC.c.closes_at > now))
        .order_by(TOPIC.c.opens_at.desc(), TOPIC.c.id.desc())
        .limit(1)
    )
    async with database.read() as connection:
        row = (await connection.execute(statement)).first()
        return None if row is None else Fresh(row.id, row.title, row.opens_at)


# --- after publication


async def correct_topic(
    database: Database, draft_id: int, title: str, body: str, *, upon: int, by: int, now: int
) -> DraftFault | None:
    """Correct the words of a published topic; nothing else of it may change any more."""

    def work(connection: sa.Connection) -> DraftFault | None:
        row = locked_draft(connection, draft_id)
        if row is None:
            return DraftFault.UNKNOWN
        if row.topic_id is None:
            return DraftFault.WRONG_STATE
        content = current_content(connection, draft_id, row.number)
        if (content.title, content.body) == (title, body):
            return None
        if row.number != upon:
            return DraftFault.CHANGED
        corrected = replace(content, title=title, body=body)
        add_revision(connection, draft_id, upon + 1, corrected, by, now)
        change_draft(connection, draft_id, {"corrected_at": now})
        words = {"title": title, "body": body}
        connection.execute(sa.update(TOPIC).where(TOPIC.c.id == row.topic_id).values(words))
        connection.execute(sa.delete(TOPIC_WORD).where(TOPIC_WORD.c.topic_id == row.topic_id))
        index_topics(connection, {row.topic_id: f"{title}\n{body}"})
        detail: dict[str, object] = {"topic": row.topic_id, "before": content.title, "revision": upon + 1}
        _note(connection, by, Action.TOPIC_CORRECTED, draft_id, detail, now)
        raise_mark(connection, Mark.SCHEDULE)
        return None

    return await database.write(work, idempotent=True)


async def end_topic(
    database: Database, draft_id: int, reason: str, *, by: int, now: int
) -> DraftFault | None:
    """End the vote on a published topic, and that on its arguments, before its time."""

    def work(connection: sa.Connection) -> DraftFault | None:
        row = locked_draft(connection, draft_id)
        if row is None:
            return DraftFault.UNKNOWN
        if row.topic_id is None or row.ended_at is not None:
            return DraftFault.WRONG_STATE
        if row.closes_at is not None and row.closes_at <= now:
            return DraftFault.WRONG_STATE
        itself = sa.update(TOPIC).where(TOPIC.c.id == row.topic_id)
        below = sa.update(TOPIC).where(TOPIC.c.parent_id == row.topic_id, TOPIC.c.withdrawn_at.is_(None))
        # the topic first and alone: it waits for whoever publishes an argument just now, and then finds that one
        connection.execute(itself.values(closes_at=now))
        connection.execute(below.values(closes_at=now))
        change_draft(connection, draft_id, {"closes_at": now, "ended_at": now, "ended_reason": reason})
        detail: dict[str, object] = {"topic": row.topic_id, "reason": reason}
        _note(connection, by, Action.TOPIC_ENDED, draft_id, detail, now)
        raise_mark(connection, Mark.SCHEDULE)
        return None

    return await database.write(work)


# --- within a transaction


def _open(connection: sa.Connection, keys: Keys, draft_id: int, now: int) -> int:
    """Publish a draft that is due, unless another node does or has."""
    due = sa.select(DRAFT.c.number, DRAFT.c.due_at).where(
        DRAFT.c.id == draft_id, DRAFT.c.state == str(DraftState.SCHEDULED), DRAFT.c.due_at <= now
    )
    row = connection.execute(due.with_for_update(skip_locked=True)).first()
    if row is None:
        return 0
    _publish(
        connection, keys, draft_id, current_content(connection, draft_id, row.number), row.due_at, None, now
    )
    return 1


def _end(connection: sa.Connection, draft_id: int, now: int) -> int:
    over = sa.select(DRAFT.c.topic_id, DRAFT.c.closes_at).where(
        DRAFT.c.id == draft_id, DRAFT.c.closes_at <= now, DRAFT.c.ended_at.is_(None)
    )
    row = connection.execute(over.with_for_update(skip_locked=True)).first()
    if row is None:
        return 0
    change_draft(connection, draft_id, {"ended_at": row.closes_at})
    _note(connection, None, Action.TOPIC_ENDED, draft_id, {"topic": row.topic_id}, now)
    raise_mark(connection, Mark.SCHEDULE)
    return 1


def _publish(
    connection: sa.Connection,
    keys: Keys,
    draft_id: int,
    content: DraftContent,
    opens_at: int,
    by: int | None,
    now: int,
) -> int:
    topic = create_topic(connection, keys, content.topic(opens_at), now)
    if content.picture is not None:
        shown = content.picture
        picture = {"image": shown.image, "alt": shown.alt, "width": shown.width, "height": shown.height}
        connection.execute(sa.insert(PICTURE).values(topic_id=topic, **picture))
    published = {
        "state": str(DraftState.PUBLISHED),
        "topic_id": topic,
        "due_at": opens_at,
        "closes_at": content.closes_at,
        "changed_at": now,
    }
    change_draft(connection, draft_id, published)
    _note(connection, by, Action.TOPIC_PUBLISHED, draft_id, {"topic": topic, "title": content.title}, now)
    raise_mark(connection, Mark.SCHEDULE)
    return topic


def _note(
    connection: sa.Connection,
    by: int | None,
    action: Action,
    draft_id: int,
    detail: dict[str, object],
    now: int,
) -> None:
    audit.note(connection, by, action, SubjectKind.DRAFT, draft_id, detail, now)
