"""A page that many are given."""

from dataclasses import dataclass

from web.citizen.card_texts import Seat


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A page as everybody is given it who has no ballot on any of the topics ``asked``.

    ``seats`` are where its cards stand; None where whoever has a ballot has a page of their own.
    """

    body: str
    asked: frozenset[int]
    seats: list[Seat] | None = None
