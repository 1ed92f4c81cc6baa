"""The outbox: mails are written in the transaction of what causes them, and sent later by whoever claims them.

A claim moves the moment at which a mail is due by ``LEASE_MS``: nobody else takes it meanwhile, and where the
claimer ends it is due again. Whether it was sent by then only its receiver knows: it goes out once more, under
the same Message-ID.
"""

import json
from dataclasses import asdict

import sqlalchemy as sa

from storage.database import Database
from storage.keys import Keys
from storage.sealing import Broken
from storage.tables_outbox import MAIL
from storage.values_contact import ClaimedMail, NewMail

LEASE_MS = 10 * 60_000
MOST_WAITING = 20_000
KEEP_MS = 30 * 86_400_000
"""How long is remembered that a mail was sent, or why it could not be."""

UNREADABLE = "unreadable"


class OutboxFull(Exception):
    """Too many mails wait already."""


def put(connection: sa.Connection, keys: Keys, mail: NewMail, now: int) -> bool:
    """Have a mail sent once the transaction is committed; false where its ``op`` was there already.

    Raises OutboxFull, before anything is written.
    """
    waiting = sa.select(MAIL.c.id).where(MAIL.c.send_after.is_not(None)).limit(MOST_WAITING + 1)
    if (
        connection.execute(sa.select(sa.func.count()).select_from(waiting.subquery())).scalar_one()
        > MOST_WAITING
    ):
        raise OutboxFull
    if connection.execute(sa.select(MAIL.c.id).where(MAIL.c.op == mail.op)).first() is not None:
        return False
    row = {
        "op": mail.op,
        "about": mail.about,
        "recipient_key": keys.address_key(mail.recipient),
        "sealed": keys.mail.seal(json.dumps(asdict(mail)), mail.op),
        "created_at": now,
        "send_after": now,
        "tries": 0,
    }
    connection.execute(sa.insert(MAIL).values(row))
    return True


def mails_since(connection: sa.Connection, keys: Keys, recipient: str, about: str, since: int) -> int:
    """How many mails about something were written for an address from ``since`` on."""
    statement = sa.select(sa.func.count()).where(
        MAIL.c.recipient_key == keys.address_key(recipient),
        MAIL.c.about == about,
        MAIL.c.created_at >= since,
    )
    return int(connection.execute(statement).scalar_one())


def take_back(connection: sa.Connection, about: str, recipient_key: bytes | None = None) -> None:
    """Forget the mails about something (to one address, where it is given), those that wait too."""
    statement = sa.delete(MAIL).where(MAIL.c.about == about)
    if recipient_key is not None:
        statement = statement.where(MAIL.c.recipient_key == recipient_key)
    connection.execute(statement)


async def is_due(database: Database, now: int) -> bool:
    """Whether a mail should be sent now; a look that costs the writer nothing."""
    async with database.read() as connection:
        due = sa.select(MAIL.c.id).where(MAIL.c.send_after <= now).limit(1)
        return (await connection.execute(due)).first() is not None


async def claim(database: Database, keys: Keys, now: int) -> ClaimedMail | None:
    """The mail that is due first, for the caller alone until the lease ends; None where none is due."""

    def work(connection: sa.Connection) -> ClaimedMail | None:
        due = sa.select(MAIL).where(MAIL.c.send_after <= now).order_by(MAIL.c.send_after, MAIL.c.id)
        while (row := connection.execute(due.limit(1).with_for_update(skip_locked=True)).first()) is not None:
            mine = sa.update(MAIL).where(MAIL.c.id == row.id)
            try:
                mail = _opened(keys, row.op, row.sealed)
            except (Broken, TypeError, ValueError):
                connection.execute(mine.values(send_after=None, failed_reason=UNREADABLE))
                continue
            connection.execute(mine.values(send_after=now + LEASE_MS, tries=row.tries + 1))
            return ClaimedMail(row.id, row.tries + 1, row.created_at, mail)
        return None

    return await database.write(work)


def _opened(keys: Keys, op: str, sealed: bytes) -> NewMail:
    return NewMail(**json.loads(keys.mail.open(sealed, op)))


async def mark_sent(database: Database, claimed: ClaimedMail, now: int) -> None:
    """Nothing is left of it but that it was sent."""
    await _mark(database, claimed, send_after=None, sent_at=now, sealed=None)


async def mark_later(database: Database, claimed: ClaimedMail, at: int) -> None:
    """It is due again at the instant ``at``."""
    await _mark(database, claimed, send_after=at)


async def mark_failed(database: Database, claimed: ClaimedMail, reason: str) -> None:
    """It will not be sent; ``reason`` is a code without anybody's words."""
    await _mark(database, claimed, send_after=None, failed_reason=reason, sealed=None)


async def _mark(database: Database, claimed: ClaimedMail, **values: object) -> None:
    mine = (MAIL.c.id == claimed.id) & (MAIL.c.tries == claimed.tries) & MAIL.c.send_after.is_not(None)
    statement = sa.update(MAIL).where(mine).values(**values)
    await database.write(lambda connection: connection.execute(statement), idempotent=True)


async def forget_old(database: Database, now: int) -> None:
    """Delete what was sent or has failed long ago."""
    old = sa.delete(MAIL).where(MAIL.c.send_after.is_(None), MAIL.c.created_at < now - KEEP_MS)
    await database.write(lambda connection: connection.execute(old), idempotent=True)
