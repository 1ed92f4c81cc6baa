"""Who is reminded of ideas whose days run out: a digest a day for each referent, of each idea once a kind."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from storage import outbox
from storage.database import Database
from storage.keys import Keys
from storage.referents import ANSWERED_AT, ASSIGNEE, KINDS, SINCE
from storage.sealing import Broken
from storage.statements import hold
from storage.tables import TOPIC
from storage.tables_outbox import MAIL
from storage.tables_referents import REMINDED
from storage.tables_staff import STAFF, STAFF_ROLE, STAFF_THEME
from storage.values_contact import NewMail
from storage.values_follow_up import midnight
from storage.values_referents import REMIND_AT, Digest, Reminder, ReminderKind
from storage.values_staff import Role

HOUR = 8
"""Of the morning, in the Région: no reminder is written before."""

MOST_REMINDERS = 200
"""In one digest; what is more comes the next day."""

Notice = Callable[[Digest], NewMail]

_HERE = ZoneInfo("Europe/Paris")
_ALL = b"reminders of referents"


def is_time(now: int) -> bool:
    return datetime.fromtimestamp(now / 1000, _HERE).hour >= HOUR


def op_of(staff_id: int, day: str) -> str:
    """The op of a digest's mail: the outbox takes it once."""
    return f"reminder {staff_id} {day}"


async def remind(database: Database, keys: Keys, now: int, notice: Notice) -> int:
    """Write today's digests that were not written yet; how many. Nodes take turns, so each is written once.

    Raises OutboxFull, before anything of a digest is written.
    """
    if not is_time(now):
        return 0
    written = 0
    for staff_id in await _owed(database, now):
        written += await database.write(lambda connection: _digest(connection, keys, staff_id, now, notice))  # noqa: B023 - awaited here
    return written


async def _owed(database: Database, now: int) -> list[int]:
    """Referents for whom there is something that they were not told, and no digest today; reading only."""
    async with database.read() as connection:
        staff_ids = [int(one) for one in (await connection.execute(_referents())).scalars()]
        owed = []
        for staff_id in staff_ids:
            done = sa.select(MAIL.c.id).where(MAIL.c.op == op_of(staff_id, _day(now)))
            if (await connection.execute(done)).first() is None:
                if (await connection.execute(_due(staff_id, now).limit(1))).first() is not None:
                    owed.append(staff_id)
    return owed


def _digest(connection: sa.Connection, keys: Keys, staff_id: int, now: int, notice: Notice) -> int:
    hold(connection, _ALL)
    row = connection.execute(
        sa.select(STAFF).where(STAFF.c.id == staff_id, STAFF.c.closed_at.is_(None))
    ).first()
    found = connection.execute(_due(staff_id, now).limit(MOST_REMINDERS)).all()
    if row is None or not found:
        return 0
    try:
        email = keys.staff.open(row.sealed_email, "email")
    except Broken:
        return 0
    reminders = tuple(
        Reminder(ReminderKind(each.kind), each.id, each.title, each.since, each.assignee is not None)
        for each in found
    )
    digest = Digest(staff_id, row.name, email, _day(now), reminders, now)
    if not outbox.put(connection, keys, notice(digest), now):
        return 0
    connection.execute(
        sa.insert(REMINDED),
        [
            {"staff_id": staff_id, "topic_id": one.topic, "kind": str(one.kind), "at": now}
            for one in reminders
        ],
    )
    return 1


def _referents() -> sa.Select[tuple[Any]]:
    return (
        sa.select(STAFF.c.id)
        .join(STAFF_ROLE, STAFF_ROLE.c.staff_id == STAFF.c.id)
        .where(STAFF.c.closed_at.is_(None), STAFF_ROLE.c.role == str(Role.REFERENT))
        .order_by(STAFF.c.id)
    )


def _due(staff_id: int, now: int) -> sa.Select[Any]:
    """What somebody is to be told of today, the most urgent first: theirs, and what nobody has of their themes."""
    kind = sa.case(
        *(
            (SINCE < midnight(now, 1 - REMIND_AT[one]), str(one))
            for one in (ReminderKind.OVERDUE, ReminderKind.TWO, ReminderKind.FIVE)
        ),
        else_=None,
    )
    told = sa.select(REMINDED.c.kind).where(
        REMINDED.c.staff_id == staff_id, REMINDED.c.topic_id == TOPIC.c.id, REMINDED.c.kind == kind
    )
    own_themes = sa.select(STAFF_THEME.c.theme_id).where(STAFF_THEME.c.staff_id == staff_id)
    return (
        sa.select(
            TOPIC.c.id, TOPIC.c.title, SINCE.label("since"), kind.label("kind"), ASSIGNEE.label("assignee")
        )
        .where(
            TOPIC.c.withdrawn_at.is_(None),
            TOPIC.c.kind.in_([str(one) for one in KINDS]),
            TOPIC.c.theme_id.in_(own_themes),
            ANSWERED_AT.is_(None),
            kind.is_not(None),
            sa.or_(ASSIGNEE.is_(None), ASSIGNEE == staff_id),
            ~told.exists(),
        )
        .order_by(SINCE, TOPIC.c.id)
    )


def _day(now: int) -> str:
    return datetime.fromtimestamp(now / 1000, _HERE).date().isoformat()
