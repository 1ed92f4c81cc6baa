"""Mails of the letter that came back after the mail server had taken them: what they change."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa

from storage.database import Database
from storage.letter_deliveries import RETURNED, count_bounces
from storage.tables_letter_sending import LETTER_DELIVERY
from storage.values_letter import OPEN, Bounce, BounceOutcome, DeliveryState


async def take_bounces(
    database: Database, bounces: Sequence[Bounce], now: int
) -> tuple[Counter[BounceOutcome], int]:
    """Write down what came back; what each was, and how many addresses are paused from now on.

    A hard one makes its mail BOUNCED, as if the server had refused it; of a soft one the mail stays SENT, with the
    reason. Each mail counts once, however often its bounce is read.
    """

    def work(connection: sa.Connection) -> tuple[Counter[BounceOutcome], int]:
        outcomes: Counter[BounceOutcome] = Counter()
        troubled: set[bytes] = set()
        for bounce in sorted(
            bounces, key=lambda one: (one.subscriber, one.number)
        ):  # no two lock each other out
            outcome = _take(connection, bounce)
            outcomes[outcome] += 1
            if outcome is BounceOutcome.HARD:
                troubled.add(bounce.subscriber)
        return outcomes, count_bounces(connection, troubled, now) if troubled else 0

    return await database.write(work)


def _take(connection: sa.Connection, bounce: Bounce) -> BounceOutcome:
    its = (LETTER_DELIVERY.c.subscriber == bounce.subscriber) & (LETTER_DELIVERY.c.number == bounce.number)
    found = sa.select(LETTER_DELIVERY.c.state, LETTER_DELIVERY.c.reason).where(its).with_for_update()
    row = connection.execute(found).first()
    if row is not None and row.state in OPEN:
        return BounceOutcome.EARLY
    if row is None or row.state not in (DeliveryState.SENT, DeliveryState.BOUNCED):
        return BounceOutcome.GONE
    if row.state == DeliveryState.BOUNCED or (row.reason.startswith(RETURNED) and not bounce.is_hard):
        return BounceOutcome.KNOWN
    told = {"reason": f"{RETURNED} {bounce.status}"}
    if bounce.is_hard:
        told["state"] = str(DeliveryState.BOUNCED)
    connection.execute(sa.update(LETTER_DELIVERY).where(its).values(told))
    return BounceOutcome.HARD if bounce.is_hard else BounceOutcome.SOFT
