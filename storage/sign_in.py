"""How somebody comes in: a password, then a code of their telephone, each judged in one transaction.

Between the two stands a session that shows nothing; what is right in the end begins another, with a new token.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage import attempts, audit, sessions
from storage.database import Database
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.one_time import is_recovery, new_recovery_codes, new_secret, read_code, step_of
from storage.staff import digest, end_sessions, staff_of
from storage.tables_staff import STAFF, STAFF_RECOVERY, STAFF_SESSION
from storage.values_audit import Action, SubjectKind
from storage.values_staff import Enrolment, SessionStage, SignedIn, SignInFault, Staff, Wait

MOST_WRONG_CODES = 5
"""In one session: then the password is asked again."""

_TOTP, _EMAIL = "totp", "email"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who might be coming; ``key`` counts their tries. ``staff`` and ``password`` are None without an account."""

    key: bytes
    staff: int | None
    password: str | None


async def try_password(
    database: Database, keys: Keys, email: str, network: str, now: int
) -> Candidate | Wait:
    """Begin a try: counted as failed until ``password_right``. The same work whether the account exists or not.

    Tries are counted by account and ``network``: who knows a colleague's address slows down nobody but themselves.
    """
    account = keys.staff_key("email", email.casefold())
    key = keys.staff_key("try", f"{email.casefold()}\n{network}")

    def work(connection: sa.Connection) -> Candidate | Wait:
        if (wait := attempts.begin(connection, key, now)) is not None:
            return wait
        open_one = (STAFF.c.email_key == account) & STAFF.c.closed_at.is_(None)
        row = connection.execute(sa.select(STAFF.c.id, STAFF.c.password).where(open_one)).first()
        return Candidate(key, None, None) if row is None else Candidate(key, row.id, row.password)

    return await database.write(work)


async def password_right(
    database: Database, keys: Keys, candidate: Candidate, browser: str, now: int
) -> str | None:
    """The token of a session that waits for the code; None where the account has changed meanwhile."""
    token = sessions.new_token()

    def work(connection: sa.Connection) -> str | None:
        row = _locked(connection, candidate.staff)
        if row is None or row.password != candidate.password:
            return None
        attempts.forget(connection, candidate.key)
        _await_code(connection, keys, row, token, browser, now)
        return token

    return await database.write(work)


async def password_wrong(database: Database, candidate: Candidate, now: int) -> None:
    """A line in the journal, where there is such an account; an attacker's other words are kept nowhere."""

    def work(connection: sa.Connection) -> None:
        if candidate.staff is not None:
            _note_refused(connection, candidate.staff, "password", now)

    await database.write(work)


async def accept_invitation(
    database: Database, keys: Keys, token: str, password: str, browser: str, now: int
) -> str | None:
    """Take the password (hashed) of whoever was invited; the token of a session that waits for the telephone.

    None where the invitation has been used, replaced or is over.
    """
    fresh = sessions.new_token()

    def work(connection: sa.Connection) -> str | None:
        row = connection.execute(_invited(token, now).with_for_update()).first()
        if row is None:
            return None
        taken = {"password": password, "invitation": None, "invited_until": None}
        connection.execute(sa.update(STAFF).where(STAFF.c.id == row.id).values(taken))
        end_sessions(connection, row.id)
        audit.note(connection, row.id, Action.INVITATION_ACCEPTED, SubjectKind.STAFF, row.id, {}, now)
        _await_code(connection, keys, row, fresh, browser, now)
        return fresh

    return await database.write(work)


async def invited(database: Database, keys: Keys, token: str, now: int) -> Staff | None:
    """Who was invited by this link; None where it leads nowhere any more."""

    def looked(connection: sa.Connection) -> Staff | None:
        row = connection.execute(_invited(token, now)).first()
        return None if row is None else staff_of(connection, keys, row)

    async with database.read() as connection:
        return await connection.run_sync(looked)


async def enrolment(database: Database, keys: Keys, token: str, now: int) -> Enrolment | None:
    """What the telephone is told, where none is enrolled yet; the session of ``token`` waits for its code."""

    def looked(connection: sa.Connection) -> Enrolment | None:
        waits = sa.select(STAFF).join(STAFF_SESSION, STAFF_SESSION.c.staff_id == STAFF.c.id)
        mine = waits.where(
            STAFF_SESSION.c.hash == digest(token),
            STAFF_SESSION.c.stage == str(SessionStage.CODE),
            STAFF_SESSION.c.expires_at > now,
            STAFF.c.enrolled_at.is_(None),
        )
        row = connection.execute(mine).first()
        if row is None or row.sealed_totp is None:
            return None
        return Enrolment(keys.staff.open(row.sealed_totp, _TOTP), keys.staff.open(row.sealed_email, _EMAIL))

    async with database.read() as connection:
        return await connection.run_sync(looked)


async def try_code(
    database: Database, keys: Keys, token: str, typed: str, browser: str, now: int
) -> tuple[str, SignedIn] | SignInFault | Wait:
    """The new token of who brought the right code, a telephone's or a recovery code; each counts once."""
    code, fresh = read_code(typed), sessions.new_token()

    def work(connection: sa.Connection) -> tuple[str, SignedIn] | SignInFault | Wait:
        half = sessions.half_session(connection, token, now)
        row = None if half is None else _locked(connection, half.staff_id)
        if row is None:
            return SignInFault.ENDED
        key = keys.staff_key("code of", str(row.id))
        if (wait := attempts.begin(connection, key, now)) is not None:
            return wait
        how = _used(connection, keys, row, code, now)
        if how is None:
            return _wrong_code(connection, half, now)
        attempts.forget(connection, key)
        connection.execute(sa.delete(STAFF_SESSION).where(STAFF_SESSION.c.id == half.id))
        sessions.begin(connection, fresh, row.id, SessionStage.OPEN, browser, now)
        recovery: tuple[str, ...] = ()
        if row.enrolled_at is None:
            recovery = enrol(connection, keys, row.id, now)
        connection.execute(sa.update(STAFF).where(STAFF.c.id == row.id).values(seen_at=now))
        audit.note(connection, row.id, how, SubjectKind.STAFF, row.id, {}, now)
        left = _left(connection, row.id) if how is Action.RECOVERY_USED else None
        return fresh, SignedIn(staff_of(connection, keys, row), recovery, left)

    return await database.write(work)


def enrol(connection: sa.Connection, keys: Keys, staff_id: int, now: int) -> tuple[str, ...]:
    """From now on the telephone is the one whose code was right; its recovery codes, to be shown once."""
    connection.execute(sa.update(STAFF).where(STAFF.c.id == staff_id).values(enrolled_at=now))
    audit.note(connection, staff_id, Action.TELEPHONE_ENROLLED, SubjectKind.STAFF, staff_id, {}, now)
    return renew_recovery(connection, keys, staff_id)


def renew_recovery(connection: sa.Connection, keys: Keys, staff_id: int) -> tuple[str, ...]:
    """Ten new recovery codes in place of all that were left."""
    codes = new_recovery_codes()
    connection.execute(sa.delete(STAFF_RECOVERY).where(STAFF_RECOVERY.c.staff_id == staff_id))
    rows = [{"staff_id": staff_id, "hash": _recovery_hash(keys, read_code(code))} for code in codes]
    connection.execute(sa.insert(STAFF_RECOVERY), rows)
    return codes


def _used(connection: sa.Connection, keys: Keys, row: Any, code: str, now: int) -> Action | None:
    """Use the code up; what it was, None where it is not right."""
    if row.sealed_totp is not None:
        step = step_of(keys.staff.open(row.sealed_totp, _TOTP), code, row.step, now)
        if step is not None:
            connection.execute(sa.update(STAFF).where(STAFF.c.id == row.id).values(step=step))
            return Action.SIGNED_IN
    if row.enrolled_at is None or not is_recovery(code):
        return None
    mine = (STAFF_RECOVERY.c.staff_id == row.id) & (STAFF_RECOVERY.c.hash == _recovery_hash(keys, code))
    return (
        Action.RECOVERY_USED if connection.execute(sa.delete(STAFF_RECOVERY).where(mine)).rowcount else None
    )


def _wrong_code(connection: sa.Connection, half: Any, now: int) -> SignInFault:
    _note_refused(connection, half.staff_id, "code", now)
    mine = STAFF_SESSION.c.id == half.id
    if half.failures + 1 >= MOST_WRONG_CODES:
        connection.execute(sa.delete(STAFF_SESSION).where(mine))
        return SignInFault.ENDED
    connection.execute(sa.update(STAFF_SESSION).where(mine).values(failures=half.failures + 1))
    return SignInFault.WRONG_CODE


def _await_code(connection: sa.Connection, keys: Keys, row: Any, token: str, browser: str, now: int) -> None:
    if row.enrolled_at is None:  # a secret that nobody's telephone was told for sure
        sealed = keys.staff.seal(new_secret(), _TOTP)
        connection.execute(sa.update(STAFF).where(STAFF.c.id == row.id).values(sealed_totp=sealed, step=0))
    sessions.begin(connection, token, row.id, SessionStage.CODE, browser, now)


def _note_refused(connection: sa.Connection, staff_id: int, what: str, now: int) -> None:
    detail = {"what": what}
    audit.note(connection, None, Action.SIGN_IN_REFUSED, SubjectKind.STAFF, staff_id, detail, now)


def _locked(connection: sa.Connection, staff_id: int | None) -> Any:
    open_one = (STAFF.c.id == staff_id) & STAFF.c.closed_at.is_(None)
    return connection.execute(sa.select(STAFF).where(open_one).with_for_update()).first()


def _invited(token: str, now: int) -> sa.Select[Any]:
    return sa.select(STAFF).where(
        STAFF.c.invitation == digest(token), STAFF.c.invited_until > now, STAFF.c.closed_at.is_(None)
    )


def _left(connection: sa.Connection, staff_id: int) -> int:
    mine = sa.select(sa.func.count()).where(STAFF_RECOVERY.c.staff_id == staff_id)
    return int(connection.execute(mine).scalar_one())


def _recovery_hash(keys: Keys, code: str) -> bytes:
    return keys.staff_key("recovery", code)


# --- what somebody who is signed in changes of their own


async def change_password(
    database: Database, candidate: Candidate, password: str, session: int, now: int
) -> bool:
    """Take a new password (hashed); every other session ends. False where the account has changed meanwhile."""

    def work(connection: sa.Connection) -> bool:
        row = _locked(connection, candidate.staff)
        if row is None or row.password != candidate.password:
            return False
        attempts.forget(connection, candidate.key)
        connection.execute(sa.update(STAFF).where(STAFF.c.id == row.id).values(password=password))
        others = (STAFF_SESSION.c.staff_id == row.id) & (STAFF_SESSION.c.id != session)
        connection.execute(sa.delete(STAFF_SESSION).where(others))
        audit.note(connection, row.id, Action.PASSWORD_CHANGED, SubjectKind.STAFF, row.id, {}, now)
        raise_mark(connection, Mark.SESSIONS)
        return True

    return await database.write(work)


async def change_recovery(
    database: Database, keys: Keys, candidate: Candidate, now: int
) -> tuple[str, ...] | None:
    """Ten new recovery codes for who knows the password; None where the account has changed meanwhile."""

    def work(connection: sa.Connection) -> tuple[str, ...] | None:
        row = _locked(connection, candidate.staff)
        if row is None or row.password != candidate.password:
            return None
        attempts.forget(connection, candidate.key)
        audit.note(connection, row.id, Action.RECOVERY_RENEWED, SubjectKind.STAFF, row.id, {}, now)
        return renew_recovery(connection, keys, row.id)

    return await database.write(work)


async def recovery_left(database: Database, staff_id: int) -> int:
    async with database.read() as connection:
        return await connection.run_sync(lambda inner: _left(inner, staff_id))
