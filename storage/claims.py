"""Claims: who of staff has a post or a topic open just now, so that two do not work on the same."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.marks import Mark, raise_mark
from storage.statements import hold
from storage.tables_moderation import CLAIM
from storage.tables_staff import STAFF, STAFF_SESSION
from storage.values_moderation import CLAIM_MS, Claim, Subject
from storage.values_staff import SessionStage

_ALL = b"claims of staff"


async def claim(database: Database, subject: Subject, staff: int, session: int, now: int) -> Claim | None:
    """Take or renew a claim, and let go of what one had open before; the colleague's where somebody has it."""

    def work(connection: sa.Connection) -> Claim | None:
        hold(connection, _ALL)
        other = claim_of(connection, subject, now)
        if other is not None and other.staff != staff:
            return other
        elsewhere = (CLAIM.c.staff_id == staff) & (CLAIM.c.subject != str(subject))
        changed = connection.execute(sa.delete(CLAIM).where(elsewhere)).rowcount
        mine = CLAIM.c.subject == str(subject)
        if other is not None:
            connection.execute(sa.update(CLAIM).where(mine).values(seen_at=now, session_id=session))
        else:
            connection.execute(sa.delete(CLAIM).where(mine))
            row = {"subject": str(subject), "staff_id": staff, "session_id": session}
            connection.execute(sa.insert(CLAIM).values(row | {"since": now, "seen_at": now}))
        if changed or other is None:
            raise_mark(connection, Mark.DESK)
        return None

    return await database.write(work, idempotent=True)


async def let_go(database: Database, staff: int) -> None:
    """Somebody has left the queue."""

    def work(connection: sa.Connection) -> None:
        hold(connection, _ALL)
        if connection.execute(sa.delete(CLAIM).where(CLAIM.c.staff_id == staff)).rowcount:
            raise_mark(connection, Mark.DESK)

    await database.write(work, idempotent=True)


def claim_of(connection: sa.Connection, subject: Subject, now: int) -> Claim | None:
    row = connection.execute(claims_at(now).where(CLAIM.c.subject == str(subject))).first()
    return None if row is None else Claim(row.staff_id, row.name, row.since)


async def claims_on(
    connection: AsyncConnection, subjects: Iterable[Subject], now: int
) -> dict[Subject, Claim]:
    """Who has which of these open."""
    named = {str(subject): subject for subject in subjects}
    rows = await connection.execute(claims_at(now).where(CLAIM.c.subject.in_(list(named))))
    return {named[row.subject]: Claim(row.staff_id, row.name, row.since) for row in rows}


def release(connection: sa.Connection, subject: Subject) -> None:
    connection.execute(sa.delete(CLAIM).where(CLAIM.c.subject == str(subject)))


def claims_at(now: int) -> sa.Select[tuple[object, ...]]:
    """The claims that hold: the page was heard of lately, and who has it is signed in."""
    return (
        sa.select(CLAIM, STAFF.c.name)
        .join(STAFF, STAFF.c.id == CLAIM.c.staff_id)
        .join(STAFF_SESSION, STAFF_SESSION.c.id == CLAIM.c.session_id)
        .where(
            CLAIM.c.seen_at > now - CLAIM_MS,
            STAFF_SESSION.c.staff_id == CLAIM.c.staff_id,
            STAFF_SESSION.c.stage == str(SessionStage.OPEN),
            STAFF_SESSION.c.expires_at > now,
        )
    )
