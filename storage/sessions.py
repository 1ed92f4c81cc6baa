"""Sessions of staff: kept here, so that they end everywhere at once; the cookie holds a random token only."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import audit
from storage.database import Database
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.staff import digest, end_sessions, staff_of
from storage.tables_staff import STAFF, STAFF_SESSION
from storage.values_audit import Action, SubjectKind
from storage.values_staff import Session, SessionStage

WHOLE_MS = 12 * 3_600_000
IDLE_MS = 2 * 3_600_000
CODE_MS = 10 * 60_000
"""Between the password and the code."""

_SEEN_EVERY_MS = 60_000
LONGEST_BROWSER = 80


def new_token() -> str:
    return secrets.token_urlsafe(32)


async def find(database: Database, keys: Keys, token: str, now: int) -> Session | None:
    """Who brings this token, and is here; None where the session has ended, or the account."""
    found = await look(database, keys, token, now)
    if found is not None and found.stage is SessionStage.OPEN and now - found.seen_at >= _SEEN_EVERY_MS:
        await _see(database, found, now)
    return found


async def look(database: Database, keys: Keys, token: str, now: int) -> Session | None:
    """The same, without noting that somebody was here."""
    async with database.read(urgent=True) as connection:
        return await read(connection, keys, token, now)


async def read(connection: AsyncConnection, keys: Keys, token: str, now: int) -> Session | None:
    """The same in a look of one's own, without noting that somebody was here: an open page is not a person."""
    return await connection.run_sync(lambda inner: _read(inner, keys, digest(token), now))


async def read_many(database: Database, tokens: Iterable[str], now: int) -> set[str]:
    """Those of these tokens whose sessions are open still, without noting that somebody was here."""
    by_hash = {digest(token): token for token in tokens}
    open_ones = _alive(now).where(
        STAFF_SESSION.c.stage == str(SessionStage.OPEN), STAFF_SESSION.c.hash.in_(list(by_hash))
    )
    async with database.read() as connection:
        return {by_hash[row.hash] for row in await connection.execute(open_ones)}


def _read(connection: sa.Connection, keys: Keys, hashed: bytes, now: int) -> Session | None:
    row = connection.execute(_alive(now).where(STAFF_SESSION.c.hash == hashed)).first()
    return None if row is None else _session(connection, keys, row)


async def _see(database: Database, session: Session, now: int) -> None:
    def work(connection: sa.Connection) -> None:
        for table, mine in (
            (STAFF_SESSION, STAFF_SESSION.c.id == session.id),
            (STAFF, STAFF.c.id == session.staff.id),
        ):
            connection.execute(sa.update(table).where(mine).values(seen_at=now))

    await database.write(work, idempotent=True)


async def own_sessions(database: Database, keys: Keys, staff_id: int, now: int) -> Sequence[Session]:
    """Where somebody is signed in, the newest first."""

    def looked(connection: sa.Connection) -> list[Session]:
        mine = _alive(now).where(
            STAFF_SESSION.c.staff_id == staff_id, STAFF_SESSION.c.stage == str(SessionStage.OPEN)
        )
        rows = connection.execute(mine.order_by(STAFF_SESSION.c.id.desc()).limit(50)).all()
        return [_session(connection, keys, row) for row in rows]

    async with database.read() as connection:
        return await connection.run_sync(looked)


async def end(database: Database, staff_id: int, session_id: int, *, by: int, now: int) -> None:
    """End one session of somebody; one that has ended stays so."""

    def work(connection: sa.Connection) -> None:
        mine = (STAFF_SESSION.c.id == session_id) & (STAFF_SESSION.c.staff_id == staff_id)
        if connection.execute(sa.delete(STAFF_SESSION).where(mine)).rowcount:
            audit.note(
                connection,
                by,
                Action.SESSION_ENDED,
                SubjectKind.STAFF,
                staff_id,
                {"session": session_id},
                now,
            )
            raise_mark(connection, Mark.SESSIONS)

    await database.write(work, idempotent=True)


async def sign_out(database: Database, session: Session, now: int) -> None:
    def work(connection: sa.Connection) -> None:
        mine = STAFF_SESSION.c.id == session.id
        if connection.execute(sa.delete(STAFF_SESSION).where(mine)).rowcount:
            me = session.staff.id
            audit.note(connection, me, Action.SIGNED_OUT, SubjectKind.STAFF, me, {}, now)
            raise_mark(connection, Mark.SESSIONS)

    await database.write(work, idempotent=True)


async def sign_out_everywhere(database: Database, staff_id: int, *, by: int, now: int) -> None:
    def work(connection: sa.Connection) -> None:
        audit.note(connection, by, Action.SIGNED_OUT_EVERYWHERE, SubjectKind.STAFF, staff_id, {}, now)
        end_sessions(connection, staff_id)

    await database.write(work, idempotent=True)


# --- within a transaction


def begin(
    connection: sa.Connection, token: str, staff_id: int, stage: SessionStage, browser: str, now: int
) -> None:
    """A session of this new token; what has ended by itself is forgotten by the way."""
    over = (STAFF_SESSION.c.expires_at <= now) | (STAFF_SESSION.c.seen_at <= now - IDLE_MS)
    connection.execute(sa.delete(STAFF_SESSION).where(over))
    row = {
        "hash": digest(token),
        "staff_id": staff_id,
        "stage": str(stage),
        "browser": browser[:LONGEST_BROWSER],
        "created_at": now,
        "seen_at": now,
        "expires_at": now + (WHOLE_MS if stage is SessionStage.OPEN else CODE_MS),
        "failures": 0,
    }
    connection.execute(sa.insert(STAFF_SESSION).values(row))


def half_session(connection: sa.Connection, token: str, now: int) -> Any:
    """The row of a session that waits for its code, locked; None where it has ended."""
    mine = sa.select(STAFF_SESSION).where(
        STAFF_SESSION.c.hash == digest(token),
        STAFF_SESSION.c.stage == str(SessionStage.CODE),
        STAFF_SESSION.c.expires_at > now,
    )
    return connection.execute(mine.with_for_update()).first()


def _alive(now: int) -> sa.Select[Any]:
    return (
        sa.select(STAFF_SESSION)
        .join(STAFF, STAFF.c.id == STAFF_SESSION.c.staff_id)
        .where(
            STAFF.c.closed_at.is_(None),
            STAFF_SESSION.c.expires_at > now,
            STAFF_SESSION.c.seen_at > now - IDLE_MS,
        )
    )


def _session(connection: sa.Connection, keys: Keys, row: Any) -> Session:
    owner = connection.execute(sa.select(STAFF).where(STAFF.c.id == row.staff_id)).one()
    staff = staff_of(connection, keys, owner)
    return Session(row.id, staff, SessionStage(row.stage), row.browser, row.created_at, row.seen_at)
