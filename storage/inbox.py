"""Letters to the Région as staff work on them: listed, filed, taken, answered, closed. Notes stay among staff."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from storage import audit, outbox
from storage.contact import Notice, add_message, known_op, lock_thread, message_of, move_thread, thread_of
from storage.database import Database
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.tables import THEME
from storage.tables_contact import CONTACT_MESSAGE, CONTACT_THREAD
from storage.tables_referents import CONTACT_CARE, CONTACT_NOTE
from storage.tables_staff import STAFF, STAFF_ROLE, STAFF_SESSION, STAFF_THEME
from storage.values import Theme
from storage.values_audit import Action, SubjectKind
from storage.values_contact import ContactState, ContactSubject
from storage.values_inbox import CLAIM_MS, Conversation, Held, InboxAsked, InboxFault, InboxLine, InboxNote
from storage.values_staff import Role, SessionStage, Staff

MOST_NOTES = 100

_HOLDER = STAFF.alias("holder")
_NOTE = "contact note"


async def threads(
    database: Database, asked: InboxAsked, staff: Staff, now: int, *, most: int
) -> list[InboxLine]:
    """The conversations asked for that are theirs to see; those that wait by how long, others by the newest."""
    which = [_seen_by(staff)]
    if asked.state is not None:
        which.append(CONTACT_THREAD.c.state == str(asked.state))
    if asked.subject is not None:
        which.append(CONTACT_THREAD.c.subject == str(asked.subject))
    if asked.theme:
        which.append(THEME.c.slug == asked.theme)
    if asked.assignee is not None:
        mine = CONTACT_CARE.c.staff_id
        which.append(mine.is_(None) if asked.assignee == 0 else mine == asked.assignee)
    place = sa.tuple_(CONTACT_THREAD.c.moved_at, CONTACT_THREAD.c.id)
    oldest_first = asked.state is ContactState.WAITING
    if asked.after is not None:
        after = sa.tuple_(*map(sa.literal, asked.after))
        which.append(place > after if oldest_first else place < after)
    columns = (CONTACT_THREAD.c.moved_at, CONTACT_THREAD.c.id)
    order = [column.asc() if oldest_first else column.desc() for column in columns]
    async with database.read() as connection:
        rows = await connection.execute(_lines(now).where(*which).order_by(*order).limit(most))
        return [_line(row) for row in rows]


async def conversation(
    database: Database, keys: Keys, thread_id: int, staff: Staff, now: int
) -> Conversation | InboxFault:
    """One with its messages and the notes beside it."""
    async with database.read() as connection:
        row = (await connection.execute(_lines(now).where(CONTACT_THREAD.c.id == thread_id))).first()
        if row is None:
            return InboxFault.UNKNOWN
        if not _is_theirs(staff, row.theme_slug, row.staff_id):
            return InboxFault.OUTSIDE
        of_it = sa.select(CONTACT_MESSAGE).where(CONTACT_MESSAGE.c.thread_id == thread_id)
        messages = await connection.execute(of_it.order_by(CONTACT_MESSAGE.c.id))
        noted = (
            sa.select(CONTACT_NOTE, STAFF.c.name)
            .join(STAFF, STAFF.c.id == CONTACT_NOTE.c.staff_id)
            .where(CONTACT_NOTE.c.thread_id == thread_id)
            .order_by(CONTACT_NOTE.c.id)
            .limit(MOST_NOTES)
        )
        notes = await connection.execute(noted)
        return Conversation(
            _line(row),
            tuple(message_of(keys, one) for one in messages),
            tuple(InboxNote(one.name, keys.contact.open(one.sealed, _NOTE), one.at) for one in notes),
        )


async def clerks(database: Database, theme: str) -> list[tuple[int, str]]:
    """Who may have a conversation of a theme (a slug, or empty): moderators, and who answers for the theme."""
    refers = sa.select(STAFF_THEME.c.staff_id).join(THEME, THEME.c.id == STAFF_THEME.c.theme_id)
    moderates = sa.select(STAFF_ROLE.c.staff_id).where(STAFF_ROLE.c.role == str(Role.MODERATOR))
    able = sa.or_(STAFF.c.id.in_(moderates), STAFF.c.id.in_(refers.where(THEME.c.slug == theme)))
    statement = (
        sa.select(STAFF.c.id, STAFF.c.name)
        .where(STAFF.c.closed_at.is_(None), able)
        .order_by(sa.func.lower(STAFF.c.name), STAFF.c.id)
        .limit(200)
    )
    async with database.read() as connection:
        return [(row.id, row.name) for row in await connection.execute(statement)]


async def file(
    database: Database, thread_id: int, *, theme: str, assignee: int | None, by: Staff, now: int
) -> InboxFault | None:
    """Say where a conversation belongs (a theme's slug, or empty), and who has it."""

    def work(connection: sa.Connection) -> InboxFault | None:
        opened = _open(connection, thread_id, by)
        if isinstance(opened, InboxFault):
            return opened
        theme_id = None
        if theme:
            theme_id = connection.execute(sa.select(THEME.c.id).where(THEME.c.slug == theme)).scalar()
            if theme_id is None:
                return InboxFault.NO_THEME
        if assignee is not None and not _may_have(connection, assignee, theme_id):
            return InboxFault.NOT_A_COLLEAGUE
        _set(connection, thread_id, theme_id=theme_id, staff_id=assignee)
        name = sa.select(STAFF.c.name).where(STAFF.c.id == (assignee or 0))
        detail = {"theme": theme, "assignee": connection.execute(name).scalar() or ""}
        _note_and_raise(connection, by, Action.THREAD_FILED, thread_id, detail, now)
        return None

    return await database.write(work, idempotent=True)


async def take(
    database: Database, thread_id: int, *, session: int, by: Staff, now: int, force: bool = False
) -> Held | InboxFault | None:
    """Keep a conversation for oneself while writing in it, or keep it longer; who has it, where that is another."""

    def work(connection: sa.Connection) -> Held | InboxFault | None:
        opened = _open(connection, thread_id, by)
        if isinstance(opened, InboxFault):
            return opened
        held = _held(connection, thread_id, now)
        if held is not None and held.staff != by.id and not force:
            return held
        claim = {"claim_staff_id": by.id, "claim_session_id": session, "claim_at": now}
        _set(connection, thread_id, **claim)
        if held is None or held.staff != by.id:
            detail = {} if held is None else {"before": held.name}
            _note_and_raise(connection, by, Action.THREAD_TAKEN, thread_id, detail, now)
        return None

    return await database.write(work, idempotent=True)


async def leave(database: Database, thread_id: int, *, by: Staff, now: int) -> None:
    """Let colleagues answer; nothing where somebody else has it."""

    def work(connection: sa.Connection) -> None:
        opened = _open(connection, thread_id, by)
        if isinstance(opened, InboxFault):
            return
        held = _held(connection, thread_id, now)
        if held is not None and held.staff == by.id:
            _release(connection, thread_id)
            _note_and_raise(connection, by, Action.THREAD_LEFT, thread_id, {}, now)

    await database.write(work, idempotent=True)


async def answer(
    database: Database,
    keys: Keys,
    thread_id: int,
    *,
    text: str,
    last: int,
    op: str,
    by: Staff,
    now: int,
    notice: Notice,
    force: bool = False,
) -> Held | InboxFault | None:
    """Answer as the Région. ``last`` is the last message that was seen: what came since is to be read first.

    A colleague who writes in it just now is in the way, unless ``force``.
    """

    def work(connection: sa.Connection) -> Held | InboxFault | None:
        opened = _open(connection, thread_id, by)
        if isinstance(opened, InboxFault):
            return opened
        if known_op(connection, f"region {op}") is not None:
            return None
        if opened.state == ContactState.CLOSED:
            return InboxFault.CLOSED
        if (since := _since(connection, thread_id, last)) is not None:
            return since
        held = _held(connection, thread_id, now)
        if held is not None and held.staff != by.id and not force:
            return held
        add_message(connection, keys, thread_id, text, author=None, op=op, now=now)
        move_thread(connection, thread_id, ContactState.ANSWERED, now)
        thread = thread_of(keys, opened)
        if thread.email:
            outbox.put(connection, keys, notice(thread), now)
        _release(connection, thread_id)
        _note_and_raise(connection, by, Action.THREAD_ANSWERED, thread_id, {}, now)
        return None

    try:
        return await database.write(work, idempotent=True)
    except outbox.OutboxFull:
        return InboxFault.MAIL_FULL


async def close(database: Database, thread_id: int, *, by: Staff, now: int) -> InboxFault | None:
    """End a conversation: the citizen writes in it no more."""
    return await _put_in_state(database, thread_id, Action.THREAD_CLOSED, by, now)


async def reopen(database: Database, thread_id: int, *, by: Staff, now: int) -> InboxFault | None:
    """Let it go on: it waits again where the citizen spoke last."""
    return await _put_in_state(database, thread_id, Action.THREAD_REOPENED, by, now)


async def add_note(
    database: Database, keys: Keys, thread_id: int, *, text: str, op: str, by: Staff, now: int
) -> InboxFault | None:
    """Leave a word for colleagues; the same ``op`` again leaves one."""

    def work(connection: sa.Connection) -> InboxFault | None:
        opened = _open(connection, thread_id, by)
        if isinstance(opened, InboxFault):
            return opened
        own = f"{by.id} {op}"
        if connection.execute(sa.select(CONTACT_NOTE.c.id).where(CONTACT_NOTE.c.op == own)).first() is None:
            row = {"thread_id": thread_id, "staff_id": by.id, "op": own, "at": now}
            sealed = keys.contact.seal(text, _NOTE)
            connection.execute(sa.insert(CONTACT_NOTE).values(row | {"sealed": sealed}))
            _note_and_raise(connection, by, Action.THREAD_NOTED, thread_id, {}, now)
        return None

    return await database.write(work, idempotent=True)


# --- within a transaction


async def _put_in_state(
    database: Database, thread_id: int, action: Action, by: Staff, now: int
) -> InboxFault | None:
    def work(connection: sa.Connection) -> InboxFault | None:
        opened = _open(connection, thread_id, by)
        if isinstance(opened, InboxFault):
            return opened
        is_closed = opened.state == ContactState.CLOSED
        if action is Action.THREAD_CLOSED and not is_closed:
            move_thread(connection, thread_id, ContactState.CLOSED, now)
            _release(connection, thread_id)
        elif action is Action.THREAD_REOPENED and is_closed:
            of_it = sa.select(CONTACT_MESSAGE.c.author).where(CONTACT_MESSAGE.c.thread_id == thread_id)
            author = connection.execute(of_it.order_by(CONTACT_MESSAGE.c.id.desc()).limit(1)).scalar()
            state = ContactState.ANSWERED if author is None else ContactState.WAITING
            move_thread(connection, thread_id, state, now)
        _note_and_raise(connection, by, action, thread_id, {}, now)
        return None

    return await database.write(work, idempotent=True)


def _open(connection: sa.Connection, thread_id: int, by: Staff) -> Any:
    """The conversation's row, locked, where it is theirs; its own row of care is made where there was none."""
    row = lock_thread(connection, thread_id)
    if row is None:
        return InboxFault.UNKNOWN
    mine = (
        sa.select(CONTACT_CARE.c.staff_id, THEME.c.slug)
        .outerjoin(THEME, THEME.c.id == CONTACT_CARE.c.theme_id)
        .where(CONTACT_CARE.c.thread_id == thread_id)
    )
    care = connection.execute(mine).first()
    if care is None:
        connection.execute(sa.insert(CONTACT_CARE).values(thread_id=thread_id))
        slug, staff_id = None, None
    else:
        slug, staff_id = care.slug, care.staff_id
    return row if _is_theirs(by, slug, staff_id) else InboxFault.OUTSIDE


def _is_theirs(staff: Staff, theme: str | None, assignee: int | None) -> bool:
    return staff.is_any(Role.MODERATOR) or theme in staff.themes or assignee == staff.id


def _since(connection: sa.Connection, thread_id: int, last: int) -> InboxFault | None:
    """What was written after the last message that was seen."""
    newer = (
        sa.select(CONTACT_MESSAGE.c.author)
        .where(CONTACT_MESSAGE.c.thread_id == thread_id, CONTACT_MESSAGE.c.id > last)
        .order_by(CONTACT_MESSAGE.c.id)
    )
    authors = connection.execute(newer).scalars().all()
    if not authors:
        return None
    return InboxFault.ANSWERED if None in authors else InboxFault.MOVED


def _held(connection: sa.Connection, thread_id: int, now: int) -> Held | None:
    row = connection.execute(_lines(now).where(CONTACT_THREAD.c.id == thread_id)).first()
    return None if row is None else _line(row).held


def _release(connection: sa.Connection, thread_id: int) -> None:
    _set(connection, thread_id, claim_staff_id=None, claim_session_id=None, claim_at=None)


def _set(connection: sa.Connection, thread_id: int, **values: object) -> None:
    mine = sa.update(CONTACT_CARE).where(CONTACT_CARE.c.thread_id == thread_id)
    connection.execute(mine.values(**values))


def _may_have(connection: sa.Connection, staff_id: int, theme_id: int | None) -> bool:
    open_account = sa.select(STAFF.c.id).where(STAFF.c.id == staff_id, STAFF.c.closed_at.is_(None))
    refers = sa.select(STAFF_THEME.c.staff_id).where(STAFF_THEME.c.theme_id == theme_id)
    moderates = sa.select(STAFF_ROLE.c.staff_id).where(STAFF_ROLE.c.role == str(Role.MODERATOR))
    able = open_account.where(sa.or_(STAFF.c.id.in_(refers), STAFF.c.id.in_(moderates)))
    return connection.execute(able).first() is not None


def _note_and_raise(
    connection: sa.Connection,
    by: Staff,
    action: Action,
    thread_id: int,
    detail: Mapping[str, object],
    now: int,
) -> None:
    audit.note(connection, by.id, action, SubjectKind.THREAD, thread_id, detail, now)
    raise_mark(connection, Mark.DESK)


# --- reading


def _seen_by(staff: Staff) -> sa.ColumnElement[bool]:
    if staff.is_any(Role.MODERATOR):
        return sa.true()
    return sa.or_(THEME.c.slug.in_(sorted(staff.themes)), CONTACT_CARE.c.staff_id == staff.id)


def _lines(now: int) -> sa.Select[Any]:
    """Conversations with who has them; a claim holds while its session is open and gave a sign lately."""
    session = (
        (STAFF_SESSION.c.id == CONTACT_CARE.c.claim_session_id)
        & (STAFF_SESSION.c.staff_id == CONTACT_CARE.c.claim_staff_id)
        & (STAFF_SESSION.c.stage == str(SessionStage.OPEN))
        & (STAFF_SESSION.c.expires_at > now)
        & (CONTACT_CARE.c.claim_at > now - CLAIM_MS)
    )
    return sa.select(
        CONTACT_THREAD,
        THEME.c.slug.label("theme_slug"),
        THEME.c.name.label("theme_name"),
        CONTACT_CARE.c.staff_id,
        STAFF.c.name.label("staff_name"),
        _HOLDER.c.id.label("holder_id"),
        _HOLDER.c.name.label("holder_name"),
    ).select_from(
        CONTACT_THREAD.outerjoin(CONTACT_CARE, CONTACT_CARE.c.thread_id == CONTACT_THREAD.c.id)
        .outerjoin(THEME, THEME.c.id == CONTACT_CARE.c.theme_id)
        .outerjoin(STAFF, STAFF.c.id == CONTACT_CARE.c.staff_id)
        .outerjoin(STAFF_SESSION, session)
        .outerjoin(_HOLDER, _HOLDER.c.id == STAFF_SESSION.c.staff_id)
    )


def _line(row: Any) -> InboxLine:
    return InboxLine(
        row.id,
        ContactSubject(row.subject),
        ContactState(row.state),
        row.language,
        row.sealed_email is not None,
        row.created_at,
        row.moved_at,
        None if row.theme_slug is None else Theme(row.theme_slug, row.theme_name),
        row.staff_id or 0,
        row.staff_name or "",
        None if row.holder_id is None else Held(row.holder_id, row.holder_name),
    )
