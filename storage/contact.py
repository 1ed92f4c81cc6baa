"""What citizens write to the Région, and its answers: sealed, and found only by who wrote them.

An author is a pseudonym made for this alone: from a conversation no way leads to a profile or a ballot.
"""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage import outbox
from storage.ballots import DAY_MS
from storage.database import Database
from storage.keys import Keys
from storage.marks import Mark, raise_mark
from storage.statements import hold
from storage.tables_contact import CONTACT_MESSAGE, CONTACT_THREAD
from storage.tables_referents import CONTACT_CARE, CONTACT_NOTE
from storage.values_contact import (
    ContactFault,
    ContactMessage,
    ContactState,
    ContactSubject,
    ContactThread,
    NewMail,
)

MOST_THREADS_A_DAY = 5
MOST_MESSAGES_A_DAY = 20
MOST_MESSAGES = 200
"""In one conversation; who has more to say begins another."""

LONGEST_WAITING_DAYS = 758
"""25 months at their shortest: who was not answered by then waits for nothing any more."""

MOST_SHOWN = 50
MOST_WAITING = 20_000
"""Conversations without an answer; more than that is not read by anybody."""

Notice = Callable[[ContactThread], NewMail]

_TEXT, _EMAIL = "contact text", "contact e-mail"


async def open_thread(
    database: Database,
    keys: Keys,
    device: bytes,
    *,
    subject: ContactSubject,
    text: str,
    email: str,
    language: str,
    op: str,
    now: int,
) -> int | ContactFault:
    """Begin a conversation; its id. The same ``op`` again gives the same one. ``email`` may be empty."""
    author = keys.correspondent(device)
    thread = {
        "author": author,
        "subject": str(subject),
        "state": str(ContactState.WAITING),
        "language": language,
        "sealed_email": keys.contact.seal(email, _EMAIL) if email else None,
        "created_at": now,
        "moved_at": now,
    }

    def work(connection: sa.Connection) -> int | ContactFault:
        hold(connection, author)
        if (written := _written(connection, author, op)) is not None:
            return written
        if _count(connection, CONTACT_THREAD, CONTACT_THREAD.c.author == author, now) >= MOST_THREADS_A_DAY:
            return ContactFault.TOO_MANY
        if _has_spoken_enough(connection, author, now):
            return ContactFault.TOO_MANY
        waiting = sa.select(sa.func.count()).where(CONTACT_THREAD.c.state == str(ContactState.WAITING))
        if connection.execute(waiting).scalar_one() >= MOST_WAITING:
            return ContactFault.FULL
        (thread_id,) = connection.execute(sa.insert(CONTACT_THREAD).values(thread)).inserted_primary_key or (
            0,
        )
        add_message(connection, keys, int(thread_id), text, author=author, op=op, now=now)
        return int(thread_id)

    return await database.write(work, idempotent=True)


async def write_again(
    database: Database, keys: Keys, device: bytes, thread_id: int, *, text: str, op: str, now: int
) -> int | ContactFault:
    """Add a message to one's own conversation, which then waits for an answer again; the conversation's id."""
    author = keys.correspondent(device)

    def work(connection: sa.Connection) -> int | ContactFault:
        hold(connection, author)
        if (written := _written(connection, author, op)) is not None:
            return written
        row = lock_thread(connection, thread_id)
        if row is None or row.author != author:
            return ContactFault.NO_THREAD
        if row.state == ContactState.CLOSED:
            return ContactFault.CLOSED
        spoken = sa.select(sa.func.count()).where(CONTACT_MESSAGE.c.thread_id == thread_id)
        full = connection.execute(spoken).scalar_one() >= MOST_MESSAGES
        if full or _has_spoken_enough(connection, author, now):
            return ContactFault.TOO_MANY
        add_message(connection, keys, thread_id, text, author=author, op=op, now=now)
        move_thread(connection, thread_id, ContactState.WAITING, now)
        return thread_id

    return await database.write(work, idempotent=True)


async def answer(
    database: Database, keys: Keys, thread_id: int, *, text: str, op: str, now: int, notice: Notice
) -> bool:
    """Answer as the Région; who left an e-mail is told by ``notice``. False where there is no such conversation.

    Raises OutboxFull.
    """

    def work(connection: sa.Connection) -> bool:
        row = lock_thread(connection, thread_id)
        if row is None:
            return False
        if known_op(connection, f"region {op}") is None:
            add_message(connection, keys, thread_id, text, author=None, op=op, now=now)
            move_thread(connection, thread_id, ContactState.ANSWERED, now)
            thread = thread_of(keys, row)
            if thread.email:
                outbox.put(connection, keys, notice(thread), now)
        return True

    return await database.write(work, idempotent=True)


async def close_thread(database: Database, thread_id: int, now: int) -> bool:
    """End a conversation: nobody writes in it any more. False where there is none."""

    def work(connection: sa.Connection) -> bool:
        row = lock_thread(connection, thread_id)
        if row is not None and row.state != ContactState.CLOSED:
            move_thread(connection, thread_id, ContactState.CLOSED, now)
        return row is not None

    return await database.write(work, idempotent=True)


async def own_threads(database: Database, keys: Keys, device: bytes) -> list[ContactThread]:
    """A citizen's conversations, the one that moved last first."""
    return await _threads(database, keys, CONTACT_THREAD.c.author == keys.correspondent(device), newest=True)


async def own_thread(
    database: Database, keys: Keys, device: bytes, thread_id: int
) -> tuple[ContactThread, list[ContactMessage]] | None:
    """A conversation with its messages in order, for who began it; None for everybody else."""
    return await _read(
        database,
        keys,
        (CONTACT_THREAD.c.id == thread_id) & (CONTACT_THREAD.c.author == keys.correspondent(device)),
    )


async def any_thread(
    database: Database, keys: Keys, thread_id: int
) -> tuple[ContactThread, list[ContactMessage]] | None:
    """For the Région."""
    return await _read(database, keys, CONTACT_THREAD.c.id == thread_id)


async def open_threads(database: Database, keys: Keys) -> list[ContactThread]:
    """For the Région: what is not closed, the one that has waited longest first."""
    return await _threads(database, keys, CONTACT_THREAD.c.state != str(ContactState.CLOSED), newest=False)


def forget_threads(connection: sa.Connection, keys: Keys, device: bytes) -> None:
    """Delete all that a device wrote, and the answers, and the notices of them that wait."""
    _delete(connection, CONTACT_THREAD.c.author == keys.correspondent(device))


async def forget_old_threads(database: Database, now: int, days: int) -> int:
    """Delete conversations that were closed, or answered and left, more than ``days`` ago; how many.

    One that still waits for an answer has longer, but not for ever.
    """
    waits = CONTACT_THREAD.c.state == str(ContactState.WAITING)
    moved, longest = CONTACT_THREAD.c.moved_at, max(days, LONGEST_WAITING_DAYS)
    over = (~waits & (moved < now - days * DAY_MS)) | (moved < now - longest * DAY_MS)
    return await database.write(lambda connection: _delete(connection, over), idempotent=True)


def about(thread_id: int) -> str:
    """What mails that belong to a conversation are about."""
    return f"contact {thread_id}"


def _delete(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    ids = [row.id for row in connection.execute(sa.select(CONTACT_THREAD.c.id).where(which))]
    for thread_id in ids:
        outbox.take_back(connection, about(thread_id))
        for table in (CONTACT_MESSAGE, CONTACT_NOTE, CONTACT_CARE):
            connection.execute(sa.delete(table).where(table.c.thread_id == thread_id))
        connection.execute(sa.delete(CONTACT_THREAD).where(CONTACT_THREAD.c.id == thread_id))
    return len(ids)


def lock_thread(connection: sa.Connection, thread_id: int) -> Row[tuple[object, ...]] | None:
    """The conversation, held until the transaction ends."""
    statement = sa.select(CONTACT_THREAD).where(CONTACT_THREAD.c.id == thread_id).with_for_update()
    return connection.execute(statement).first()


def add_message(
    connection: sa.Connection,
    keys: Keys,
    thread_id: int,
    text: str,
    *,
    author: bytes | None,
    op: str,
    now: int,
) -> None:
    row = {
        "thread_id": thread_id,
        "author": author,
        "op": f"region {op}" if author is None else _own_op(author, op),
        "sealed": keys.contact.seal(text, _TEXT),
        "at": now,
    }
    connection.execute(sa.insert(CONTACT_MESSAGE).values(row))
    raise_mark(connection, Mark.DESK)


def move_thread(connection: sa.Connection, thread_id: int, state: ContactState, now: int) -> None:
    row = {"state": str(state), "moved_at": now}
    connection.execute(sa.update(CONTACT_THREAD).where(CONTACT_THREAD.c.id == thread_id).values(row))
    raise_mark(connection, Mark.DESK)


async def may_write_again(database: Database, keys: Keys, device: bytes, *, begins: bool) -> int | None:
    """The instant from which a message is taken again; None where nothing but its conversation is full."""
    author = keys.correspondent(device)
    bounds = [(CONTACT_MESSAGE.c.at, CONTACT_MESSAGE.c.author == author, MOST_MESSAGES_A_DAY)]
    if begins:
        bounds.append((CONTACT_THREAD.c.created_at, CONTACT_THREAD.c.author == author, MOST_THREADS_A_DAY))
    async with database.read() as connection:
        nth = [
            (
                await connection.execute(
                    sa.select(at).where(mine).order_by(at.desc()).offset(most - 1).limit(1)
                )
            )
            for at, mine, most in bounds
        ]
    return max((at + DAY_MS for found in nth if (at := found.scalar()) is not None), default=None)


def _written(connection: sa.Connection, author: bytes, op: str) -> int | None:
    """The conversation in which this author's ``op`` has written already."""
    return known_op(connection, _own_op(author, op))


def known_op(connection: sa.Connection, op: str) -> int | None:
    return connection.execute(
        sa.select(CONTACT_MESSAGE.c.thread_id).where(CONTACT_MESSAGE.c.op == op)
    ).scalar()


def _own_op(author: bytes, op: str) -> str:
    """Nobody else's op can be met or taken."""
    return f"{author.hex()} {op}"


def _has_spoken_enough(connection: sa.Connection, author: bytes, now: int) -> bool:
    mine = CONTACT_MESSAGE.c.author == author
    recent = sa.select(sa.func.count()).where(mine, CONTACT_MESSAGE.c.at > now - DAY_MS)
    return bool(connection.execute(recent).scalar_one() >= MOST_MESSAGES_A_DAY)


def _count(connection: sa.Connection, table: sa.Table, mine: sa.ColumnElement[bool], now: int) -> int:
    statement = sa.select(sa.func.count()).where(mine, table.c.created_at > now - DAY_MS)
    return int(connection.execute(statement).scalar_one())


async def _threads(
    database: Database, keys: Keys, which: sa.ColumnElement[bool], *, newest: bool
) -> list[ContactThread]:
    moved = CONTACT_THREAD.c.moved_at
    order = moved.desc() if newest else moved.asc()
    statement = sa.select(CONTACT_THREAD).where(which).order_by(order, CONTACT_THREAD.c.id).limit(MOST_SHOWN)
    async with database.read() as connection:
        return [thread_of(keys, row) for row in await connection.execute(statement)]


async def _read(
    database: Database, keys: Keys, which: sa.ColumnElement[bool]
) -> tuple[ContactThread, list[ContactMessage]] | None:
    async with database.read() as connection:
        row = (await connection.execute(sa.select(CONTACT_THREAD).where(which))).first()
        if row is None:
            return None
        mine = sa.select(CONTACT_MESSAGE).where(CONTACT_MESSAGE.c.thread_id == row.id)
        rows = await connection.execute(mine.order_by(CONTACT_MESSAGE.c.id))
        return thread_of(keys, row), [message_of(keys, one) for one in rows]


def thread_of(keys: Keys, row: Row[tuple[object, ...]]) -> ContactThread:
    return ContactThread(
        id=row.id,
        subject=ContactSubject(row.subject),
        state=ContactState(row.state),
        language=row.language,
        email="" if row.sealed_email is None else keys.contact.open(row.sealed_email, _EMAIL),
        created_at=row.created_at,
        moved_at=row.moved_at,
    )


def message_of(keys: Keys, row: Row[tuple[object, ...]]) -> ContactMessage:
    return ContactMessage(row.id, keys.contact.open(row.sealed, _TEXT), row.author is None, row.at)
