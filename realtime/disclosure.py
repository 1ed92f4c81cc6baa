"""What may be published, and when (pure).

A split could betray a person, so a series is *sealed*: it publishes only whole blocks of exactly ``BLOCK``
voters in commit order, and only rounded numbers. Who may see a topic's results at all is decided here too,
for every door alike.
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from realtime.tally import NOBODY, Counts, PublicTally, Sign, moved

RATIO_FROM = 10
"""Voters from which a ratio is shown, or puts a list in order; under it, fog instead of a false precision."""

JUDGED_FROM = 30
"""Voters from which words say what a ratio means: its weather, « aimé », « partagé »."""

SHARED_UNDER = 2_000
"""« Partagé », wherever it is said: a ratio nearer to half and half than this: between 40 and 60 % of plus."""

BLOCK = 10
"""Voters in a block (k); a multiple of ``ROUNDING``, so that a block never moves a number by less."""

ROUNDING = 5
"""Published numbers are multiples of this."""


def distance(counts: Counts) -> int:
    """How far a ratio is from 50 : 50, from 0 to 10,000 (all of one mind); there are voters."""
    return abs(counts.plus - counts.minus) * 10_000 // counts.voters


def is_shared(counts: Counts) -> bool:
    return counts.voters >= JUDGED_FROM and distance(counts) < SHARED_UNDER


class ResultPolicy(StrEnum):
    """When results may be seen."""

    ALWAYS = "always"
    AFTER_VOTE = "after-vote"
    AT_CLOSE = "at-close"


class HeadlinePolicy(StrEnum):
    """How the headline is published: exact and at once, or sealed like a series."""

    LIVE = "live"
    SEALED = "sealed"


class View(StrEnum):
    """What one watcher sees of a topic."""

    RESULTS = "results"
    HIDDEN = "hidden"


def view_for(policy: ResultPolicy, *, voted: bool, closed: bool) -> View:
    """The one place where results are hidden or shown."""
    if closed or policy is ResultPolicy.ALWAYS or (policy is ResultPolicy.AFTER_VOTE and voted):
        return View.RESULTS
    return View.HIDDEN


def seen_through(tally: PublicTally, view: View) -> PublicTally:
    """``tally`` as ``view`` lets it be seen; hidden leaves the number of voters only."""
    if view is View.RESULTS:
        return tally
    return PublicTally(voters=tally.voters, headline=None, series={})


class SeriesState(NamedTuple):
    """One series of one topic: private counts, and what has been published of them.

    ``pending`` counts distinct voters whose ballot moved after ``sealed_seq``, the sequence number of the last
    block. ``releases`` is the number of blocks sealed so far. ``public`` is None while nothing may be shown.
    """

    counts: Counts = NOBODY
    pending: int = 0
    sealed_seq: int = 0
    releases: int = 0
    public: Counts | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """One publication of a series; ``counts`` is None where the block left too few voters to show."""

    topic: int
    series: str
    number: int
    counts: Counts | None


def recorded(state: SeriesState, old: Sign, new: Sign, *, old_seq: int) -> SeriesState:
    """``state`` after a ballot whose last sequence number was ``old_seq`` (0: none yet) moved.

    A voter is pending once, however often they change before the block is full.
    """
    joins = old_seq <= state.sealed_seq
    return SeriesState(
        moved(state.counts, old, new),
        state.pending + joins,
        state.sealed_seq,
        state.releases,
        state.public,
    )


def sealed(state: SeriesState, *, seq: int, topic: int, series: str, secret: bytes) -> SeriesState:
    """``state`` with its block published if exactly ``BLOCK`` voters are pending, else ``state`` itself.

    A block after which fewer than ``BLOCK`` voters stand (the others withdrew) publishes nothing.
    """
    if state.pending < BLOCK:
        return state
    number = state.releases + 1
    public = None
    if state.counts.voters >= BLOCK:
        public = rounded(state.counts, draw(secret, topic, series, number))
    return SeriesState(state.counts, 0, seq, number, public)


def rounded(counts: Counts, drawn: float) -> Counts:
    """Published numbers of exact ``counts``; ``drawn`` in [0, 1) decides whether plus is rounded up.

    Voters are rounded down, plus up with probability (plus mod 5)/5, down where up would exceed the voters;
    minus is the rest.
    """
    voters = counts.voters - counts.voters % ROUNDING
    remainder = counts.plus % ROUNDING
    plus = counts.plus - remainder
    if drawn * ROUNDING < remainder and plus + ROUNDING <= voters:
        plus += ROUNDING
    return Counts(plus, voters - plus)


def draw(secret: bytes, topic: int, series: str, number: int) -> float:
    """A number in [0, 1) on which every node, retry and restart agrees, and nobody outside can guess."""
    digest = hmac.digest(secret, f"{topic}|{series}|{number}".encode(), "sha256")
    return int.from_bytes(digest[:6]) / 2**48
