"""What citizens say, as a hall reads it: the ideas they like best, and the words they use most."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from realtime.disclosure import BLOCK, View, seen_through
from storage.citizens_words import (
    InHall,
    authors_in,
    busiest_ideas,
    loved_ideas,
    newest_ideas,
    newest_texts,
    newest_texts_by_author,
)
from storage.database import Database
from storage.frequent_words import FrequentWord, frequent_words
from storage.tallies import standings
from storage.values import Provenance, Topic
from storage.values_events import Event
from storage.words import folded
from web.citizen.weather import Share, share

MOST_IDEAS = 5
LEAST_IDEAS = 3
"""Fewer make no board: another order is looked for."""

MOST_TEXTS = 300
MOST_WORDS = 24
SIZES = 5
RUDE_FROM = 1
"""Words of the list that are rated 0 are rarely meant badly."""


@dataclass(frozen=True, slots=True)
class Idea:
    """``share`` is None where its results are not everybody's yet."""

    topic: Topic
    voters: int
    share: Share | None


class Order(StrEnum):
    """What stands first: what is liked best, what most have voted on, or what is newest.

    Citizens' ideas mostly show their results to voters only: then the second and the third say nothing of signs.
    """

    LOVED = "loved"
    BUSIEST = "busiest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Ideas:
    """``of_hall``: the hall's own, else everybody's."""

    ideas: tuple[Idea, ...] = ()
    order: Order = Order.NEWEST
    of_hall: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """``size`` is 1 for what is said least of all that is shown, ``SIZES`` for what is said most."""

    word: str
    size: int


@dataclass(frozen=True, slots=True)
class Words:
    """``of_hall``: the hall's own, else everybody's."""

    words: tuple[Word, ...] = ()
    of_hall: bool = False


def provenances_at(event: Event) -> frozenset[Provenance]:
    """Whose texts an event shows: at a real one nobody reads what was made for a demonstration."""
    return frozenset({Provenance.REAL} if event.provenance is Provenance.REAL else Provenance)


async def ideas(
    database: Database, provenances: frozenset[Provenance], now: int, hall: InHall | None
) -> Ideas:
    """The hall's ideas, where enough people there had some; else everybody's."""
    if hall is not None and await authors_in(database, provenances, hall) < LEAST_IDEAS:
        hall = None
    order, topics = await _in_order(database, provenances, now, hall)
    found = await standings(database, [topic.id for topic in topics])
    shown = []
    for topic in topics:
        view = topic.rules.view(voted=False, now=now) if order is Order.LOVED else View.HIDDEN
        tally = seen_through(found[topic.id].tally, view)
        shown.append(Idea(topic, tally.voters, None if tally.headline is None else share(tally.headline)))
    return Ideas(tuple(shown), order, hall is not None)


async def _in_order(
    database: Database, provenances: frozenset[Provenance], now: int, hall: InHall | None
) -> tuple[Order, list[Topic]]:
    loved = await loved_ideas(database, provenances, now, MOST_IDEAS, hall)
    if len(loved) >= LEAST_IDEAS:
        return Order.LOVED, loved
    busiest = await busiest_ideas(database, provenances, MOST_IDEAS, hall)
    if len(busiest) >= LEAST_IDEAS:
        return Order.BUSIEST, busiest
    return Order.NEWEST, await newest_ideas(database, provenances, MOST_IDEAS, hall)


async def frequent(
    database: Database, provenances: frozenset[Provenance], rude: Mapping[str, int], hall: InHall | None
) -> Words:
    """The words of most people of the hall, where enough have written; else those of most texts of everybody."""
    refused = frozenset(folded(word) for word, rating in rude.items() if rating >= RUDE_FROM)
    if hall is not None:
        said = await newest_texts_by_author(database, provenances, MOST_TEXTS, hall)
        often = frequent_words(said, MOST_WORDS, refused) if len(said) >= BLOCK else []
        if often:
            return Words(_sized(often), of_hall=True)
    texts = await newest_texts(database, provenances, MOST_TEXTS)
    return Words(_sized(frequent_words(texts, MOST_WORDS, refused)))


def _sized(often: list[FrequentWord]) -> tuple[Word, ...]:
    """In alphabetical order: their sizes say how often."""
    if not often:
        return ()
    least, most = often[-1].texts, often[0].texts
    words = [Word(one.word, _size(one.texts, least, most)) for one in often]
    return tuple(sorted(words, key=lambda one: folded(one.word)))


def _size(texts: int, least: int, most: int) -> int:
    """From 1 to ``SIZES``, in even steps between the least and the most."""
    return SIZES if most == least else 1 + (texts - least) * (SIZES - 1) // (most - least)
