"""Decisions of moderators about posts and topics: each made once, written down, and undone exactly.

All of them happen one after the other: people decide, a few times a second at the most. Of two who decide about the
same thing in the same instant one finds it decided, and is told by whom and what.
"""

import json
from typing import Any

import sqlalchemy as sa

from realtime.delta import Delta
from storage import audit
from storage.carried import take_back
from storage.claims import claim_of, release
from storage.database import Database
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.moderating import CHANGES, Before, put_back
from storage.statements import hold
from storage.tables import TOPIC_KEY
from storage.tables_moderation import DECISION, TOPIC_MERGE
from storage.tables_posts import POST
from storage.tables_staff import STAFF
from storage.values_audit import Action, SubjectKind
from storage.values_moderation import (
    UNDO_MS,
    Choice,
    Decision,
    ModerationFault,
    NewDecision,
    Refused,
    Sort,
    Subject,
)
from storage.values_posts import PostingRules

_ALL = b"decisions of moderators"

_NOTED = {
    Choice.APPROVE: Action.POST_APPROVED,
    Choice.REFUSE: Action.POST_REFUSED,
    Choice.JOIN: Action.POST_JOINED,
    Choice.THEME: Action.THEME_CHANGED,
    Choice.HIDE: Action.TOPIC_HIDDEN,
    Choice.RESTORE: Action.TOPIC_RESTORED,
    Choice.MERGE: Action.TOPIC_MERGED,
    Choice.KEEP: Action.REPORTS_SETTLED,
}


async def decide(
    database: Database, keys: Keys, new: NewDecision, rules: PostingRules, now: int
) -> Decision | Refused:
    """Make a decision; the same op of the same person again gives the one that it made."""
    op = f"{new.staff} {new.op}"

    def work(connection: sa.Connection) -> Decision | Refused:
        hold(connection, _ALL)
        made = _decision(connection, DECISION.c.op == op)
        if made is not None:
            return made
        if _is_own(connection, keys, new):
            return Refused(ModerationFault.OWN_POST)
        claim = claim_of(connection, new.subject, now)
        if claim is not None and claim.staff != new.staff:
            return Refused(ModerationFault.CLAIMED, claim.name)
        done = CHANGES[new.choice](connection, keys, new, rules, now)
        if isinstance(done, ModerationFault):
            return _told(connection, new.subject, done)
        before, reason = done
        decision = _write(connection, new, op, before, reason, now)
        if new.choice is not Choice.THEME:
            release(connection, new.subject)
        raise_mark(connection, Mark.DESK)
        return decision

    return await database.write(work, idempotent=True)


async def undo(database: Database, keys: Keys, decision_id: int, staff: int, now: int) -> Decision | Refused:
    """Put back what a decision changed: one's own of a moment ago, or whoever's and whenever where it is a merge.

    The decision's ``deltas`` are to be published. Undoing twice is undoing once.
    """

    def work(connection: sa.Connection) -> Decision | Refused:
        hold(connection, _ALL)
        row = connection.execute(_DECISIONS.where(DECISION.c.id == decision_id)).first()
        if row is None:
            return Refused(ModerationFault.UNKNOWN)
        found = _decision_of(row)
        if found.is_undone:
            return found
        may = found.choice is Choice.MERGE or (found.staff == staff and now - found.at <= UNDO_MS)
        if not may:
            return Refused(ModerationFault.TOO_LATE)
        is_merge = found.choice is Choice.MERGE
        if not is_merge and _was_decided_later(connection, row):
            return Refused(ModerationFault.MOVED_ON)
        if is_merge and not _can_vote_again(connection, found.subject):
            return Refused(ModerationFault.TOO_LATE)
        if not put_back(connection, json.loads(row.before), partly=is_merge):
            return Refused(ModerationFault.MOVED_ON)
        deltas = _unmerge(connection, keys, found.subject, now) if is_merge else []
        connection.execute(sa.update(DECISION).where(DECISION.c.id == row.id).values(undone_at=now))
        detail = {"choice": str(found.choice), "reason": found.reason}
        _note(connection, staff, Action.DECISION_UNDONE, found.subject, detail, now)
        raise_mark(connection, Mark.DESK)
        return _decision_of(row, is_undone=True, deltas=tuple(deltas))

    return await database.write(work)


async def last_decision(database: Database, subject: Subject) -> Decision | None:
    """What was decided last and stands."""
    newest = _DECISIONS.where(DECISION.c.subject == str(subject), DECISION.c.undone_at.is_(None))
    async with database.read() as connection:
        row = (await connection.execute(newest.order_by(DECISION.c.id.desc()).limit(1))).first()
        return None if row is None else _decision_of(row)


async def get_decision(database: Database, decision_id: int) -> Decision | None:
    async with database.read() as connection:
        row = (await connection.execute(_DECISIONS.where(DECISION.c.id == decision_id))).first()
        return None if row is None else _decision_of(row)


def _was_decided_later(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> bool:
    later = sa.select(DECISION.c.id).where(
        DECISION.c.subject == row.subject, DECISION.c.id > row.id, DECISION.c.undone_at.is_(None)
    )
    return connection.execute(later.limit(1)).first() is not None


def _can_vote_again(connection: sa.Connection, subject: Subject) -> bool:
    """Whether the topic's key is there still: it is destroyed some time after the vote has ended."""
    return (
        connection.execute(sa.select(TOPIC_KEY).where(TOPIC_KEY.c.topic_id == subject.id)).first() is not None
    )


def _unmerge(connection: sa.Connection, keys: Keys, subject: Subject, now: int) -> list[Delta]:
    """Behind the tally's lock no ballot comes over any more; those that did go back."""
    holds = (TOPIC_MERGE.c.topic_id == subject.id) & TOPIC_MERGE.c.undone_at.is_(None)
    row = connection.execute(sa.select(TOPIC_MERGE).where(holds)).first()
    if row is None:
        return []
    deltas = take_back(connection, keys, row.into_id, row.id, now)
    connection.execute(sa.update(TOPIC_MERGE).where(holds).values(undone_at=now))
    return deltas


def _is_own(connection: sa.Connection, keys: Keys, new: NewDecision) -> bool:
    """Whether the browser that decides is the one that posted it; the pseudonym stays here."""
    if new.device is None:
        return False
    column = POST.c.id if new.subject.sort is Sort.POST else POST.c.topic_id
    author = connection.execute(sa.select(POST.c.author).where(column == new.subject.id)).scalar()
    return author is not None and author == keys.author(new.device)


def _told(connection: sa.Connection, subject: Subject, fault: ModerationFault) -> Refused:
    if fault is not ModerationFault.ALREADY_DECIDED:
        return Refused(fault)
    stands = (DECISION.c.subject == str(subject)) & DECISION.c.undone_at.is_(None)
    found = _decision(connection, stands & (DECISION.c.choice != str(Choice.THEME)))
    return Refused(fault) if found is None else Refused(fault, found.name, found.choice)


def _write(
    connection: sa.Connection, new: NewDecision, op: str, before: Before, reason: str, now: int
) -> Decision:
    row: dict[str, Any] = {
        "op": op,
        "subject": str(new.subject),
        "choice": str(new.choice),
        "reason": reason,
        "staff_id": new.staff,
        "at": now,
        "before": json.dumps(before),
    }
    connection.execute(sa.insert(DECISION).values(row))
    detail = {
        name: told for name, told in (("reason", reason), ("theme", new.theme), ("into", new.into)) if told
    }
    _note(connection, new.staff, _NOTED[new.choice], new.subject, detail, now)
    decision = _decision(connection, DECISION.c.op == op)
    assert decision is not None  # noqa: S101 - within its own transaction it is there
    return decision


def _note(
    connection: sa.Connection,
    staff: int,
    action: Action,
    subject: Subject,
    detail: dict[str, Any],
    now: int,
) -> None:
    kind = SubjectKind.POST if subject.sort is Sort.POST else SubjectKind.TOPIC
    audit.note(connection, staff, action, kind, subject.id, detail, now)


_DECISIONS = sa.select(DECISION, STAFF.c.name).join(STAFF, STAFF.c.id == DECISION.c.staff_id)


def _decision(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Decision | None:
    row = connection.execute(_DECISIONS.where(which).order_by(DECISION.c.id.desc()).limit(1)).first()
    return None if row is None else _decision_of(row)


def _decision_of(
    row: sa.Row[tuple[object, ...]], *, is_undone: bool = False, deltas: tuple[Delta, ...] = ()
) -> Decision:
    sort, _, number = row.subject.partition(":")
    return Decision(
        id=row.id,
        subject=Subject(Sort(sort), int(number)),
        choice=Choice(row.choice),
        reason=row.reason,
        staff=row.staff_id,
        name=row.name,
        at=row.at,
        is_undone=is_undone or row.undone_at is not None,
        deltas=deltas,
    )
