"""What staff switch for everybody: posting, the votes on a topic, a banner. What is on, since when, and what was.

A row is one time that something was on; the newest wins. Whether votes or posts are taken is read in the very
transaction that would take them, so that it holds on all nodes from the commit of the switch on.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Row

from realtime.notice import Banner, Notice, Severity
from storage import audit
from storage.database import Database
from storage.marks import Mark, raise_mark, read_marks
from storage.opened import opened_lately
from storage.statements import hold, lock_tallies
from storage.tables import TOPIC
from storage.tables_staff import STAFF
from storage.tables_switches import SWITCH
from storage.values_audit import Action, SubjectKind
from storage.values_switches import MOST_PAUSED, NewSwitch, Switched, SwitchKind, SwitchRefusal

ROWS_A_PAGE = 30

_ON = SWITCH.c.ended_at.is_(None)
_HOUSE = b"switches for everybody"

_TURNED_ON = {
    SwitchKind.POSTING: Action.POSTING_PAUSED,
    SwitchKind.VOTING: Action.VOTES_PAUSED,
    SwitchKind.BANNER: Action.BANNER_SHOWN,
}
_TURNED_OFF = {
    SwitchKind.POSTING: Action.POSTING_RESUMED,
    SwitchKind.VOTING: Action.VOTES_RESUMED,
    SwitchKind.BANNER: Action.BANNER_REMOVED,
}


async def turn_on(database: Database, new: NewSwitch, staff_id: int, now: int) -> int | SwitchRefusal:
    """Switch something on, in place of what is on of its kind (votes: on its topic); the id of its row.

    The same op again gives the row that it made.
    """

    def work(connection: sa.Connection) -> int | SwitchRefusal:
        hold(connection, _HOUSE)
        op = f"{staff_id} {new.op}"
        before = connection.execute(sa.select(SWITCH.c.id).where(SWITCH.c.op == op)).scalar()
        if before is not None:
            return int(before)
        if new.topic is not None and (refusal := _refused(connection, new.topic)) is not None:
            return refusal
        connection.execute(sa.update(SWITCH).where(_same(new)).values(ended_at=now, ended_by=staff_id))
        (row_id,) = connection.execute(
            sa.insert(SWITCH).values(
                op=op,
                kind=str(new.kind),
                topic_id=new.topic,
                text=new.text,
                severity=new.severity and str(new.severity),
                until=new.until,
                reason=new.reason,
                staff_id=staff_id,
                at=now,
                ended_reason="",
            )
        ).inserted_primary_key or (0,)
        detail = {"switch": row_id, "text": new.text, "reason": new.reason, "until": new.until or ""}
        _note(connection, staff_id, _TURNED_ON[new.kind], new.topic, detail, now)
        return int(row_id)

    return await database.write(work, idempotent=True)


async def turn_off(
    database: Database, switch_id: int, staff_id: int, reason: str, now: int
) -> SwitchRefusal | None:
    """Switch off what is on; ALREADY_OFF where it is not any more, or never was."""

    def work(connection: sa.Connection) -> SwitchRefusal | None:
        hold(connection, _HOUSE)
        mine = (SWITCH.c.id == switch_id) & _ON
        row = connection.execute(sa.select(SWITCH.c.kind, SWITCH.c.topic_id).where(mine)).first()
        if row is None:
            return SwitchRefusal.ALREADY_OFF
        ended = {"ended_at": now, "ended_by": staff_id, "ended_reason": reason}
        connection.execute(sa.update(SWITCH).where(mine).values(ended))
        detail = {"switch": switch_id, "reason": reason}
        _note(connection, staff_id, _TURNED_OFF[SwitchKind(row.kind)], row.topic_id, detail, now)
        return None

    return await database.write(work)


def is_posting_paused(connection: sa.Connection) -> bool:
    """Within the transaction that would keep a post."""
    on = sa.select(SWITCH.c.id).where(SWITCH.c.kind == str(SwitchKind.POSTING), _ON)
    return connection.execute(on.limit(1)).first() is not None


def paused_among(topics: sa.ColumnElement[bool]) -> sa.Select[tuple[int]]:
    """Those topics whose votes are paused; ``topics`` narrows ``SWITCH.c.topic_id`` down."""
    return sa.select(SWITCH.c.topic_id).where(SWITCH.c.kind == str(SwitchKind.VOTING), _ON, topics)


async def current_notice(database: Database, now: int) -> Notice:
    """What everybody is to be told, under a number that rises with each switch and each subject that opens."""
    async with database.read() as connection:
        marks = await read_marks(connection)
        rows = (await connection.execute(sa.select(SWITCH).where(_ON).order_by(SWITCH.c.id))).all()
    by_kind = {SwitchKind(row.kind): row for row in rows}
    posting, banner = by_kind.get(SwitchKind.POSTING), by_kind.get(SwitchKind.BANNER)
    return Notice(
        number=marks[Mark.SWITCHES] + marks[Mark.SCHEDULE],
        posting=None if posting is None else posting.text,
        banner=None if banner is None else Banner(banner.text, Severity(banner.severity), banner.until),
        paused={row.topic_id: row.text for row in rows if row.kind == SwitchKind.VOTING},
        fresh=await opened_lately(database, now),
    ).at(now)


async def switched_on(database: Database, now: int) -> list[Switched]:
    """What is on, the newest first."""
    async with database.read() as connection:
        rows = await connection.execute(_SWITCHES.where(_ON).order_by(SWITCH.c.id.desc()))
        return [one for one in map(_switched, rows) if one.is_on(now)]


async def get_switched(database: Database, switch_id: int) -> Switched | None:
    async with database.read() as connection:
        row = (await connection.execute(_SWITCHES.where(SWITCH.c.id == switch_id))).first()
        return None if row is None else _switched(row)


async def switch_history(
    database: Database, before: int | None = None, limit: int = ROWS_A_PAGE
) -> list[Switched]:
    """All that was ever on, the newest first, those older than the row ``before``."""
    statement = _SWITCHES if before is None else _SWITCHES.where(SWITCH.c.id < before)
    async with database.read() as connection:
        rows = await connection.execute(statement.order_by(SWITCH.c.id.desc()).limit(limit))
        return [_switched(row) for row in rows]


def _refused(connection: sa.Connection, topic: int) -> SwitchRefusal | None:
    """Behind the lock of the topic's tally: votes on their way are committed before, others read the pause."""
    lock_tallies(connection, [topic])
    if connection.execute(sa.select(TOPIC.c.id).where(TOPIC.c.id == topic)).first() is None:
        return SwitchRefusal.UNKNOWN_TOPIC
    others = sa.select(sa.func.count()).where(
        SWITCH.c.kind == str(SwitchKind.VOTING), _ON, SWITCH.c.topic_id != topic
    )
    return SwitchRefusal.TOO_MANY_PAUSED if connection.execute(others).scalar_one() >= MOST_PAUSED else None


def _same(new: NewSwitch) -> sa.ColumnElement[bool]:
    same = (SWITCH.c.kind == str(new.kind)) & _ON
    return same if new.topic is None else same & (SWITCH.c.topic_id == new.topic)


def _note(
    connection: sa.Connection,
    staff_id: int,
    action: Action,
    topic: int | None,
    detail: dict[str, object],
    now: int,
) -> None:
    kind = SubjectKind.SWITCH if topic is None else SubjectKind.TOPIC
    audit.note(connection, staff_id, action, kind, "" if topic is None else topic, detail, now)
    raise_mark(connection, Mark.SWITCHES)


_BY, _ENDED_BY = STAFF.alias("switched_by"), STAFF.alias("ended_by")

_SWITCHES = (
    sa.select(
        SWITCH,
        TOPIC.c.title,
        _BY.c.name.label("by_name"),
        _ENDED_BY.c.name.label("ended_by_name"),
    )
    .outerjoin(TOPIC, TOPIC.c.id == SWITCH.c.topic_id)
    .outerjoin(_BY, _BY.c.id == SWITCH.c.staff_id)
    .outerjoin(_ENDED_BY, _ENDED_BY.c.id == SWITCH.c.ended_by)
)


def _switched(row: Row[tuple[object, ...]]) -> Switched:
    return Switched(
        id=row.id,
        kind=SwitchKind(row.kind),
        topic=row.topic_id,
        title=row.title or "",
        text=row.text,
        severity=None if row.severity is None else Severity(row.severity),
        until=row.until,
        reason=row.reason,
        by=row.by_name or "",
        at=row.at,
        ended_at=row.ended_at,
        ended_by=row.ended_by_name or "",
        ended_reason=row.ended_reason,
    )
