"""Staff: accounts, their roles and themes. An e-mail address is found by its keyed name, and sealed beside it."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from storage import audit, outbox
from storage.database import Database
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.statements import hold
from storage.tables import THEME
from storage.tables_staff import (
    STAFF,
    STAFF_RECOVERY,
    STAFF_ROLE,
    STAFF_SESSION,
    STAFF_THEME,
)
from storage.values_audit import Action, SubjectKind
from storage.values_contact import NewMail
from storage.values_staff import Account, AccountState, NewAccount, Role, SessionStage, Staff, StaffFault

INVITATION_MS = 7 * 86_400_000
LONGEST_NAME = 80
MOST_ACCOUNTS = 1000

Notice = Callable[[str, str], NewMail]
"""Makes the mail of an invitation, from the address and the token of its link."""

_HOUSE = b"staff and its administrators"


async def add(
    database: Database,
    keys: Keys,
    new: NewAccount,
    *,
    by: int | None,
    op: str,
    now: int,
    password: str | None = None,
    notice: Notice | None = None,
) -> tuple[int, str] | StaffFault:
    """Open an account: its id, and the token of its invitation. The same ``op`` again gives the same.

    With ``password`` (hashed) the account needs no invitation, and the token leads nowhere.
    """
    if fault := _fault_of(new):
        return fault
    token = _invitation(keys, new.email, op)

    def work(connection: sa.Connection) -> tuple[int, str] | StaffFault:
        hold(connection, _HOUSE)
        email_key = keys.staff_key("email", new.email.casefold())
        there = connection.execute(sa.select(STAFF).where(STAFF.c.email_key == email_key)).first()
        if there is not None:
            return (there.id, token) if there.invitation == digest(token) else StaffFault.TAKEN
        themes = _theme_ids(connection, new.themes)
        if isinstance(themes, StaffFault):
            return themes
        row = {
            "email_key": email_key,
            "sealed_email": keys.staff.seal(new.email, "email"),
            "name": new.name,
            "password": password,
            "step": 0,
            "invitation": None if password else digest(token),
            "invited_until": None if password else now + INVITATION_MS,
            "created_at": now,
        }
        (staff_id,) = connection.execute(sa.insert(STAFF).values(row)).inserted_primary_key or (0,)
        _give(connection, staff_id, new.roles, themes)
        if notice is not None and not password:
            outbox.put(connection, keys, notice(new.email, token), now)
        audit.note(
            connection,
            by,
            Action.ACCOUNT_ADDED,
            SubjectKind.STAFF,
            staff_id,
            _told(new.roles, new.themes),
            now,
        )
        return int(staff_id), token

    try:
        return await database.write(work, idempotent=True)
    except outbox.OutboxFull:
        return StaffFault.MAIL_FULL


async def change(
    database: Database,
    staff_id: int,
    roles: frozenset[Role],
    themes: frozenset[str],
    *,
    by: int | None,
    now: int,
) -> StaffFault | None:
    """Give other roles and themes; where they differ, every session of the account ends."""

    def work(connection: sa.Connection) -> StaffFault | None:
        if not roles:
            return StaffFault.NO_ROLE
        before = _open_account(connection, staff_id, by)
        if isinstance(before, StaffFault):
            return before
        return _change(connection, staff_id, roles, themes, by, now)

    return await database.write(work, idempotent=True)


async def put_in_charge(
    database: Database, staff_id: int, theme: str, *, answers: bool, by: int | None, now: int
) -> StaffFault | None:
    """Have a referent answer for one more theme, or for one less; their sessions end. NO_ROLE: they are none."""

    def work(connection: sa.Connection) -> StaffFault | None:
        before = _open_account(connection, staff_id, by)
        if isinstance(before, StaffFault):
            return before
        roles, themes = roles_of(connection, [staff_id])[staff_id]
        if Role.REFERENT not in roles:
            return StaffFault.NO_ROLE
        wanted = themes | {theme} if answers else themes - {theme}
        return _change(connection, staff_id, roles, wanted, by, now)

    return await database.write(work, idempotent=True)


def _change(
    connection: sa.Connection,
    staff_id: int,
    roles: frozenset[Role],
    themes: frozenset[str],
    by: int | None,
    now: int,
) -> StaffFault | None:
    """Within a transaction that holds the account."""
    ids = _theme_ids(connection, themes if Role.REFERENT in roles else frozenset())
    if isinstance(ids, StaffFault):
        return ids
    if Role.REFERENT in roles and not ids:
        return StaffFault.NO_THEME
    if Role.ADMINISTRATOR not in roles and _is_last_administrator(connection, staff_id):
        return StaffFault.LAST_ADMINISTRATOR
    had, had_themes = roles_of(connection, [staff_id])[staff_id]
    if (had, had_themes) == (roles, themes if ids else frozenset()):
        return None
    for table in (STAFF_ROLE, STAFF_THEME):
        connection.execute(sa.delete(table).where(table.c.staff_id == staff_id))
    _give(connection, staff_id, roles, ids)
    detail = {**_told(roles, themes if ids else ()), "before": _told(had, had_themes)["roles"]}
    audit.note(connection, by, Action.ACCOUNT_CHANGED, SubjectKind.STAFF, staff_id, detail, now)
    end_sessions(connection, staff_id)
    return None


async def close(database: Database, staff_id: int, *, by: int | None, now: int) -> StaffFault | None:
    """End an account for good; what it did stays in the journal."""

    def work(connection: sa.Connection) -> StaffFault | None:
        before = _open_account(connection, staff_id, by)
        if isinstance(before, StaffFault):
            return None if before is StaffFault.CLOSED else before
        if _is_last_administrator(connection, staff_id):
            return StaffFault.LAST_ADMINISTRATOR
        nothing = {"password": None, "sealed_totp": None, "enrolled_at": None, "invitation": None}
        mine = sa.update(STAFF).where(STAFF.c.id == staff_id)
        connection.execute(mine.values(closed_at=now, **nothing))
        connection.execute(sa.delete(STAFF_RECOVERY).where(STAFF_RECOVERY.c.staff_id == staff_id))
        audit.note(connection, by, Action.ACCOUNT_CLOSED, SubjectKind.STAFF, staff_id, {}, now)
        end_sessions(connection, staff_id)
        return None

    return await database.write(work, idempotent=True)


async def reset(
    database: Database,
    keys: Keys,
    staff_id: int,
    *,
    by: int | None,
    op: str,
    now: int,
    notice: Notice | None = None,
) -> str | StaffFault:
    """Have somebody begin anew: a new invitation's token; password, telephone and recovery codes are forgotten.

    A closed account stays closed. The same ``op`` again gives the same token.
    """

    def work(connection: sa.Connection) -> str | StaffFault:
        row = _open_account(connection, staff_id, by)
        if isinstance(row, StaffFault):
            return row
        email = keys.staff.open(row.sealed_email, "email")
        token = _invitation(keys, email, op)
        if row.invitation == digest(token):
            return token
        mine = sa.update(STAFF).where(STAFF.c.id == staff_id)
        nothing = {"password": None, "sealed_totp": None, "enrolled_at": None}
        connection.execute(
            mine.values(invitation=digest(token), invited_until=now + INVITATION_MS, **nothing)
        )
        connection.execute(sa.delete(STAFF_RECOVERY).where(STAFF_RECOVERY.c.staff_id == staff_id))
        if notice is not None:
            outbox.put(connection, keys, notice(email, token), now)
        audit.note(connection, by, Action.ACCOUNT_RESET, SubjectKind.STAFF, staff_id, {}, now)
        end_sessions(connection, staff_id)
        return token

    try:
        return await database.write(work, idempotent=True)
    except outbox.OutboxFull:
        return StaffFault.MAIL_FULL


async def find(database: Database, keys: Keys, email: str) -> int | None:
    """The account of an e-mail address."""
    mine = STAFF.c.email_key == keys.staff_key("email", email.casefold())
    async with database.read() as connection:
        found = (await connection.execute(sa.select(STAFF.c.id).where(mine))).scalar()
    return None if found is None else int(found)


async def accounts(database: Database, keys: Keys, now: int) -> Sequence[Account]:
    """All accounts by name, the closed ones last."""
    order = (STAFF.c.closed_at.is_not(None), sa.func.lower(STAFF.c.name), STAFF.c.id)
    counts = (
        sa.select(STAFF_SESSION.c.staff_id, sa.func.count())
        .where(STAFF_SESSION.c.expires_at > now, STAFF_SESSION.c.stage == str(SessionStage.OPEN))
        .group_by(STAFF_SESSION.c.staff_id)
    )
    async with database.read() as connection:
        rows = (await connection.execute(sa.select(STAFF).order_by(*order).limit(MOST_ACCOUNTS))).all()
        given = await connection.run_sync(lambda inner: roles_of(inner, [row.id for row in rows]))
        sessions = {staff: int(count) for staff, count in await connection.execute(counts)}
    return [_account(keys, row, *given[row.id], sessions.get(row.id, 0)) for row in rows]


async def names(database: Database) -> Sequence[tuple[int, str]]:
    """Everybody who ever had an account, by name."""
    chosen = sa.select(STAFF.c.id, STAFF.c.name).order_by(sa.func.lower(STAFF.c.name)).limit(MOST_ACCOUNTS)
    async with database.read() as connection:
        return [(row.id, row.name) for row in await connection.execute(chosen)]


# --- within a transaction


def roles_of(
    connection: sa.Connection, ids: Iterable[int]
) -> dict[int, tuple[frozenset[Role], frozenset[str]]]:
    """The roles and the themes' slugs of each account."""
    wanted = list(ids)
    roles: dict[int, set[Role]] = {one: set() for one in wanted}
    themes: dict[int, set[str]] = {one: set() for one in wanted}
    for row in connection.execute(sa.select(STAFF_ROLE).where(STAFF_ROLE.c.staff_id.in_(wanted))):
        roles[row.staff_id].add(Role(row.role))
    own = sa.select(STAFF_THEME.c.staff_id, THEME.c.slug).join(THEME, THEME.c.id == STAFF_THEME.c.theme_id)
    for row in connection.execute(own.where(STAFF_THEME.c.staff_id.in_(wanted))):
        themes[row.staff_id].add(row.slug)
    return {one: (frozenset(roles[one]), frozenset(themes[one])) for one in wanted}


def staff_of(connection: sa.Connection, keys: Keys, row: Any) -> Staff:
    """The value of a row of STAFF."""
    roles, themes = roles_of(connection, [row.id])[row.id]
    return Staff(row.id, row.name, keys.staff.open(row.sealed_email, "email"), roles, themes)


def end_sessions(connection: sa.Connection, staff_id: int, but: bytes | None = None) -> None:
    """Sign somebody out everywhere (``but`` in the session of this hash); every node hears of it."""
    ended = sa.delete(STAFF_SESSION).where(STAFF_SESSION.c.staff_id == staff_id)
    connection.execute(ended if but is None else ended.where(STAFF_SESSION.c.hash != but))
    raise_mark(connection, Mark.SESSIONS)


def digest(token: str) -> bytes:
    """What is kept of a random token: who reads the table cannot use it."""
    return hashlib.sha256(token.encode()).digest()


def _invitation(keys: Keys, email: str, op: str) -> str:
    return keys.staff_key("invitation", f"{op} {email.casefold()}").hex()


def _fault_of(new: NewAccount) -> StaffFault | None:
    if not new.name.strip():
        return StaffFault.NO_NAME
    if len(new.name) > LONGEST_NAME:
        return StaffFault.LONG_NAME
    if not new.roles:
        return StaffFault.NO_ROLE
    return StaffFault.NO_THEME if Role.REFERENT in new.roles and not new.themes else None


def _theme_ids(connection: sa.Connection, slugs: Iterable[str]) -> list[int] | StaffFault:
    wanted = set(slugs)
    chosen = sa.select(THEME.c.id).where(THEME.c.slug.in_(wanted)) if wanted else None
    ids = [] if chosen is None else [int(one) for one in connection.execute(chosen).scalars()]
    return ids if len(ids) == len(wanted) else StaffFault.UNKNOWN_THEME


def _give(connection: sa.Connection, staff_id: int, roles: Iterable[Role], themes: Iterable[int]) -> None:
    for role in sorted(roles):
        connection.execute(sa.insert(STAFF_ROLE).values(staff_id=staff_id, role=str(role)))
    if Role.REFERENT in roles:
        for theme in sorted(themes):
            connection.execute(sa.insert(STAFF_THEME).values(staff_id=staff_id, theme_id=theme))


def _open_account(connection: sa.Connection, staff_id: int, by: int | None) -> Any:
    """The row of an account that somebody else may change, locked; administrators one after the other."""
    hold(connection, _HOUSE)
    if staff_id == by:
        return StaffFault.OWN_ACCOUNT
    row = connection.execute(sa.select(STAFF).where(STAFF.c.id == staff_id).with_for_update()).first()
    if row is None:
        return StaffFault.UNKNOWN
    return row if row.closed_at is None else StaffFault.CLOSED


def _is_last_administrator(connection: sa.Connection, staff_id: int) -> bool:
    """Whether nobody else could give the role back; an account without a telephone cannot come in."""
    able = (
        sa.select(STAFF.c.id)
        .join(STAFF_ROLE, STAFF_ROLE.c.staff_id == STAFF.c.id)
        .where(
            STAFF_ROLE.c.role == str(Role.ADMINISTRATOR),
            STAFF.c.closed_at.is_(None),
            STAFF.c.enrolled_at.is_not(None),
        )
    )
    return list(connection.execute(able).scalars()) == [staff_id]


def _told(roles: Iterable[Role], themes: Iterable[str]) -> dict[str, object]:
    return {"roles": sorted(str(role) for role in roles), "themes": sorted(themes)}


def _account(keys: Keys, row: Any, roles: frozenset[Role], themes: frozenset[str], sessions: int) -> Account:
    staff = Staff(row.id, row.name, keys.staff.open(row.sealed_email, "email"), roles, themes)
    if row.closed_at is not None:
        state = AccountState.CLOSED
    elif row.password is None:
        state = AccountState.INVITED
    else:
        state = AccountState.BEGUN if row.enrolled_at is None else AccountState.ACTIVE
    return Account(staff, state, row.created_at, row.closed_at, row.seen_at, sessions)
