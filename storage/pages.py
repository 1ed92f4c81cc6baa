"""Pages that editors write: saved as versions, of which one at most is public."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage import audit
from storage.database import Database
from storage.statements import hold
from storage.tables_pages import PAGE
from storage.tables_staff import STAFF
from storage.tables_versions import VERSION
from storage.values_audit import Action, SubjectKind
from storage.values_pages import Page, PageContent, PageFault, PageKind, page_fault
from storage.values_themes import slug_of
from storage.versions import Versioned, keep_version, newest_version

_LIST = b"pages"


async def list_pages(database: Database) -> list[Page]:
    """The introductions, then the free pages by title."""
    async with database.read() as connection:
        found = [_page(row) for row in await connection.execute(_newest())]
    return sorted(
        found, key=lambda page: (page.kind is PageKind.FREE, page.content.title.casefold(), page.id)
    )


async def get_page(database: Database, page_id: int) -> Page | None:
    async with database.read() as connection:
        row = (await connection.execute(_newest().where(PAGE.c.id == page_id))).first()
        return None if row is None else _page(row)


async def public_page(database: Database, kind: PageKind, slug: str) -> PageContent | None:
    """What everybody reads under this name."""
    its = _public().where(PAGE.c.kind == str(kind), PAGE.c.slug == slug)
    async with database.read() as connection:
        row = (await connection.execute(its)).first()
        return None if row is None else PageContent.read(json.loads(row.content))


async def listed_pages(database: Database) -> list[tuple[str, str]]:
    """The addresses and titles of the public pages that are listed, by title."""
    async with database.read() as connection:
        rows = (await connection.execute(_public().where(PAGE.c.kind == str(PageKind.FREE)))).all()
    read = [(row.slug, PageContent.read(json.loads(row.content))) for row in rows]
    listed = [(f"/pages/{slug}", content.title) for slug, content in read if content.is_listed]
    return sorted(listed, key=lambda one: one[1].casefold())


async def begin_page(
    database: Database, content: PageContent, op: str, *, by: int, now: int
) -> int | PageFault:
    """Keep a new free page, which nobody reads yet; its id. The same op again finds the one that it made."""

    def work(connection: sa.Connection) -> int | PageFault:
        hold(connection, _LIST)
        own = f"{by} {op}"
        before = connection.execute(sa.select(PAGE.c.id).where(PAGE.c.op == own)).scalar()
        if before is not None:
            return int(before)
        if fault := page_fault(PageKind.FREE, content):
            return fault
        slug = slug_of(content.title, frozenset(connection.scalars(sa.select(PAGE.c.slug))))
        new = sa.insert(PAGE).values(kind=str(PageKind.FREE), slug=slug, op=own)
        (page,) = connection.execute(new).inserted_primary_key or (0,)
        _keep(connection, int(page), content, by, now)
        _note(connection, by, Action.PAGE_SAVED, page, {"title": content.title, "revision": 1}, now)
        return int(page)

    return await database.write(work, idempotent=True)


async def save_page(
    database: Database,
    page_id: int,
    content: PageContent,
    *,
    upon: int,
    by: int,
    now: int,
    restored: int | None = None,
) -> PageFault | None:
    """Keep a new version upon the version ``upon``; what everybody reads stays as it is."""

    def work(connection: sa.Connection) -> PageFault | None:
        row = _locked(connection, page_id)
        if row is None:
            return PageFault.UNKNOWN
        number = newest_version(connection, Versioned.PAGE, page_id)
        if number and _content(connection, page_id, number) == content:
            return None
        if number != upon:
            return PageFault.CHANGED
        if fault := page_fault(PageKind(row.kind), content):
            return fault
        kept = _keep(connection, page_id, content, by, now)
        detail: dict[str, object] = {"title": content.title or row.slug, "revision": kept}
        if restored is not None:
            detail["restored"] = restored
        action = Action.PAGE_SAVED if restored is None else Action.PAGE_RESTORED
        _note(connection, by, action, page_id, detail, now)
        return None

    return await database.write(work, idempotent=True)


async def publish_page(database: Database, page_id: int, *, upon: int, by: int, now: int) -> PageFault | None:
    """Have everybody read the newest version, which is ``upon``."""

    def work(connection: sa.Connection) -> PageFault | None:
        row = _locked(connection, page_id)
        if row is None or not upon:
            return PageFault.UNKNOWN
        if newest_version(connection, Versioned.PAGE, page_id) != upon:
            return PageFault.CHANGED
        if row.shown == upon:
            return None
        connection.execute(sa.update(PAGE).where(PAGE.c.id == page_id).values(shown=upon))
        _note(connection, by, Action.PAGE_PUBLISHED, page_id, {"title": row.slug, "revision": upon}, now)
        return None

    return await database.write(work, idempotent=True)


async def withdraw_page(database: Database, page_id: int, *, by: int, now: int) -> PageFault | None:
    """Have nobody read it any more; its versions stay."""

    def work(connection: sa.Connection) -> PageFault | None:
        row = _locked(connection, page_id)
        if row is None:
            return PageFault.UNKNOWN
        if row.shown is None:
            return None
        connection.execute(sa.update(PAGE).where(PAGE.c.id == page_id).values(shown=None))
        detail = {"title": row.slug, "revision": row.shown}
        _note(connection, by, Action.PAGE_WITHDRAWN, page_id, detail, now)
        return None

    return await database.write(work, idempotent=True)


# --- within a transaction


def _locked(connection: sa.Connection, page_id: int) -> Any:
    return connection.execute(sa.select(PAGE).where(PAGE.c.id == page_id).with_for_update()).first()


def _keep(connection: sa.Connection, page_id: int, content: PageContent, by: int, now: int) -> int:
    return keep_version(connection, Versioned.PAGE, page_id, asdict(content), by, now)


def _content(connection: sa.Connection, page_id: int, number: int) -> PageContent:
    its = sa.and_(
        VERSION.c.kind == str(Versioned.PAGE), VERSION.c.subject_id == page_id, VERSION.c.number == number
    )
    written = connection.execute(sa.select(VERSION.c.content).where(its)).scalar_one()
    return PageContent.read(json.loads(written))


def _note(
    connection: sa.Connection,
    by: int,
    action: Action,
    page: int,
    detail: Mapping[str, object],
    now: int,
) -> None:
    audit.note(connection, by, action, SubjectKind.PAGE, page, detail, now)


# --- reading


_OF_PAGE = sa.and_(VERSION.c.kind == str(Versioned.PAGE), VERSION.c.subject_id == PAGE.c.id)


def _newest() -> sa.Select[tuple[object, ...]]:
    others = VERSION.alias("others")
    number = (
        sa.select(sa.func.max(others.c.number))
        .where(others.c.kind == str(Versioned.PAGE), others.c.subject_id == PAGE.c.id)
        .correlate(PAGE)
        .scalar_subquery()
    )
    newest = sa.and_(_OF_PAGE, VERSION.c.number == number)
    return (
        sa.select(PAGE, VERSION.c.number, VERSION.c.content, VERSION.c.at, STAFF.c.name)
        .select_from(PAGE.outerjoin(VERSION, newest).outerjoin(STAFF, STAFF.c.id == VERSION.c.staff_id))
        .order_by(PAGE.c.id)
    )


def _public() -> sa.Select[tuple[object, ...]]:
    shown = PAGE.join(VERSION, sa.and_(_OF_PAGE, VERSION.c.number == PAGE.c.shown))
    return sa.select(PAGE.c.slug, VERSION.c.content).select_from(shown)


def _page(row: Row[Any]) -> Page:
    content = PageContent() if row.content is None else PageContent.read(json.loads(row.content))
    kind = PageKind(row.kind)
    return Page(row.id, kind, row.slug, row.number or 0, row.shown, content, row.name or "", row.at)
