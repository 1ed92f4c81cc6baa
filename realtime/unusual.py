"""Votes that come otherwise than usual: many at once, all one way, from new devices or from one network (pure).

A flag asks somebody to look and proves nothing: a hall, a letter or a television programme makes bursts as well.
What is looked at is public: how many voters a topic wins a minute, and the points of its public time line; and, of
where votes come from, how many of ten minutes bear one mark (``realtime.arrivals``), never which way they lean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from realtime.arrivals import NEW_DEVICE, Turnout
from realtime.tally import Counts

HALF_LIFE = 30
"""Minutes after which a minute weighs half as much in what is usual."""

WARM_UP = 60
"""Minutes of a topic's life in which nothing is usual yet."""

LEAST_VOTERS = 30
"""Fewer in a minute (or in a stretch of one mind) are never flagged."""

SCORE = 6.0
"""Standard deviations from what is expected."""

SPREAD = 0.5
"""Crowds come in waves: the standard deviation grows with half of what is expected, beside chance's own."""

STRETCH_MS = 600_000
"""A stretch of the time line that is judged for being one-sided."""

LEAST_PAST = 100
"""Voters before it, so that there is a ratio to differ from."""

LEAST_SHIFT = 0.25
"""By how much its share of plus must differ from the topic's."""

LEAST_SHARE_OF_A_NETWORK = 0.25
"""What part of the votes of ten minutes must come from one network."""

_KEEP = 0.5 ** (1 / HALF_LIFE)


@dataclass(frozen=True, slots=True)
class Burst:
    """From the minute ``first`` to ``last`` (indices), ``voters`` came where about ``usual`` were expected."""

    first: int
    last: int
    voters: int
    usual: float


@dataclass(frozen=True, slots=True)
class OneWay:
    """``voters`` who came until ``at`` (ms) within ten minutes; ``share`` and ``usual`` are of plus, in [0, 1]."""

    at: int
    voters: int
    share: float
    usual: float


@dataclass(frozen=True, slots=True)
class Slot:
    """Votes of ten minutes (``at``, since 1970), and how many bear each mark that a crowd bore."""

    at: int
    votes: int
    marks: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Alike:
    """Of the votes of the ten minutes ``at`` so many, the part ``share``, bear a mark.

    ``usual`` is the part before; None for a network: each is as good as another.
    """

    at: int
    mark: int
    voters: int
    share: float
    usual: float | None


def from_new_devices(slots: Sequence[Slot], past: Sequence[Turnout]) -> list[Alike]:
    """Slots whose votes come from new devices far more than those before.

    ``past`` are the counts of other slots, of which those before each slot count; the score is that of ``one_way``.
    """
    found = []
    for slot in slots:
        earlier = [one for one in past if one.slot < slot.at]
        before, voters = sum(one.votes for one in earlier), slot.marks.get(NEW_DEVICE, 0)
        if before < LEAST_PAST or voters < LEAST_VOTERS:
            continue
        share, p = voters / slot.votes, (sum(one.fresh for one in earlier) + 1) / (before + 2)
        if share - p >= LEAST_SHIFT and (share - p) / sqrt(p * (1 - p) / slot.votes) >= SCORE:
            found.append(Alike(slot.at, NEW_DEVICE, voters, share, p))
    return found


def from_one_network(slots: Sequence[Slot]) -> list[Alike]:
    """Slots of which one network has a large part."""
    return [
        Alike(slot.at, mark, voters, voters / slot.votes, None)
        for slot in slots
        for mark, voters in sorted(slot.marks.items())
        if mark != NEW_DEVICE and voters >= max(LEAST_VOTERS, LEAST_SHARE_OF_A_NETWORK * slot.votes)
    ]


def usual(won: Sequence[int], others: Sequence[int]) -> list[float]:
    """Voters that a topic could be expected to win in each minute, from the minutes before.

    An exponentially weighted mean with ``HALF_LIFE``, a minute counting at most four times what was expected plus
    ``LEAST_VOTERS``, so that a burst is not at once usual; more, where all ``others`` win more than they usually
    do: a whole evening's rush is nobody's attack.
    """
    expected: list[float] = []
    own, all_others = (_beginning(values) for values in (won, others))
    for mine, theirs in zip(won, others, strict=True):
        rush = max(1.0, theirs / max(all_others, 5.0))
        expected.append(own * rush)
        own = _KEEP * own + (1 - _KEEP) * min(mine, 4 * own + LEAST_VOTERS)
        all_others = _KEEP * all_others + (1 - _KEEP) * theirs
    return expected


def _beginning(values: Sequence[int]) -> float:
    first = values[:HALF_LIFE]
    return sum(first) / len(first) if first else 0.0


def score(voters: int, expected: float) -> float:
    """How many standard deviations ``voters`` lie above a Poisson number whose mean itself spreads."""
    return (voters - expected) / sqrt(expected + (SPREAD * expected) ** 2 + 1)


def bursts(won: Sequence[int], others: Sequence[int], age: int) -> list[Burst]:
    """Minutes in which far more voters came than usual, those in a row as one.

    ``won`` and ``others`` end with the same minute; at its end the topic was open for ``age`` minutes.
    """
    found: list[Burst] = []
    for minute, (voters, expected) in enumerate(zip(won, usual(won, others), strict=True)):
        is_young = age - (len(won) - 1 - minute) <= WARM_UP
        if is_young or voters < LEAST_VOTERS or score(voters, expected) < SCORE:
            continue
        before = found[-1] if found and found[-1].last == minute - 1 else None
        if before is None:
            found.append(Burst(minute, minute, voters, expected))
        else:
            found[-1] = Burst(before.first, minute, before.voters + voters, before.usual + expected)
    return found


def one_way(line: Sequence[tuple[int, Counts]]) -> list[OneWay]:
    """Stretches of ten minutes whose voters agree far more than those before; the strongest of each.

    ``line`` is the public time line, in ms, oldest first. The score is that of a binomial number whose share is the
    topic's before the stretch: (p̂ - p) / √(p(1 - p) / n).
    """
    found: list[tuple[float, OneWay]] = []
    begin = 0
    for at, counts in line:
        while line[begin][0] < at - STRETCH_MS:
            begin += 1
        past = line[max(0, begin - 1)][1]  # as it stood when the stretch began
        plus, minus = max(0, counts.plus - past.plus), max(0, counts.minus - past.minus)
        voters = plus + minus
        if past.voters < LEAST_PAST or voters < LEAST_VOTERS:
            continue
        share, p = plus / voters, (past.plus + 1) / (past.voters + 2)
        strength = abs(share - p) / sqrt(p * (1 - p) / voters)
        if strength < SCORE or abs(share - p) < LEAST_SHIFT:
            continue
        one = OneWay(at, voters, share, p)
        if found and at - found[-1][1].at < STRETCH_MS:
            found[-1] = max(found[-1], (strength, one), key=lambda pair: pair[0])
        else:
            found.append((strength, one))
    return [one for _, one in found]
