"""What operators order about the letter: to count the mails of it that came back."""

from collections.abc import Mapping

from server.orders import Answer, Desk, Order, Wanted
from storage.letter_bounces import take_bounces
from storage.values_letter import Bounce


async def _bounces(desk: Desk, wanted: Wanted) -> Answer:
    bounces = [
        Bounce(int(one["number"]), bytes.fromhex(one["subscriber"]), str(one["status"]))
        for one in wanted["bounces"]
    ]
    outcomes, paused = await take_bounces(desk.database, bounces, desk.now)
    return {"outcomes": {str(outcome): many for outcome, many in outcomes.items()}, "paused": paused}


LETTER_ORDERS: Mapping[str, Order] = {"letter/bounces": _bounces}
