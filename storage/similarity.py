"""Topics that are about the same as a text, by the words they share: a rare word tells more than a common one.

The weight of a word is its inverse document frequency, log(1 + topics / topics with the word) (K. Spärck Jones,
"A statistical interpretation of term specificity and its application in retrieval", 1972).
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.listing import CITIZENS, LISTED, in_state
from storage.tables import TALLY, TOPIC
from storage.tables_search import TOPIC_WORD
from storage.topics import topics_in_order
from storage.values import Topic, TopicState
from storage.words import forms, stem

LONGEST_TEXT = 400
MOST_STEMS = 20
MOST_WITH_A_WORD = 500
"""Of the topics that have a word the newest are looked at, …"""

MOST_COMPARED = 200
"""… and compared word for word are those that share most."""

MOST_COUNTED = 5000
"""A word that more topics have weighs no less."""

LEAST_SHARED = 1 / 3
"""The part of a text's weight that a topic shares where it is about the same."""

UNKNOWN_WEIGHS = 2 / 3
"""Of a rare word's weight, a word that no topic has: it may be what the text is about, or be mistyped."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What each stem of a text weighs that others have too, the least weight and the least number to share."""

    weights: Mapping[str, float]
    least: float
    enough: int

    def of(self, shared: Collection[str]) -> float:
        return sum(self.weights[word] for word in shared)


def stems_of(text: str) -> list[str]:
    """What a text is compared by, in its order, none twice."""
    return list(dict.fromkeys(stem(form) for form in forms(text[:LONGEST_TEXT])))[:MOST_STEMS]


def weigh(stems: Collection[str], counts: Mapping[str, int], number: int) -> Measure:
    """The measure of a text among ``number`` others, of which so many have each stem."""
    weights = {word: math.log(1 + number / count) for word, count in counts.items() if count}
    unknown = (len(stems) - len(weights)) * UNKNOWN_WEIGHS * math.log(1 + number)
    return Measure(weights, LEAST_SHARED * (sum(weights.values()) + unknown), 2 if len(stems) > 2 else 1)


def is_alike(measure: Measure, shared: Collection[str]) -> bool:
    return len(shared) >= measure.enough and measure.of(shared) >= measure.least


async def similar(database: Database, text: str, limit: int, now: int) -> list[Topic]:
    """Published topics like ``text``, citizens' on which one may vote first, then by what is shared."""
    stems = stems_of(text)
    if not stems:
        return []
    async with database.read() as connection:
        topics = await connection.scalar(sa.select(sa.func.max(TOPIC.c.id))) or 0
        measure = weigh(stems, await _counts(connection, stems), topics)
        shared = await _shared(connection, measure.weights)
        rows = await connection.execute(_compared(list(shared), now))
        alike = [row for row in rows if is_alike(measure, shared[row.id])]
        alike.sort(key=lambda row: _rank(row, measure.of(shared[row.id])))
        return await topics_in_order(connection, [row.id for row in alike[:limit]])


def _rank(row: Row[tuple[object, ...]], weight: float) -> tuple[bool, float, int, int]:
    return (not row.can_be_voted_for, -weight, -row.voters, -row.id)


async def _counts(connection: AsyncConnection, stems: list[str]) -> dict[str, int]:
    """How many topics have each stem."""
    counts = [_count(word).label(f"word_{number}") for number, word in enumerate(stems)]
    row = (await connection.execute(sa.select(*counts))).one()
    return dict(zip(stems, row, strict=True))


def _count(word: str) -> sa.ScalarSelect[int]:
    some = sa.select(sa.literal(1)).where(TOPIC_WORD.c.stem == word).limit(MOST_COUNTED).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


async def _shared(connection: AsyncConnection, weights: Mapping[str, float]) -> dict[int, frozenset[str]]:
    """The stems that each of the topics has which have most of them."""
    first: Counter[int] = Counter()
    for word, weight in weights.items():
        with_it = sa.select(TOPIC_WORD.c.topic_id).where(TOPIC_WORD.c.stem == word)
        newest = with_it.order_by(TOPIC_WORD.c.topic_id.desc()).limit(MOST_WITH_A_WORD)
        for topic_id in await connection.scalars(newest):
            first[topic_id] += weight  # type: ignore[assignment]
    ids = [topic_id for topic_id, _ in first.most_common(MOST_COMPARED)]
    pairs = sa.select(TOPIC_WORD.c.topic_id, TOPIC_WORD.c.stem).where(
        TOPIC_WORD.c.topic_id.in_(ids), TOPIC_WORD.c.stem.in_(sorted(weights))
    )
    words: dict[int, set[str]] = {topic_id: set() for topic_id in ids}
    for topic_id, word in await connection.execute(pairs):
        words[topic_id].add(word)
    return {topic_id: frozenset(found) for topic_id, found in words.items()}


def _compared(ids: list[int], now: int) -> sa.Select[tuple[int, int, bool]]:
    """Of these topics those that have begun, and whether it is a citizen's on which one may vote."""
    votable = sa.and_(TOPIC.c.kind.in_(CITIZENS), in_state(TopicState.OPEN, now))
    return (
        sa.select(TOPIC.c.id, TALLY.c.voters, votable.label("can_be_voted_for"))
        .join(TALLY, TALLY.c.topic_id == TOPIC.c.id)
        .where(TOPIC.c.id.in_(ids), *LISTED, TOPIC.c.opens_at <= now)
    )
