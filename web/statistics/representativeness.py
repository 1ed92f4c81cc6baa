"""Voters against residents: which groups vote less or more than their part of the population (pure).

A group is called over- or under-represented only if three things hold.

- Chance does not explain it: the residents' part lies outside the voters' interval (E. B. Wilson, 1927,
  two-sided), at 95 % for all groups of a kind together (Bonferroni: 5 % shared among them).
- Sealing does not explain it: what a series publishes lags behind by up to 9 pending voters, and up to 4
  are rounded off; the claim must hold for the true number, wherever between.
- It matters: the two parts differ by a tenth at least.

Over several topics the same people may have voted again and again, so ballots are not so many voters. With
n_t voters on topic t, of N in all, the variance of the pooled part is at most r(1 − r)·(Σ √n_t)² / N²,
reached when the same people vote everywhere; so N² / (Σ √n_t)² independent voters are counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

from realtime.disclosure import BLOCK, ROUNDING
from realtime.tally import Counts, SeriesKind
from storage.values_statistics import Pool
from web.statistics.population import margins

SLACK = BLOCK - 1 + ROUNDING - 1
"""Voters of one topic by which a published number may lag behind the true one."""

CONFIDENCE = 0.95
MATTERS = 0.1

LEAST_VOTERS = 100
"""Independent voters under which nothing is said of a kind."""


class Verdict(StrEnum):
    """How many of a group vote, beside its part of the residents; from few to many."""

    FAR_FEWER = "far-fewer"
    HALF = "half"
    FEWER = "fewer"
    ALIKE = "alike"
    MORE = "more"
    DOUBLE = "double"
    FAR_MORE = "far-more"
    TOO_FEW = "too-few"


_FEWER = ((0.4, Verdict.FAR_FEWER), (0.6, Verdict.HALF), (1.0, Verdict.FEWER))
_MORE = ((1.7, Verdict.MORE), (2.4, Verdict.DOUBLE))


@dataclass(frozen=True, slots=True)
class Group:
    """One group's parts of all voters and of all residents; ``voters`` is None where it publishes nothing.

    ``part`` is None while too few vote to compare: among the groups that are published first, each looks large.
    """

    key: str
    voters: int | None
    part: float | None
    residents: float
    verdict: Verdict

    @property
    def stands_out(self) -> bool:
        return self.verdict not in {Verdict.ALIKE, Verdict.TOO_FEW}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One kind: ``voters`` published in all, ``independent`` of them counted, over so many ``topics``."""

    kind: SeriesKind
    voters: int
    independent: float
    topics: int
    groups: tuple[Group, ...]

    @property
    def is_enough(self) -> bool:
        return self.independent >= LEAST_VOTERS


def of_topic(kind: SeriesKind, series: Mapping[str, Counts]) -> Comparison:
    """The voters of one topic, by what it publishes."""
    shown = {key: series[key].voters for key in margins()[kind] if key in series}
    size = sum(shown.values())
    return _compared(kind, shown, {size: 1} if size else {})


def of_pool(pool: Pool) -> Comparison:
    """The voters of many topics."""
    shown = {key: pool.voters[key] for key in margins()[pool.kind] if key in pool.voters}
    return _compared(pool.kind, shown, pool.sizes)


def independent_voters(sizes: Mapping[int, int]) -> float:
    """So many voters the ballots of topics weigh at least; ``sizes`` counts topics by their voters."""
    ballots = sum(size * topics for size, topics in sizes.items())
    roots = sum(sqrt(size) * topics for size, topics in sizes.items())
    return (ballots / roots) ** 2 if roots else 0.0


def wilson(part: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's interval for a ``part`` seen among ``n``."""
    centre = part + z * z / (2 * n)
    half = z * sqrt(part * (1 - part) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return (centre - half) / whole, (centre + half) / whole


def _compared(kind: SeriesKind, shown: Mapping[str, int], sizes: Mapping[int, int]) -> Comparison:
    residents = margins()[kind]
    everybody, all_residents = sum(shown.values()), sum(residents.values())
    independent, topics = independent_voters(sizes), sum(sizes.values())
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * len(residents)))
    groups = []
    for key, number in residents.items():
        voters, wanted = shown.get(key), number / all_residents
        if independent < LEAST_VOTERS:
            part, verdict = None, Verdict.TOO_FEW
        else:
            part = (voters or 0) / everybody
            slack = SLACK * topics
            least = (voters or 0) / (everybody + slack * (len(residents) - 1))
            most = ((voters or 0) + slack) / (everybody + slack)
            verdict = _verdict(
                wanted,
                part,
                least=wilson(least, independent, z)[0],
                most=wilson(most, independent, z)[1],
            )
        groups.append(Group(key, voters, part, wanted, verdict))
    return Comparison(kind, everybody, independent, topics, tuple(groups))


def _verdict(residents: float, part: float, *, least: float, most: float) -> Verdict:
    """``least`` and ``most`` bound what the voters' part may truly be."""
    times = part / residents
    if most < residents and times < 1 - MATTERS:
        return next(verdict for under, verdict in _FEWER if times < under)
    if least > residents and times > 1 + MATTERS:
        return next((verdict for under, verdict in _MORE if times < under), Verdict.FAR_MORE)
    return Verdict.ALIKE
