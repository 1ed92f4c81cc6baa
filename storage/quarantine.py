"""Votes that are set aside by rule, and brought back; by whom, when and why is kept.

Everything is decided behind the lock of the topic's tally, in one transaction with what it changes.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from realtime.disclosure import ROUNDING
from storage import audit
from storage.books import Books
from storage.database import Database
from storage.keys import Keys
from storage.meeting import Met, read_ballots, rule_of, weighed
from storage.statements import Insert
from storage.tables import TOPIC
from storage.tables_quarantine import QUARANTINE, SET_ASIDE
from storage.tables_staff import STAFF
from storage.values_audit import Action, SubjectKind
from storage.values_quarantine import (
    LONGEST_REASON,
    MOST_OF_A_TOPIC,
    NewQuarantine,
    NotSetAside,
    Quarantine,
    QuarantineFault,
    Rule,
    Step,
)

READING_SECONDS = 5.0


async def set_aside(database: Database, keys: Keys, new: NewQuarantine, now: int) -> Quarantine | NotSetAside:
    """Set aside what a rule meets; its ``deltas`` are to be published. The same op again gives what it made."""

    def work(connection: sa.Connection) -> Quarantine | NotSetAside:
        books = _locked(connection, keys, new.rule.topic, now)
        made = _quarantine(connection, QUARANTINE.c.op == new.op)
        if made is not None:
            return made
        fault = _reason_fault(new.reason)
        if fault is not None:
            return NotSetAside(fault)
        met = weighed(connection, books, new.rule, now)
        return met if isinstance(met, NotSetAside) else _enter(connection, books, new, met, now)

    return await database.write(work, idempotent=True)


async def weigh(database: Database, keys: Keys, rule: Rule, now: int) -> int | NotSetAside:
    """How many ballots a rule would set aside, rounded down to five; nothing is changed."""

    def work(connection: sa.Connection) -> int | NotSetAside:
        met = weighed(connection, _locked(connection, keys, rule.topic, now), rule, now)
        return met if isinstance(met, NotSetAside) else _rounded(met.counted)

    return await database.write(work, idempotent=True)


async def bring_back(
    database: Database, keys: Keys, quarantine_id: int, staff: int, reason: str, now: int
) -> Quarantine | NotSetAside:
    """Undo a quarantine: what no other one holds counts again, as its voters want it by now."""

    def work(connection: sa.Connection) -> Quarantine | NotSetAside:
        found = _quarantine(connection, QUARANTINE.c.id == quarantine_id)
        if found is None:
            return NotSetAside(QuarantineFault.UNKNOWN)
        books = _locked(connection, keys, found.rule.topic, now)
        found = _quarantine(connection, QUARANTINE.c.id == quarantine_id) or found  # as it is behind the lock
        if not found.stands:
            return NotSetAside(QuarantineFault.ALREADY_BACK, found.undone_by)
        fault = _reason_fault(reason)
        if fault is not None:
            return NotSetAside(fault)
        return _leave(connection, books, found, staff, reason, now)

    return await database.write(work, idempotent=True)


async def get_quarantine(database: Database, quarantine_id: int) -> Quarantine | None:
    async with database.read() as connection:
        row = (await connection.execute(_QUARANTINES.where(QUARANTINE.c.id == quarantine_id))).first()
        return None if row is None else quarantine_of(row)


async def quarantines(
    database: Database, *, topic: int | None = None, before: int | None = None, limit: int = 50
) -> list[Quarantine]:
    """Those of a topic, or all; the newest first."""
    statement = _QUARANTINES
    if topic is not None:
        statement = statement.where(QUARANTINE.c.topic_id == topic)
    if before is not None:
        statement = statement.where(QUARANTINE.c.id < before)
    async with database.read(READING_SECONDS) as connection:
        rows = await connection.execute(statement.order_by(QUARANTINE.c.id.desc()).limit(limit))
        return [quarantine_of(row) for row in rows]


async def steps(database: Database, topic: int) -> list[Step]:
    """What is told beside a topic's time line, the oldest first."""
    found = await quarantines(database, topic=topic, limit=MOST_OF_A_TOPIC)
    told = [Step(one.at, False, one.ballots, one.reason) for one in found]
    told += [
        Step(one.undone_at, True, one.returned or 0, one.undone_reason)
        for one in found
        if one.undone_at is not None
    ]
    return sorted(told, key=lambda step: (step.at, step.is_return))


def _locked(connection: sa.Connection, keys: Keys, topic: int, now: int) -> Books:
    books = Books(keys, now)
    books.lock(connection, [topic])
    return books


def _enter(connection: sa.Connection, books: Books, new: NewQuarantine, met: Met, now: int) -> Quarantine:
    rule, before = new.rule, books.topics[new.rule.topic].ledger.headline
    for name in _in_order(books, rule.topic, met.names):
        books.set_aside((rule.topic, name))
    after = books.topics[rule.topic].ledger.headline
    row: dict[str, Any] = {
        "op": new.op,
        "topic_id": rule.topic,
        "since": rule.since,
        "until": rule.until,
        "only_new": rule.only_new,
        "network": rule.network,
        "reason": new.reason,
        "staff_id": new.staff,
        "at": now,
        "ballots": before.voters - after.voters,
        "plus": before.plus - after.plus,
        "undone_reason": "",
    }
    (made,) = connection.execute(sa.insert(QUARANTINE).values(row)).inserted_primary_key or (0,)
    _INSERT_MEMBERS(connection, [{"quarantine_id": made, "voter_key": name} for name in met.names])
    deltas = books.write(connection)
    detail = {"quarantine": made, **_told(rule), "reason": new.reason, "ballots": _rounded(met.counted)}
    audit.note(connection, new.staff, Action.VOTES_SET_ASIDE, SubjectKind.TOPIC, rule.topic, detail, now)
    return _made(connection, made, deltas)


def _leave(
    connection: sa.Connection, books: Books, found: Quarantine, staff: int, reason: str, now: int
) -> Quarantine:
    topic = found.rule.topic
    members = sa.select(SET_ASIDE.c.voter_key).where(SET_ASIDE.c.quarantine_id == found.id)
    names = set(connection.execute(members).scalars())
    read_ballots(connection, books, topic, names)
    before = books.topics[topic].ledger.headline
    for name in _in_order(books, topic, names):
        books.bring_back((topic, name))
    after = books.topics[topic].ledger.headline
    ended = {
        "undone_at": now,
        "undone_by": staff,
        "undone_reason": reason,
        "returned": after.voters - before.voters,
        "returned_plus": after.plus - before.plus,
    }
    connection.execute(sa.update(QUARANTINE).where(QUARANTINE.c.id == found.id).values(ended))
    deltas = books.write(connection)
    made = _made(connection, found.id, deltas)
    detail = {"quarantine": found.id, "reason": reason, "ballots": made.returned}
    audit.note(connection, staff, Action.VOTES_BROUGHT_BACK, SubjectKind.TOPIC, topic, detail, now)
    return made


def _in_order(books: Books, topic: int, names: Iterable[bytes]) -> list[bytes]:
    return sorted(names, key=lambda name: books.ballots[topic, name].seq)


def _told(rule: Rule) -> dict[str, object]:
    """What of a rule stands in the journal."""
    since, until = [datetime.fromtimestamp(minute * 60, UTC) for minute in (rule.since, rule.until)]
    told: dict[str, object] = {"span": f"{since:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M}"}
    if rule.only_new:
        told["new-devices"] = True
    if rule.network is not None:
        told["network"] = rule.network
    return told


def _reason_fault(reason: str) -> QuarantineFault | None:
    if not reason:
        return QuarantineFault.NO_REASON
    return QuarantineFault.LONG_REASON if len(reason) > LONGEST_REASON else None


def _rounded(number: int) -> int:
    return number - number % ROUNDING


_UNDOER = STAFF.alias("undoer")
_QUARANTINES = (
    sa.select(
        QUARANTINE, TOPIC.c.title, STAFF.c.name.label("by_name"), _UNDOER.c.name.label("undone_by_name")
    )
    .join(TOPIC, TOPIC.c.id == QUARANTINE.c.topic_id)
    .join(STAFF, STAFF.c.id == QUARANTINE.c.staff_id)
    .outerjoin(_UNDOER, _UNDOER.c.id == QUARANTINE.c.undone_by)
)


def _quarantine(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Quarantine | None:
    row = connection.execute(_QUARANTINES.where(which)).first()
    return None if row is None else quarantine_of(row)


def _made(connection: sa.Connection, quarantine_id: int, deltas: Iterable[Any]) -> Quarantine:
    found = _quarantine(connection, QUARANTINE.c.id == quarantine_id)
    assert found is not None  # noqa: S101 - within its own transaction it is there
    return replace(found, deltas=tuple(deltas))


def quarantine_of(row: sa.Row[tuple[object, ...]]) -> Quarantine:
    return Quarantine(
        id=row.id,
        rule=rule_of(row),
        reason=row.reason,
        by=row.by_name,
        at=row.at,
        ballots=_rounded(row.ballots),
        undone_at=row.undone_at,
        undone_by=row.undone_by_name or "",
        undone_reason=row.undone_reason,
        returned=None if row.returned is None else _rounded(row.returned),
        title=row.title,
    )


_INSERT_MEMBERS = Insert(SET_ASIDE)
