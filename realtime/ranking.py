"""Which of several texts is liked best, also where few have voted (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from realtime.tally import Counts

CONFIDENCE = 1.959963984540054
"""The quantile of the standard normal distribution that leaves 2.5 % on each side: 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One of those that are ranked; the smaller its ``id``, the older it is."""

    id: int
    counts: Counts


def wilson(counts: Counts) -> float:
    """The lower bound of Wilson's score interval for the share of plus, in [0, 1]; 0 where nobody voted plus.

    With n voters, p the share of plus among them and z the quantile::

        (p + z²/2n − z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)

    So 9 of 10 rank before 1 of 1, and 90 of 100 before both. Source: E. B. Wilson, “Probable inference, the law of
    succession, and statistical inference”, Journal of the American Statistical Association 22 (1927), 209-212; as a
    ranking popularised by E. Miller, “How Not To Sort By Average Rating” (2009).
    """
    n = counts.voters
    if counts.plus == 0:
        return 0.0
    p, z2 = counts.plus / n, CONFIDENCE * CONFIDENCE
    return (p + z2 / (2 * n) - CONFIDENCE * sqrt((p * (1 - p) + z2 / (4 * n)) / n)) / (1 + z2 / n)


def best_first(contenders: Iterable[Contender]) -> list[Contender]:
    """By Wilson's bound; of equals those with fewer minus first, then the older.

    Bounds of different counts are equal only where nobody voted plus: what is new stands before what is disliked.
    """
    return sorted(contenders, key=lambda one: (-wilson(one.counts), one.counts.minus, one.id))


def newest_first(contenders: Iterable[Contender]) -> list[Contender]:
    """The order that tells nothing of the votes."""
    return sorted(contenders, key=lambda one: -one.id)
