"""What editors write: drafts, with every revision kept. Publishing them stands in ``publication``."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage import audit
from storage.database import Database
from storage.news import keep_image
from storage.tables import THEME
from storage.tables_drafts import DRAFT, REVISION
from storage.tables_questionnaires import QUESTIONNAIRE_STEP
from storage.tables_staff import STAFF
from storage.values_audit import Action, SubjectKind
from storage.values_campaign_drafts import CampaignContent
from storage.values_drafts import (
    Amends,
    Content,
    Draft,
    DraftContent,
    DraftFault,
    DraftSort,
    DraftState,
    Revision,
)
from storage.values_questionnaire_drafts import QuestionnaireContent

MOST_LISTED = 200
MOST_REVISIONS = 100

C = TypeVar("C", bound=Content)

CONTENTS: Mapping[DraftSort, type[Content]] = {
    each.sort: each for each in (DraftContent, QuestionnaireContent, CampaignContent)
}
SUBJECTS: Mapping[DraftSort, SubjectKind] = {
    DraftSort.TOPIC: SubjectKind.DRAFT,
    DraftSort.QUESTIONNAIRE: SubjectKind.QUESTIONNAIRE,
    DraftSort.CAMPAIGN: SubjectKind.CAMPAIGN,
}
"""What the journal calls a draft of each sort; its number there is the draft's."""


async def begin_draft(
    database: Database,
    content: Content,
    op: str,
    *,
    by: int,
    now: int,
    image: bytes | None = None,
) -> int | DraftFault:
    """Keep a new draft; its id. The same op of the same person again gives the draft that it made.

    ``image`` is the content of a new picture (WebP), under the name that ``content.picture`` says.
    """

    def begin(connection: sa.Connection) -> int | DraftFault:
        own = f"{by} {op}"
        before = connection.execute(sa.select(DRAFT.c.id).where(DRAFT.c.op == own)).scalar()
        if before is not None:
            return int(before)
        if not _has_themes(connection, content):
            return DraftFault.NO_THEME
        state = {"sort": str(content.sort), "state": str(DraftState.WRITING), "number": 0}
        made = connection.execute(sa.insert(DRAFT).values(op=own, ended_reason="", changed_at=now, **state))
        (draft_id,) = made.inserted_primary_key or (0,)
        _keep(connection, int(draft_id), 1, content, image, by, now)
        note(connection, by, Action.DRAFT_BEGUN, content.sort, int(draft_id), {"title": content.title}, now)
        return int(draft_id)

    return await database.write(begin, idempotent=True)


async def save_draft(
    database: Database,
    draft_id: int,
    content: Content,
    *,
    upon: int,
    by: int,
    now: int,
    image: bytes | None = None,
    restored: int | None = None,
) -> DraftFault | None:
    """Keep a new revision upon the revision ``upon``: CHANGED where a colleague has saved another meanwhile."""

    def save(connection: sa.Connection) -> DraftFault | None:
        row = locked_draft(connection, draft_id)
        if row is None or row.sort != content.sort:
            return DraftFault.UNKNOWN
        if DraftState(row.state) is not DraftState.WRITING:
            return DraftFault.WRONG_STATE
        if row.number != upon:
            same = current_content(connection, row) == content
            return None if same and row.number == upon + 1 else DraftFault.CHANGED
        if not _has_themes(connection, content):
            return DraftFault.NO_THEME
        _keep(connection, draft_id, upon + 1, content, image, by, now)
        action = Action.DRAFT_SAVED if restored is None else Action.DRAFT_RESTORED
        detail: dict[str, object] = {"revision": upon + 1}
        if restored is not None:
            detail["restored"] = restored
        note(connection, by, action, content.sort, draft_id, detail, now)
        return None

    return await database.write(save, idempotent=True)


async def restore_revision(
    database: Database, draft_id: int, number: int, *, upon: int, by: int, now: int
) -> DraftFault | None:
    """Make an older revision the newest one, as a new revision."""
    old = next((one for one in await revisions_of(database, draft_id) if one.number == number), None)
    if old is None:
        return DraftFault.UNKNOWN
    return await save_draft(database, draft_id, old.content, upon=upon, by=by, now=now, restored=number)


async def discard_draft(database: Database, draft_id: int, *, by: int, now: int) -> DraftFault | None:
    """Put a draft away; it stays in the database."""

    def discard(connection: sa.Connection) -> DraftFault | None:
        row = locked_draft(connection, draft_id)
        if row is None:
            return DraftFault.UNKNOWN
        if row.state == DraftState.DISCARDED:
            return None
        if row.state != DraftState.WRITING:
            return DraftFault.WRONG_STATE
        change_draft(connection, draft_id, {"state": str(DraftState.DISCARDED), "changed_at": now})
        note(connection, by, Action.DRAFT_DISCARDED, DraftSort(row.sort), draft_id, {}, now)
        return None

    return await database.write(discard, idempotent=True)


async def get_draft(database: Database, draft_id: int, content: type[C]) -> Draft[C] | None:
    """None where there is none of this sort."""
    its = (DRAFT.c.id == draft_id) & (DRAFT.c.sort == str(content.sort))
    async with database.read() as connection:
        row = (await connection.execute(_DRAFTS.where(its))).first()
        return None if row is None else _draft(row, content.read(json.loads(row.content)))


async def list_drafts(
    database: Database, *states: DraftState, most: int = MOST_LISTED
) -> list[Draft[Content]]:
    """Those of any sort in one of these states, what changed last first."""
    statement = _DRAFTS.where(DRAFT.c.state.in_([str(state) for state in states]))
    async with database.read() as connection:
        rows = await connection.execute(statement.order_by(DRAFT.c.changed_at.desc()).limit(most))
        return [_draft(row, read_content(row.sort, row.content)) for row in rows]


async def revisions_of(database: Database, draft_id: int) -> list[Revision]:
    """The newest first."""
    statement = (
        sa.select(REVISION, STAFF.c.name, DRAFT.c.sort)
        .join(STAFF, STAFF.c.id == REVISION.c.staff_id)
        .join(DRAFT, DRAFT.c.id == REVISION.c.draft_id)
        .where(REVISION.c.draft_id == draft_id)
        .order_by(REVISION.c.number.desc())
        .limit(MOST_REVISIONS)
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [Revision(row.number, row.at, row.name, read_content(row.sort, row.content)) for row in rows]


async def amends_of(database: Database, topic_id: int) -> Amends:
    """What became of a topic, or of the questionnaire that asks it, after it was published."""
    asking = sa.select(QUESTIONNAIRE_STEP.c.questionnaire_id).where(QUESTIONNAIRE_STEP.c.topic_id == topic_id)
    return await _amends(
        database,
        sa.or_(DRAFT.c.topic_id == topic_id, _made(DraftSort.QUESTIONNAIRE, asking.scalar_subquery())),
    )


async def amends_of_made(database: Database, sort: DraftSort, made_id: int) -> Amends:
    """The same of what is no topic."""
    return await _amends(database, _made(sort, made_id))


def _made(sort: DraftSort, made_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(DRAFT.c.sort == str(sort), DRAFT.c.made_id == made_id)


async def _amends(database: Database, which: sa.ColumnElement[bool]) -> Amends:
    statement = sa.select(DRAFT.c.corrected_at, DRAFT.c.ended_at, DRAFT.c.ended_reason).where(which)
    async with database.read() as connection:
        row = (await connection.execute(statement)).first()
    return Amends() if row is None else Amends(row.corrected_at, row.ended_at, row.ended_reason)


# --- within a transaction


def locked_draft(connection: sa.Connection, draft_id: int) -> Row[Any] | None:
    """The row, held until the transaction ends."""
    return connection.execute(sa.select(DRAFT).where(DRAFT.c.id == draft_id).with_for_update()).first()


def current_content(connection: sa.Connection, draft: Row[Any]) -> Content:
    """The newest revision of the draft in a row that has its id, sort and number."""
    its = (REVISION.c.draft_id == draft.id) & (REVISION.c.number == draft.number)
    written = connection.execute(sa.select(REVISION.c.content).where(its)).scalar_one()
    return read_content(draft.sort, written)


def read_content(sort: str, written: str) -> Content:
    return CONTENTS[DraftSort(sort)].read(json.loads(written))


def change_draft(connection: sa.Connection, draft_id: int, values: dict[str, object]) -> None:
    connection.execute(sa.update(DRAFT).where(DRAFT.c.id == draft_id).values(values))


def add_revision(
    connection: sa.Connection,
    draft_id: int,
    number: int,
    content: Content,
    by: int,
    now: int,
    image: bytes | None = None,
) -> None:
    _keep(connection, draft_id, number, content, image, by, now)


def _keep(
    connection: sa.Connection,
    draft_id: int,
    number: int,
    content: Content,
    image: bytes | None,
    by: int,
    now: int,
) -> None:
    if image is not None and content.picture is not None:
        keep_image(connection, content.picture.image, image)
    written = json.dumps(asdict(content), ensure_ascii=False)
    revision = {"draft_id": draft_id, "number": number, "staff_id": by, "at": now, "content": written}
    connection.execute(sa.insert(REVISION).values(revision))
    change_draft(connection, draft_id, {"number": number, "changed_at": now})


def _has_themes(connection: sa.Connection, content: Content) -> bool:
    known = sa.select(THEME.c.slug).where(
        THEME.c.slug.in_(sorted(content.themes)), THEME.c.retired_at.is_(None)
    )
    return len(connection.execute(known).all()) == len(content.themes)


def note(
    connection: sa.Connection,
    by: int | None,
    action: Action,
    sort: DraftSort,
    draft_id: int,
    detail: Mapping[str, object],
    now: int,
) -> None:
    """A draft's line of the journal; ``by`` None is the clock."""
    audit.note(connection, by, action, SUBJECTS[sort], draft_id, detail, now)


_DRAFTS = (
    sa.select(DRAFT, REVISION.c.content, STAFF.c.name)
    .join(REVISION, (REVISION.c.draft_id == DRAFT.c.id) & (REVISION.c.number == DRAFT.c.number))
    .join(STAFF, STAFF.c.id == REVISION.c.staff_id)
)


def _draft(row: Row[Any], content: C) -> Draft[C]:
    return Draft(
        id=row.id,
        state=DraftState(row.state),
        number=row.number,
        content=content,
        by=row.name,
        changed_at=row.changed_at,
        due_at=row.due_at,
        topic=row.topic_id,
        made=row.made_id,
        corrected_at=row.corrected_at,
        ended_at=row.ended_at,
        ended_reason=row.ended_reason,
    )
