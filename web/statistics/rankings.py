"""Which topics stand first: most loved, most divided (pure); only those whose results everybody may see."""

from collections.abc import Iterable

from realtime.disclosure import is_shared
from realtime.tally import Counts
from storage.values_statistics import TopicFigures
from web.statistics.representativeness import wilson

Z = 1.96


def loved(topics: Iterable[TopicFigures], most: int) -> list[TopicFigures]:
    """Highest lower bound of Wilson's 95 % interval first: nine of ten do not beat ninety of a hundred.

    Only topics that more people like than « temps partagé » allows.
    """
    liked = [topic for topic in _shown(topics) if _part(topic.counts) >= LOVED_FROM]
    return sorted(liked, key=lambda topic: (-_bound(topic.counts), -topic.id))[:most]


def divided(topics: Iterable[TopicFigures], most: int) -> list[TopicFigures]:
    """Of what is « partagé » nearest to half and half first, at the same distance the more voters."""
    between = [topic for topic in _shown(topics) if topic.counts is not None and is_shared(topic.counts)]
    return sorted(between, key=lambda topic: (_from_half(topic.counts), -topic.voters, -topic.id))[:most]


LOVED_FROM = 0.6
"""Part of plus from which the weather is fair."""


def _from_half(counts: Counts | None) -> float:
    """How far from half and half."""
    return abs(_part(counts) - 0.5)


def _shown(topics: Iterable[TopicFigures]) -> list[TopicFigures]:
    return [topic for topic in topics if topic.counts is not None and topic.counts.voters]


def _part(counts: Counts | None) -> float:
    return 0.0 if counts is None or not counts.voters else counts.plus / counts.voters


def _bound(counts: Counts | None) -> float:
    return 0.0 if counts is None else wilson(_part(counts), counts.voters, Z)[0]
