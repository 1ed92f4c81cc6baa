"""What editors write: drafts, with every revision kept. Publishing them stands in ``publication``."""

import json
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Departement
from storage import audit
from storage.database import Database
from storage.image_header import ImageFormat
from storage.statements import Upsert
from storage.tables import THEME
from storage.tables_drafts import DRAFT, REVISION
from storage.tables_news import IMAGE
from storage.tables_staff import STAFF
from storage.values import TopicKind
from storage.values_audit import Action, SubjectKind
from storage.values_drafts import Amends, Draft, DraftContent, DraftFault, DraftState, Revision
from storage.values_news import Picture

MOST_LISTED = 200
MOST_REVISIONS = 100


async def begin_draft(
    database: Database,
    content: DraftContent,
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
        if not _has_theme(connection, content.theme):
            return DraftFault.NO_THEME
        values = {"op": own, "state": str(DraftState.WRITING), "number": 0, "changed_at": now}
        made = connection.execute(sa.insert(DRAFT).values(ended_reason="", **values))
        (draft_id,) = made.inserted_primary_key or (0,)
        _keep(connection, int(draft_id), 1, content, image, by, now)
        _note(connection, by, Action.DRAFT_BEGUN, int(draft_id), {"title": content.title}, now)
        return int(draft_id)

    return await database.write(begin, idempotent=True)


async def save_draft(
    database: Database,
    draft_id: int,
    content: DraftContent,
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
        if row is None:
            return DraftFault.UNKNOWN
        if DraftState(row.state) is not DraftState.WRITING:
            return DraftFault.WRONG_STATE
        if row.number != upon:
            same = current_content(connection, draft_id, row.number) == content
            return None if same and row.number == upon + 1 else DraftFault.CHANGED
        if not _has_theme(connection, content.theme):
            return DraftFault.NO_THEME
        _keep(connection, draft_id, upon + 1, content, image, by, now)
        action = Action.DRAFT_SAVED if restored is None else Action.DRAFT_RESTORED
        _note(connection, by, action, draft_id, {"revision": upon + 1, "restored": restored}, now)
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
        _note(connection, by, Action.DRAFT_DISCARDED, draft_id, {}, now)
        return None

    return await database.write(discard, idempotent=True)


async def get_draft(database: Database, draft_id: int) -> Draft | None:
    async with database.read() as connection:
        row = (await connection.execute(_DRAFTS.where(DRAFT.c.id == draft_id))).first()
        return None if row is None else _draft(row)


async def list_drafts(database: Database, *states: DraftState, most: int = MOST_LISTED) -> list[Draft]:
    """Those in one of these states, what changed last first."""
    statement = _DRAFTS.where(DRAFT.c.state.in_([str(state) for state in states]))
    async with database.read() as connection:
        rows = await connection.execute(statement.order_by(DRAFT.c.changed_at.desc()).limit(most))
        return [_draft(row) for row in rows]


async def revisions_of(database: Database, draft_id: int) -> list[Revision]:
    """The newest first."""
    statement = (
        sa.select(REVISION, STAFF.c.name)
        .join(STAFF, STAFF.c.id == REVISION.c.staff_id)
        .where(REVISION.c.draft_id == draft_id)
        .order_by(REVISION.c.number.desc())
        .limit(MOST_REVISIONS)
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [Revision(row.number, row.at, row.name, _content(row.content)) for row in rows]


async def amends_of(database: Database, topic_id: int) -> Amends:
    """What became of a topic after it was published."""
    statement = sa.select(DRAFT.c.corrected_at, DRAFT.c.ended_at, DRAFT.c.ended_reason)
    async with database.read() as connection:
        row = (await connection.execute(statement.where(DRAFT.c.topic_id == topic_id))).first()
    return Amends() if row is None else Amends(row.corrected_at, row.ended_at, row.ended_reason)


# --- within a transaction


def locked_draft(connection: sa.Connection, draft_id: int) -> Row[Any] | None:
    """The row, held until the transaction ends."""
    return connection.execute(sa.select(DRAFT).where(DRAFT.c.id == draft_id).with_for_update()).first()


def current_content(connection: sa.Connection, draft_id: int, number: int) -> DraftContent:
    statement = sa.select(REVISION.c.content)
    its = (REVISION.c.draft_id == draft_id) & (REVISION.c.number == number)
    return _content(connection.execute(statement.where(its)).scalar_one())


def change_draft(connection: sa.Connection, draft_id: int, values: dict[str, object]) -> None:
    connection.execute(sa.update(DRAFT).where(DRAFT.c.id == draft_id).values(values))


def add_revision(
    connection: sa.Connection, draft_id: int, number: int, content: DraftContent, by: int, now: int
) -> None:
    _keep(connection, draft_id, number, content, None, by, now)


def _keep(
    connection: sa.Connection,
    draft_id: int,
    number: int,
    content: DraftContent,
    image: bytes | None,
    by: int,
    now: int,
) -> None:
    if image is not None and content.picture is not None:
        kept = {"hash": content.picture.image, "format": str(ImageFormat.WEBP), "content": image}
        _KEEP_IMAGE(connection, [kept])
    written = json.dumps(asdict(content), ensure_ascii=False)
    revision = {"draft_id": draft_id, "number": number, "staff_id": by, "at": now, "content": written}
    connection.execute(sa.insert(REVISION).values(revision))
    change_draft(connection, draft_id, {"number": number, "changed_at": now})


def _has_theme(connection: sa.Connection, slug: str) -> bool:
    return connection.execute(sa.select(THEME.c.id).where(THEME.c.slug == slug)).first() is not None


def _note(
    connection: sa.Connection,
    by: int | None,
    action: Action,
    draft_id: int,
    detail: dict[str, object],
    now: int,
) -> None:
    told = {name: value for name, value in detail.items() if value is not None}
    audit.note(connection, by, action, SubjectKind.DRAFT, draft_id, told, now)


_KEEP_IMAGE = Upsert(IMAGE, ())

_DRAFTS = (
    sa.select(DRAFT, REVISION.c.content, STAFF.c.name)
    .join(REVISION, (REVISION.c.draft_id == DRAFT.c.id) & (REVISION.c.number == DRAFT.c.number))
    .join(STAFF, STAFF.c.id == REVISION.c.staff_id)
)


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        state=DraftState(row.state),
        number=row.number,
        content=_content(row.content),
        by=row.name,
        changed_at=row.changed_at,
        due_at=row.due_at,
        topic=row.topic_id,
        corrected_at=row.corrected_at,
        ended_at=row.ended_at,
        ended_reason=row.ended_reason,
    )


def _content(written: str) -> DraftContent:
    read = json.loads(written)
    departement, picture = read["departement"], read["picture"]
    return DraftContent(
        **{
            **read,
            "kind": TopicKind(read["kind"]),
            "results": ResultPolicy(read["results"]),
            "headline": HeadlinePolicy(read["headline"]),
            "departement": None if departement is None else Departement(departement),
            "picture": None if picture is None else Picture(**picture),
        }
    )
