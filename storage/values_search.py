"""What may be asked of the search, and what it answers."""

from dataclasses import dataclass
from enum import StrEnum

from realtime.tally import Departement
from storage.values import Topic, TopicState

A_PAGE = 20
MOST_COUNTED = 1000
"""So many results are counted and can be paged through; who has more says more precisely what they want."""


class Who(StrEnum):
    REGION = "region"
    CITIZENS = "citizens"


class Answer(StrEnum):
    """What the Région has said back: for now only whether it has answered."""

    GIVEN = "given"


class Order(StrEnum):
    """``CLOSING`` lists open topics that have an end, ``DIVIDED`` what is « partagé » for everybody to see."""

    RECENT = "recent"
    CLOSING = "closing"
    POPULAR = "popular"
    DIVIDED = "divided"


@dataclass(frozen=True, slots=True)
class Query:
    """``words`` is what somebody typed; of the others None means all. ``page`` counts from 1."""

    words: str = ""
    theme: str | None = None
    state: TopicState | None = None
    who: Who | None = None
    departement: Departement | None = None
    answer: Answer | None = None
    order: Order = Order.RECENT
    page: int = 1


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a list that has so many."""

    topics: list[Topic]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found. ``count`` stops at ``MOST_COUNTED``, ``has_more`` says that there are more.

    ``understood`` is false where words were typed of which none can be looked for.
    """

    topics: list[Topic]
    count: int
    has_more: bool
    page: int
    understood: bool = True

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // A_PAGE))
