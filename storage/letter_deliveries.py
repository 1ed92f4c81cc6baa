"""The sending of an issue: one row for each subscriber, which one node at a time has in its hands.

A row is CLAIMED before anything is said of it, and HANDING before the last byte of its mail is: so whoever comes
after a node that was killed knows of every row but those few whether it was said. Of those the node's own file
knows (server/letter_handed.py); where that is lost too, the mail is sent again under the same Message-ID.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby, takewhile

import sqlalchemy as sa

from storage.database import Database
from storage.keys import Keys
from storage.sealing import Broken
from storage.tables_letter import LETTER_SUBSCRIBER
from storage.tables_letter_sending import LETTER_DELIVERY, LETTER_EDITION
from storage.values_letter import (
    OPEN,
    Delivery,
    DeliveryState,
    EditionState,
    Outcome,
    OutcomeKind,
    Progress,
)

LEASE_MS = 5 * 60_000
"""So long a node has what it claimed; a round takes a minute at most."""

MOST_BOUNCES = 3
"""Issues in a row that came back, after which an address is paused."""

ADDRESS = "letter address"

RETURNED = "returned"
"""What the reason of a mail begins with that came back after the server had taken it."""

_STATE = LETTER_DELIVERY.c.state
_IS_SOFT = (_STATE == str(DeliveryState.SENT)) & LETTER_DELIVERY.c.reason.startswith(RETURNED)
_AFTER = {
    OutcomeKind.SENT: DeliveryState.SENT,
    OutcomeKind.BOUNCED: DeliveryState.BOUNCED,
    OutcomeKind.LATER: DeliveryState.WAITING,
    OutcomeKind.BACK: DeliveryState.WAITING,
}


def enrol(connection: sa.Connection, number: int, now: int) -> None:
    """A row for everybody who is subscribed at this moment; within the transaction that begins the sending."""
    columns = ("subscriber", "number", "state", "due_at", "tries", "claimed_by", "reason")
    everybody = sa.select(
        LETTER_SUBSCRIBER.c.id,
        sa.literal(number),
        sa.literal(str(DeliveryState.WAITING)),
        sa.literal(now, sa.BigInteger),
        sa.literal(0),
        sa.null(),
        sa.literal(""),
    ).where(LETTER_SUBSCRIBER.c.paused_at.is_(None))
    connection.execute(sa.insert(LETTER_DELIVERY).from_select(columns, everybody))


def leave(connection: sa.Connection, subscriber: bytes) -> None:
    """Who unsubscribes is sent nothing any more; that somebody left is counted for the newest issue."""
    mine = LETTER_DELIVERY.c.subscriber == subscriber
    waits = _STATE.in_([str(DeliveryState.WAITING), str(DeliveryState.CLAIMED)])
    gone = sa.update(LETTER_DELIVERY).where(mine, waits)
    connection.execute(gone.values(state=str(DeliveryState.GONE), claimed_by=None))
    newest = sa.select(sa.func.max(LETTER_DELIVERY.c.number)).where(mine).scalar_subquery()
    sent = mine & (LETTER_DELIVERY.c.number == newest) & (_STATE == str(DeliveryState.SENT))
    connection.execute(sa.update(LETTER_DELIVERY).where(sent).values(state=str(DeliveryState.LEFT)))


async def claim(
    database: Database, keys: Keys, number: int, token: str, most: int, now: int
) -> list[Delivery]:
    """At most ``most`` mails for the process ``token`` alone; none where none is due, or the sending rests."""

    def work(connection: sa.Connection) -> list[Delivery]:
        if not _is_sending(connection, number):
            return []
        of_issue = LETTER_DELIVERY.c.number == number
        ended = of_issue & _STATE.in_([str(DeliveryState.CLAIMED), str(DeliveryState.HANDING)])
        again = sa.update(LETTER_DELIVERY).where(ended, LETTER_DELIVERY.c.due_at <= now)
        connection.execute(again.values(state=str(DeliveryState.WAITING), claimed_by=None, due_at=now))
        due = (
            sa.select(
                LETTER_DELIVERY.c.subscriber, LETTER_DELIVERY.c.tries, LETTER_SUBSCRIBER.c.sealed_address
            )
            .join(LETTER_SUBSCRIBER, LETTER_SUBSCRIBER.c.id == LETTER_DELIVERY.c.subscriber)
            .where(of_issue, _STATE == str(DeliveryState.WAITING), LETTER_DELIVERY.c.due_at <= now)
            .order_by(LETTER_DELIVERY.c.due_at)
            .limit(most)
            .with_for_update(skip_locked=True, of=LETTER_DELIVERY)
        )
        rows = connection.execute(due).all()
        mine = of_issue & LETTER_DELIVERY.c.subscriber.in_([row.subscriber for row in rows])
        if rows:
            claimed = {"state": str(DeliveryState.CLAIMED), "claimed_by": token, "due_at": now + LEASE_MS}
            connection.execute(sa.update(LETTER_DELIVERY).where(mine).values(claimed))
        return [Delivery(row.subscriber, _opened(keys, row.sealed_address), row.tries) for row in rows]

    return await database.write(work)


async def begin_handing(
    database: Database,
    number: int,
    token: str,
    subscribers: Collection[bytes],
    outcomes: Mapping[bytes, Outcome],
    now: int,
) -> set[bytes]:
    """Write down that the mails of these are about to be said to the end; those who may still be sent theirs.

    In the same transaction, what became of the mails before (``outcomes``).
    """

    def work(connection: sa.Connection) -> set[bytes]:
        _settle(connection, number, token, outcomes, now)
        if not subscribers or not _is_sending(connection, number):
            return set()
        mine = (
            (LETTER_DELIVERY.c.number == number)
            & LETTER_DELIVERY.c.subscriber.in_(list(subscribers))
            & (LETTER_DELIVERY.c.claimed_by == token)
            & (_STATE == str(DeliveryState.CLAIMED))
        )
        handing = {"state": str(DeliveryState.HANDING), "due_at": now + LEASE_MS}
        changed = sa.update(LETTER_DELIVERY).where(mine).values(handing)
        return set(connection.scalars(changed.returning(LETTER_DELIVERY.c.subscriber)))

    return await database.write(work)


async def settle(
    database: Database, number: int, token: str, outcomes: Mapping[bytes, Outcome], now: int
) -> None:
    """Write down what became of mails that this process has in its hands."""
    await database.write(
        lambda connection: _settle(connection, number, token, outcomes, now), idempotent=True
    )


def _settle(
    connection: sa.Connection, number: int, token: str, outcomes: Mapping[bytes, Outcome], now: int
) -> None:
    together: dict[Outcome, list[bytes]] = {}
    for subscriber, outcome in outcomes.items():
        together.setdefault(outcome, []).append(subscriber)
    for outcome, subscribers in together.items():
        mine = (
            (LETTER_DELIVERY.c.number == number)
            & LETTER_DELIVERY.c.subscriber.in_(subscribers)
            & (LETTER_DELIVERY.c.claimed_by == token)
        )
        told = {
            "state": str(_AFTER[outcome.kind]),
            "claimed_by": None,
            "due_at": outcome.due_at or now,
            "reason": outcome.reason[:80],
            "tries": LETTER_DELIVERY.c.tries + int(outcome.kind is not OutcomeKind.BACK),
        }
        changed = sa.update(LETTER_DELIVERY).where(mine).values(told)
        done = list(connection.scalars(changed.returning(LETTER_DELIVERY.c.subscriber)))
        if outcome.kind is OutcomeKind.BOUNCED:
            count_bounces(connection, done, now)


async def resolve(database: Database, token: str, handed: Collection[bytes], now: int) -> None:
    """Let go of what an ended process had in its hands: ``handed`` it had said to the end, the others not."""

    def work(connection: sa.Connection) -> None:
        its = LETTER_DELIVERY.c.claimed_by == token
        if handed:
            said = its & LETTER_DELIVERY.c.subscriber.in_(list(handed))
            said &= _STATE == str(DeliveryState.HANDING)
            sent = {
                "state": str(DeliveryState.SENT),
                "claimed_by": None,
                "tries": LETTER_DELIVERY.c.tries + 1,
            }
            connection.execute(sa.update(LETTER_DELIVERY).where(said).values(sent))
        held = its & _STATE.in_([str(DeliveryState.CLAIMED), str(DeliveryState.HANDING)])
        back = {"state": str(DeliveryState.WAITING), "claimed_by": None, "due_at": now}
        connection.execute(sa.update(LETTER_DELIVERY).where(held).values(back))

    await database.write(work, idempotent=True)


async def finish_if_done(database: Database, number: int, now: int) -> bool:
    """Whether nothing of the issue is left to be sent; it is then SENT."""

    def work(connection: sa.Connection) -> bool:
        left = sa.select(LETTER_DELIVERY.c.subscriber).where(
            LETTER_DELIVERY.c.number == number, _STATE.in_([str(state) for state in OPEN])
        )
        if connection.execute(left.limit(1)).first() is not None:
            return False
        sending = (LETTER_EDITION.c.number == number) & (LETTER_EDITION.c.state == str(EditionState.SENDING))
        sent = {"state": str(EditionState.SENT), "ended_at": now, "trouble": ""}
        connection.execute(sa.update(LETTER_EDITION).where(sending).values(sent))
        return True

    return await database.write(work, idempotent=True)


async def progress(database: Database, number: int) -> Progress:
    states = (
        sa.select(_STATE, sa.func.count().label("many"))
        .where(LETTER_DELIVERY.c.number == number)
        .group_by(_STATE)
    )
    later = sa.select(sa.func.count()).where(
        LETTER_DELIVERY.c.number == number,
        _STATE == str(DeliveryState.WAITING),
        LETTER_DELIVERY.c.tries > 0,
    )
    soft = sa.select(sa.func.count()).where(LETTER_DELIVERY.c.number == number, _IS_SOFT)
    async with database.read() as connection:
        numbers = {DeliveryState(row.state): row.many for row in await connection.execute(states)}
        put_off, came_back = [(await connection.execute(one)).scalar_one() for one in (later, soft)]
        return Progress(numbers, put_off, came_back)


async def audience(database: Database) -> tuple[int, int]:
    """How many receive the letter, and how many addresses are paused."""
    paused = sa.func.count(LETTER_SUBSCRIBER.c.paused_at)
    statement = sa.select(sa.func.count() - paused, paused).select_from(LETTER_SUBSCRIBER)
    async with database.read() as connection:
        active, resting = (await connection.execute(statement)).one()
        return int(active), int(resting)


async def reasons(database: Database, number: int, most: int = 20) -> Sequence[tuple[str, int]]:
    """Why mails came back, for good or for now, the most frequent first."""
    many = sa.func.count().label("many")
    came_back = (_STATE == str(DeliveryState.BOUNCED)) | _IS_SOFT
    statement = (
        sa.select(LETTER_DELIVERY.c.reason, many)
        .where(LETTER_DELIVERY.c.number == number, came_back)
        .group_by(LETTER_DELIVERY.c.reason)
        .order_by(many.desc(), LETTER_DELIVERY.c.reason)
        .limit(most)
    )
    async with database.read() as connection:
        return [(row.reason, row.many) for row in await connection.execute(statement)]


def _is_sending(connection: sa.Connection, number: int) -> bool:
    state = connection.execute(
        sa.select(LETTER_EDITION.c.state).where(LETTER_EDITION.c.number == number)
    ).scalar()
    return state == EditionState.SENDING


def count_bounces(connection: sa.Connection, subscribers: Collection[bytes], now: int) -> int:
    """Count anew how many issues in a row came back since the address was confirmed; how many that pauses."""
    read = [str(DeliveryState.SENT), str(DeliveryState.BOUNCED)]
    statement = (
        sa.select(LETTER_DELIVERY.c.subscriber, _STATE)
        .join(LETTER_SUBSCRIBER, LETTER_SUBSCRIBER.c.id == LETTER_DELIVERY.c.subscriber)
        .join(LETTER_EDITION, LETTER_EDITION.c.number == LETTER_DELIVERY.c.number)
        .where(LETTER_DELIVERY.c.subscriber.in_(list(subscribers)), _STATE.in_(read))
        .where(LETTER_EDITION.c.started_at >= LETTER_SUBSCRIBER.c.confirmed_at)
        .order_by(LETTER_DELIVERY.c.subscriber, LETTER_DELIVERY.c.number.desc())
    )
    by_count: dict[int, list[bytes]] = {}
    for subscriber, rows in groupby(connection.execute(statement), key=lambda row: bytes(row.subscriber)):
        in_a_row = sum(1 for _ in takewhile(lambda row: row.state == DeliveryState.BOUNCED, rows))
        by_count.setdefault(in_a_row, []).append(subscriber)
    paused = 0
    for count, some in by_count.items():
        these = LETTER_SUBSCRIBER.c.id.in_(some)
        connection.execute(sa.update(LETTER_SUBSCRIBER).where(these).values(bounces=count))
        if count >= MOST_BOUNCES:
            awake = sa.update(LETTER_SUBSCRIBER).where(these, LETTER_SUBSCRIBER.c.paused_at.is_(None))
            paused += connection.execute(awake.values(paused_at=now)).rowcount
    return paused


def _opened(keys: Keys, sealed: bytes) -> str:
    try:
        return keys.letter.open(sealed, ADDRESS)
    except Broken:
        return ""
