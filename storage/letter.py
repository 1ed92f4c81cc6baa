"""The letter: who receives it, its issues, and the two kinds of link that its mails carry.

Until somebody confirms, their address is written nowhere: it travels, sealed, in the link that they are sent.
"""

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage import outbox
from storage.ballots import DAY_MS
from storage.database import Database
from storage.keys import Keys
from storage.letter_deliveries import ADDRESS, leave
from storage.letter_text import is_safe
from storage.sealing import Broken
from storage.statements import Insert, hold
from storage.tables_letter import LETTER_ISSUE, LETTER_SUBSCRIBER
from storage.values_contact import Block, BlockKind, Issue, NewMail

CONFIRM_DAYS = 7
MOST_MAILS_A_DAY = 3
"""To one address that was typed: nobody's mailbox is filled by somebody else."""

ISSUES_A_PAGE = 20
ABOUT = "letter"
LONGEST_TITLE = 140

_ID_BYTES = 16
_MAC_BYTES = 16
_CONFIRM = "letter confirmation"

Compose = Callable[[bytes | None], NewMail]


class LinkFault(StrEnum):
    """Why a link of a mail opens nothing."""

    ALTERED = "altered"
    EXPIRED = "expired"


class BadIssue(ValueError):
    """An issue that would not be shown as it is meant."""


# --- links


def confirmation_token(keys: Keys, address: str, now: int) -> str:
    """Proves that who opens the link reads the mails of this address; for seven days."""
    sealed = keys.letter.seal(json.dumps([now + CONFIRM_DAYS * DAY_MS, address]), _CONFIRM)
    return _plain(sealed)


def confirmed_address(keys: Keys, token: str, now: int) -> str | LinkFault:
    """The address of a confirmation's link."""
    sealed = _bytes(token)
    if sealed is None:
        return LinkFault.ALTERED
    try:
        until, address = json.loads(keys.letter.open(sealed, _CONFIRM))
    except Broken:
        return LinkFault.ALTERED
    return str(address) if now < until else LinkFault.EXPIRED


def unsubscribe_token(keys: Keys, subscriber: bytes) -> str:
    """Ends this subscription, whenever it is used."""
    return _plain(subscriber + keys.unsubscribe_mac(subscriber))


def subscriber_of(keys: Keys, token: str) -> bytes | LinkFault:
    """The subscriber for whom a link to unsubscribe was written, who may be gone since."""
    signed = _bytes(token)
    if signed is None or len(signed) != _ID_BYTES + _MAC_BYTES:
        return LinkFault.ALTERED
    subscriber, mac = signed[:_ID_BYTES], signed[_ID_BYTES:]
    return subscriber if hmac.compare_digest(mac, keys.unsubscribe_mac(subscriber)) else LinkFault.ALTERED


def _plain(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def _bytes(token: str) -> bytes | None:
    """Only the one way to write these bytes is taken."""
    try:
        found = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    return found if _plain(found) == token else None


# --- subscribers


async def ask_to_subscribe(database: Database, keys: Keys, address: str, compose: Compose, now: int) -> None:
    """Have a mail sent to an address that was typed; ``compose`` is told whose it is already (None: nobody's).

    The caller learns nothing of that, nor whether the address was sent enough mails today. Raises OutboxFull.
    """

    name = keys.address_key(address)

    def work(connection: sa.Connection) -> None:
        hold(connection, name)
        known = sa.select(LETTER_SUBSCRIBER.c.id).where(LETTER_SUBSCRIBER.c.address_key == name)
        mail = compose(connection.execute(known).scalar())
        if outbox.mails_since(connection, keys, address, ABOUT, now - DAY_MS) < MOST_MAILS_A_DAY:
            outbox.put(connection, keys, mail, now)

    await database.write(work)


async def subscribe(database: Database, keys: Keys, address: str, welcome: Compose, now: int) -> None:
    """Have a confirmed address receive the letter, and welcome it once. Raises OutboxFull.

    One that was paused since its mails came back receives them again: somebody has just read one.
    """
    subscriber, name = secrets.token_bytes(_ID_BYTES), keys.address_key(address)
    row = {
        "id": subscriber,
        "address_key": name,
        "sealed_address": keys.letter.seal(address, ADDRESS),
        "confirmed_at": now,
        "bounces": 0,
        "paused_at": None,
    }

    def work(connection: sa.Connection) -> None:
        hold(connection, name)
        known = LETTER_SUBSCRIBER.c.address_key == name
        if connection.execute(sa.select(LETTER_SUBSCRIBER.c.id).where(known)).first() is None:
            _INSERT_SUBSCRIBER(connection, [row])
            outbox.put(connection, keys, welcome(subscriber), now)
        again = {"confirmed_at": now, "bounces": 0, "paused_at": None}
        connection.execute(sa.update(LETTER_SUBSCRIBER).where(known).values(again))

    await database.write(work, idempotent=True)


async def unsubscribe(database: Database, keys: Keys, subscriber: bytes) -> None:
    """Forget a subscriber's address, and what waits to be sent to it; nothing is kept of it."""

    def work(connection: sa.Connection) -> None:
        mine = LETTER_SUBSCRIBER.c.id == subscriber
        row = connection.execute(sa.select(LETTER_SUBSCRIBER).where(mine)).first()
        if row is not None:
            outbox.take_back(connection, ABOUT, row.address_key)
            leave(connection, subscriber)
            connection.execute(sa.delete(LETTER_SUBSCRIBER).where(mine))

    await database.write(work, idempotent=True)


async def subscribers(database: Database, keys: Keys) -> dict[bytes, str]:
    """Everybody's address, by subscriber."""
    async with database.read() as connection:
        rows = await connection.execute(sa.select(LETTER_SUBSCRIBER))
        return {row.id: keys.letter.open(row.sealed_address, ADDRESS) for row in rows}


# --- issues


async def store_issue(database: Database, issue: Issue) -> None:
    """Keep an issue, instead of the one that has its number. Raises BadIssue."""
    _check(issue)
    row = {
        "title": issue.title,
        "blocks": json.dumps([asdict(block) for block in issue.blocks], ensure_ascii=False),
        "sent_at": issue.sent_at,
    }
    same = LETTER_ISSUE.c.number == issue.number

    def work(connection: sa.Connection) -> None:
        if connection.execute(sa.update(LETTER_ISSUE).where(same).values(row)).rowcount == 0:
            connection.execute(sa.insert(LETTER_ISSUE).values(number=issue.number, **row))

    await database.write(work, idempotent=True)


async def sent_issue(database: Database, number: int, now: int) -> Issue | None:
    """An issue that was sent."""
    statement = sa.select(LETTER_ISSUE).where(LETTER_ISSUE.c.number == number, LETTER_ISSUE.c.sent_at <= now)
    async with database.read() as connection:
        row = (await connection.execute(statement)).first()
        return None if row is None else _issue(row)


async def sent_issues(database: Database, page: int, now: int) -> tuple[list[Issue], int]:
    """One page of the issues that were sent, the newest first, and how many pages there are (at least one)."""
    sent = LETTER_ISSUE.c.sent_at <= now
    async with database.read() as connection:
        count = (await connection.execute(sa.select(sa.func.count()).where(sent))).scalar_one()
        pages = max(1, -(-count // ISSUES_A_PAGE))
        first = (min(page, pages) - 1) * ISSUES_A_PAGE
        newest = sa.select(LETTER_ISSUE).where(sent).order_by(LETTER_ISSUE.c.number.desc())
        rows = await connection.execute(newest.offset(first).limit(ISSUES_A_PAGE))
        return [_issue(row) for row in rows], pages


def _check(issue: Issue) -> None:
    if issue.number < 1 or not issue.title.strip() or len(issue.title) > LONGEST_TITLE:
        raise BadIssue(f"an issue needs a number from 1 and a title of at most {LONGEST_TITLE} signs")
    for block in issue.blocks:
        if block.kind is BlockKind.LINK and not is_safe(block.href):
            raise BadIssue(f"a link leads to {block.href!r}: https://… or a path of ours is needed")


def _issue(row: Row[tuple[object, ...]]) -> Issue:
    blocks = tuple(
        Block(BlockKind(one["kind"]), one["text"], tuple(one["items"]), one["href"])
        for one in json.loads(row.blocks)
    )
    return Issue(row.number, row.title, blocks, row.sent_at)


_INSERT_SUBSCRIBER = Insert(LETTER_SUBSCRIBER)
