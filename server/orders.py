"""What operators order, by its name at their door: each takes and answers a plain map."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.database import Database
from storage.keys import Keys
from storage.values_posts import PostingRules
from web.catalogue import Language
from web.rendering import Pages

Wanted = Mapping[str, Any]
Answer = dict[str, Any]


class OrderRefused(Exception):
    """The order cannot be carried out; the message says why."""


class WrongUse(OrderRefused):
    """The command was not written as it is used; the message says how, in one or two lines."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What orders are carried out with; ``pages`` makes mails, in the language of whoever gets them."""

    database: Database
    keys: Keys
    posting: PostingRules
    pages: Callable[[], Mapping[Language, Pages]]
    now: int


Order = Callable[[Desk, Wanted], Awaitable[Answer]]


async def carry_out(order: Order, desk: Desk, wanted: Wanted) -> Answer:
    """Raises OrderRefused, also where the map is not what the order takes, and StorageUnavailable."""
    try:
        return await order(desk, wanted)
    except (KeyError, TypeError, ValueError) as error:
        raise OrderRefused(f"not understood: {error!r}") from None
