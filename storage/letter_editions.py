"""The issues on their way: drafts and their versions, when they are sent, and what stops them."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage import audit
from storage.database import Database
from storage.letter_deliveries import enrol
from storage.letter_text import blocks_of, letter_fault, renewed
from storage.statements import hold
from storage.tables_letter import LETTER_ISSUE
from storage.tables_letter_sending import LETTER_DELIVERY, LETTER_EDITION, LETTER_VERSION
from storage.tables_staff import STAFF
from storage.values_audit import Action, SubjectKind
from storage.values_letter import (
    DeliveryState,
    Edition,
    EditionState,
    EditionVersion,
    LetterFault,
    Section,
)

MOST_EDITIONS = 60
MOST_VERSIONS = 30
_HOUSE = b"the letter's issues"


async def create(
    database: Database, month: str, title: str, made: Iterable[Section], staff_id: int, now: int
) -> int:
    """The number of the month's issue: the one that is there, else a new draft."""
    sections = _json(made)

    def work(connection: sa.Connection) -> int:
        hold(connection, _HOUSE)
        there = sa.select(LETTER_EDITION.c.number).where(
            LETTER_EDITION.c.month == month, LETTER_EDITION.c.state != str(EditionState.CANCELLED)
        )
        if (known := connection.execute(there).scalar()) is not None:
            return int(known)
        highest = [
            connection.execute(sa.select(sa.func.max(table.c.number))).scalar() or 0
            for table in (LETTER_ISSUE, LETTER_EDITION)
        ]
        number = max(highest) + 1
        connection.execute(
            sa.insert(LETTER_EDITION).values(
                number=number,
                month=month,
                title=title,
                sections=sections,
                version=1,
                state=str(EditionState.DRAFT),
                trouble="",
                changed_at=now,
                changed_by=staff_id,
            )
        )
        _keep_version(connection, number, 1, title, sections, staff_id, now)
        _note(connection, staff_id, Action.LETTER_BEGUN, number, {"month": month}, now)
        return number

    return await database.write(work, idempotent=True)


async def save(
    database: Database,
    number: int,
    version: int,
    title: str,
    sections: Sequence[Section],
    staff_id: int,
    now: int,
) -> LetterFault | None:
    """Keep a draft that was read as ``version``; STALE where somebody has kept another meanwhile."""
    if fault := letter_fault(title, sections):
        return fault
    return await _change(
        database, number, version, lambda _: (title, tuple(sections)), Action.LETTER_EDITED, staff_id, now
    )


async def renew(
    database: Database, number: int, version: int, made: Sequence[Section], staff_id: int, now: int
) -> LetterFault | None:
    """Make a draft anew from what the month has become; what was edited stays."""
    return await _change(
        database,
        number,
        version,
        lambda row: (row.title, renewed(_sections(row.sections), made)),
        Action.LETTER_RENEWED,
        staff_id,
        now,
    )


async def restore(
    database: Database, number: int, version: int, wanted: int, staff_id: int, now: int
) -> LetterFault | None:
    """Put an earlier version in place of the newest, which is kept too."""
    async with database.read() as connection:
        its = (LETTER_VERSION.c.number == number) & (LETTER_VERSION.c.version == wanted)
        row = (await connection.execute(sa.select(LETTER_VERSION).where(its))).first()
    if row is None:
        return LetterFault.UNKNOWN
    before = (row.title, _sections(row.sections))
    return await _change(database, number, version, lambda _: before, Action.LETTER_EDITED, staff_id, now)


async def schedule(database: Database, number: int, at: int, staff_id: int, now: int) -> LetterFault | None:
    """Have a draft sent at an instant, or at another than it was."""

    def work(connection: sa.Connection) -> LetterFault | None:
        row = _locked(connection, number)
        if row is None:
            return LetterFault.UNKNOWN
        if row.state not in (EditionState.DRAFT, EditionState.SCHEDULED):
            return LetterFault.WRONG_STATE
        if not blocks_of(_sections(row.sections)):
            return LetterFault.EMPTY
        _set(connection, number, state=str(EditionState.SCHEDULED), scheduled_at=at)
        _note(connection, staff_id, Action.LETTER_SCHEDULED, number, {"at": at}, now)
        return None

    return await database.write(work, idempotent=True)


_MOVES = {
    EditionState.DRAFT: (Action.LETTER_UNSCHEDULED, (EditionState.SCHEDULED,)),
    EditionState.PAUSED: (Action.LETTER_PAUSED, (EditionState.SENDING,)),
    EditionState.SENDING: (Action.LETTER_RESUMED, (EditionState.PAUSED,)),
    EditionState.CANCELLED: (
        Action.LETTER_CANCELLED,
        (EditionState.DRAFT, EditionState.SENDING, EditionState.PAUSED),
    ),
}
"""What staff may turn an issue into, and out of what."""


async def turn(
    database: Database, number: int, into: EditionState, staff_id: int, now: int
) -> LetterFault | None:
    """Back to a draft, pause, resume, or give up what was not sent; the mails in a node's hands still go."""
    if into not in _MOVES:
        return LetterFault.WRONG_STATE
    action, before = _MOVES[into]

    def work(connection: sa.Connection) -> LetterFault | None:
        row = _locked(connection, number)
        if row is None:
            return LetterFault.UNKNOWN
        if row.state not in before:
            return LetterFault.WRONG_STATE
        ended = {"ended_at": now} if into is EditionState.CANCELLED else {}
        _set(connection, number, state=str(into), **ended)
        if into is EditionState.CANCELLED:
            waits = LETTER_DELIVERY.c.state.in_([str(DeliveryState.WAITING), str(DeliveryState.CLAIMED)])
            given_up = sa.update(LETTER_DELIVERY).where(LETTER_DELIVERY.c.number == number, waits)
            connection.execute(given_up.values(state=str(DeliveryState.CANCELLED), claimed_by=None))
        _note(connection, staff_id, action, number, {}, now)
        return None

    return await database.write(work)


async def note_test(
    database: Database, number: int, staff_id: int, put: Callable[[sa.Connection], object], now: int
) -> None:
    """Have ``put`` write a test's mail, and the journal's line with it. Raises what ``put`` raises."""

    def work(connection: sa.Connection) -> None:
        put(connection)
        _note(connection, staff_id, Action.LETTER_TESTED, number, {}, now)

    await database.write(work)


async def is_sending_due(database: Database, now: int) -> bool:
    """Whether an issue is being sent or should begin; a look that costs the writer nothing."""
    begins = (LETTER_EDITION.c.state == str(EditionState.SCHEDULED)) & (LETTER_EDITION.c.scheduled_at <= now)
    sends = LETTER_EDITION.c.state == str(EditionState.SENDING)
    async with database.read() as connection:
        found = await connection.execute(
            sa.select(LETTER_EDITION.c.number).where(sa.or_(begins, sends)).limit(1)
        )
        return found.first() is not None


async def begin_due(database: Database, now: int) -> None:
    """Begin to send what is due: from now on it is in the archive, and has a row for each subscriber."""

    def work(connection: sa.Connection) -> None:
        hold(connection, _HOUSE)
        due = (LETTER_EDITION.c.state == str(EditionState.SCHEDULED)) & (LETTER_EDITION.c.scheduled_at <= now)
        for row in connection.execute(sa.select(LETTER_EDITION).where(due)).all():
            _set(connection, row.number, state=str(EditionState.SENDING), started_at=now)
            blocks = [asdict(block) for block in blocks_of(_sections(row.sections))]
            connection.execute(
                sa.insert(LETTER_ISSUE).values(
                    number=row.number,
                    title=row.title,
                    blocks=json.dumps(blocks, ensure_ascii=False),
                    sent_at=now,
                )
            )
            enrol(connection, row.number, now)

    await database.write(work, idempotent=True)


async def tell_trouble(database: Database, number: int, trouble: str) -> None:
    """Why nothing leaves at the moment, a code; empty: mails leave."""
    other = (LETTER_EDITION.c.number == number) & (LETTER_EDITION.c.trouble != trouble)
    statement = sa.update(LETTER_EDITION).where(other).values(trouble=trouble)
    await database.write(lambda connection: connection.execute(statement), idempotent=True)


async def sending(database: Database) -> list[Edition]:
    """The issues that are being sent, the newest first."""
    return await _editions(database, LETTER_EDITION.c.state == str(EditionState.SENDING))


async def edition(database: Database, number: int) -> Edition | None:
    found = await _editions(database, LETTER_EDITION.c.number == number)
    return found[0] if found else None


async def editions(database: Database) -> list[Edition]:
    """The newest first."""
    return await _editions(database, sa.true())


async def versions(database: Database, number: int) -> list[EditionVersion]:
    """The newest first, without what they say."""
    columns = (LETTER_VERSION.c.version, LETTER_VERSION.c.title, LETTER_VERSION.c.at, STAFF.c.name)
    statement = (
        sa.select(*columns)
        .outerjoin(STAFF, STAFF.c.id == LETTER_VERSION.c.staff_id)
        .where(LETTER_VERSION.c.number == number)
        .order_by(LETTER_VERSION.c.version.desc())
        .limit(MOST_VERSIONS)
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [EditionVersion(row.version, row.title, row.at, row.name or "") for row in rows]


async def _editions(database: Database, where: sa.ColumnElement[bool]) -> list[Edition]:
    statement = (
        sa.select(LETTER_EDITION, STAFF.c.name)
        .outerjoin(STAFF, STAFF.c.id == LETTER_EDITION.c.changed_by)
        .where(where)
        .order_by(LETTER_EDITION.c.number.desc())
        .limit(MOST_EDITIONS)
    )
    async with database.read() as connection:
        return [_edition(row) for row in await connection.execute(statement)]


async def _change(
    database: Database,
    number: int,
    version: int,
    change: Callable[[Row[tuple[object, ...]]], tuple[str, tuple[Section, ...]]],
    action: Action,
    staff_id: int,
    now: int,
) -> LetterFault | None:
    def work(connection: sa.Connection) -> LetterFault | None:
        row = _locked(connection, number)
        if row is None:
            return LetterFault.UNKNOWN
        if not EditionState(row.state).is_editable:
            return LetterFault.NOT_EDITABLE
        if row.version != version:
            return LetterFault.STALE
        title, sections = change(row)
        text = _json(sections)
        changed = {"title": title.strip(), "sections": text, "version": version + 1}
        _set(connection, number, **changed, changed_at=now, changed_by=staff_id)
        _keep_version(connection, number, version + 1, title.strip(), text, staff_id, now)
        _note(connection, staff_id, action, number, {"version": version + 1}, now)
        return None

    return await database.write(work)


def _locked(connection: sa.Connection, number: int) -> Row[tuple[object, ...]] | None:
    statement = sa.select(LETTER_EDITION).where(LETTER_EDITION.c.number == number)
    return connection.execute(statement.with_for_update()).first()


def _set(connection: sa.Connection, number: int, **values: object) -> None:
    connection.execute(sa.update(LETTER_EDITION).where(LETTER_EDITION.c.number == number).values(**values))


def _keep_version(
    connection: sa.Connection, number: int, version: int, title: str, sections: str, staff_id: int, now: int
) -> None:
    kept = {"number": number, "version": version, "title": title, "sections": sections}
    connection.execute(sa.insert(LETTER_VERSION).values(**kept, at=now, staff_id=staff_id))


def _note(
    connection: sa.Connection, staff_id: int, action: Action, number: int, detail: dict[str, object], now: int
) -> None:
    audit.note(connection, staff_id, action, SubjectKind.LETTER, number, detail, now)


def _json(sections: Iterable[Section]) -> str:
    return json.dumps([asdict(section) for section in sections], ensure_ascii=False)


def _sections(text: str) -> tuple[Section, ...]:
    return tuple(Section(**one) for one in json.loads(text))


def _edition(row: Row[tuple[object, ...]]) -> Edition:
    return Edition(
        number=row.number,
        month=row.month,
        title=row.title,
        sections=_sections(row.sections),
        version=row.version,
        state=EditionState(row.state),
        scheduled_at=row.scheduled_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        trouble=row.trouble,
        changed_at=row.changed_at,
        changed_by=row.name or "",
    )
