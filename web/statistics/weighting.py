"""A topic's result weighted to the population, from published series alone (pure).

Nobody's whole profile is published, only three margins (département, sex, age) with plus and minus. So:

1. A table of the voters is rebuilt for each sign: the population's table (which says how départements,
   sexes and ages go together) is fitted to the three published margins of that sign by iterative
   proportional fitting, that is raking: W. E. Deming and F. F. Stephan, « On a Least Squares Adjustment of
   a Sampled Frequency Table When the Expected Marginal Totals are Known », Annals of Mathematical
   Statistics 11 (1940), 427–444. Both signs so fitted make a model in which département, sex and age each
   shift the odds of plus, without interaction.
2. The table of both signs together is raked to the population's margins; a cell's weight is what that
   multiplies it by, 1 on the average, trimmed to ``HEAVIEST``.
3. The result is p = Σ w·n⁺ / Σ w·n, with n⁺ and n the cells' voters for plus and for either.

Its margin is 1.96 · √(p(1 − p) · D / n + R): D = n · Σ w²n / (Σ w n)² is the design effect of weighting (L.
Kish, « Survey Sampling », 1965), n the voters with a profile, and R what the rounding of published numbers
adds: a series' plus is off by a variance of at most 25·f(1 − f), on the average over the five remainders
``ROUNDING_VARIANCE`` = 4, and counts in p by the group's part of the population over its voters. R is the
sum over all series, 4 · Σ (W_g / N_g)².
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from realtime.tally import Counts, SeriesKind
from web.statistics.population import margins, population

KINDS = (SeriesKind.DEPARTEMENT, SeriesKind.SEX, SeriesKind.AGE)

HEAVIEST = 5.0
"""A weight above this is trimmed: so few people must not speak for so many."""

MOST_TRIMMED = 0.05
"""Part of the population that trimming may leave unrepresented."""

TOLD_TRIMMED = 0.002
"""Under this part nothing of it could be seen in the result, and nothing is said."""

LEAST_EFFECTIVE = 50.0
"""Voters, after the design effect, under which nothing is weighted."""

Z = 1.96
ROUNDING_VARIANCE = 4.0

ROUNDS = 200
CLOSE = 1e-9
"""Raking ends when no margin is off by more than this part of the whole; the published ones may contradict each
other a little, then ``ROUNDS`` end it."""

Table = dict[tuple[str, ...], float]


class Unweighted(StrEnum):
    """Why nothing can be weighted."""

    GROUP_MISSING = "group-missing"
    TOO_FEW = "too-few"
    TOO_UNEVEN = "too-uneven"


@dataclass(frozen=True, slots=True)
class Refused:
    """``missing`` are the series that publish nothing yet."""

    reason: Unweighted
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighted:
    """Parts of plus, in [0, 1], with half the width of their 95 % intervals; ``trimmed``: a weight was cut.

    ``raw`` and ``raw_margin`` are those of the same voters without weights.
    """

    plus: float
    margin: float
    raw: float
    raw_margin: float
    voters: int
    design_effect: float
    trimmed: bool


def weighted(series: Mapping[str, Counts]) -> Weighted | Refused:
    """The weighted result of a topic that publishes ``series`` (absent: nothing yet)."""
    missing = _missing(series)
    if missing:
        return Refused(Unweighted.GROUP_MISSING, missing)
    voters = min(sum(series[key].voters for key in margins()[kind]) for kind in KINDS)
    plus_part = _pooled(series)
    everybody = _rebuilt(series, plus_part)
    if everybody is None:
        return Refused(Unweighted.TOO_UNEVEN)
    for_plus, both = everybody
    raked = fitted(both, {kind: _parts(margins()[kind]) for kind in KINDS})
    weights = {cell: raked[cell] / part if part else 0.0 for cell, part in both.items()}
    trimmed = {cell: min(weight, HEAVIEST) for cell, weight in weights.items()}
    lost = sum((weights[cell] - trimmed[cell]) * part for cell, part in both.items())
    total = sum(trimmed[cell] * part for cell, part in both.items())
    if lost > MOST_TRIMMED or not total:
        return Refused(Unweighted.TOO_UNEVEN)
    effect = sum(trimmed[cell] ** 2 * part for cell, part in both.items()) / total**2
    if voters / effect < LEAST_EFFECTIVE:
        return Refused(Unweighted.TOO_FEW)
    part = sum(trimmed[cell] * for_plus[cell] for cell in both) / total
    return Weighted(
        plus=part,
        margin=_margin(part, voters / effect, _rounding(series)),
        raw=plus_part,
        raw_margin=_margin(plus_part, voters, 0.0),
        voters=voters,
        design_effect=effect,
        trimmed=lost > TOLD_TRIMMED,
    )


def fitted(seed: Table, wanted: Mapping[SeriesKind, Mapping[str, float]]) -> Table:
    """``seed`` scaled again and again until its margins are the ``wanted`` ones (Deming and Stephan, 1940)."""
    table = dict(seed)
    for _ in range(ROUNDS):
        off = 0.0
        for axis, kind in enumerate(KINDS):
            sums = dict.fromkeys(wanted[kind], 0.0)
            for cell, value in table.items():
                sums[cell[axis]] += value
            off = max(off, *(abs(sums[key] - part) for key, part in wanted[kind].items()))
            factors = {key: wanted[kind][key] / value if value else 0.0 for key, value in sums.items()}
            for cell in table:
                table[cell] *= factors[cell[axis]]
        if off < CLOSE:
            break
    return table


def _rebuilt(series: Mapping[str, Counts], plus_part: float) -> tuple[Table, Table] | None:
    """The voters for plus and all voters by cell, as parts of all; None where a kind shows nobody of a sign."""
    seed = {_keys(cell): residents for cell, residents in population().items()}
    signs: list[Table] = []
    for side, part in (("plus", plus_part), ("minus", 1 - plus_part)):
        counts = {kind: {key: float(getattr(series[key], side)) for key in margins()[kind]} for kind in KINDS}
        if part <= 0:
            signs.append(dict.fromkeys(seed, 0.0))
            continue
        if any(not sum(counts[kind].values()) for kind in KINDS):
            return None
        wanted = {kind: {key: part * p for key, p in _parts(counts[kind]).items()} for kind in KINDS}
        signs.append(fitted(seed, wanted))
    for_plus, for_minus = signs
    return for_plus, {cell: value + for_minus[cell] for cell, value in for_plus.items()}


def _pooled(series: Mapping[str, Counts]) -> float:
    """The part of plus among voters with a profile: the three kinds count the same people, up to rounding."""
    counts = [series[key] for kind in KINDS for key in margins()[kind]]
    return sum(c.plus for c in counts) / sum(c.voters for c in counts)


def _missing(series: Mapping[str, Counts]) -> tuple[str, ...]:
    wanted = [key for kind in KINDS for key in margins()[kind]]
    return tuple(key for key in wanted if key not in series or not series[key].voters)


def _rounding(series: Mapping[str, Counts]) -> float:
    return ROUNDING_VARIANCE * sum(
        (part / series[key].voters) ** 2 for kind in KINDS for key, part in _parts(margins()[kind]).items()
    )


def _margin(part: float, effective: float, rounding: float) -> float:
    return Z * sqrt(part * (1 - part) / effective + rounding)


def _parts(numbers: Mapping[str, float]) -> dict[str, float]:
    whole = sum(numbers.values())
    return {key: number / whole for key, number in numbers.items()}


def _keys(cell: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{kind}:{code}" for kind, code in zip(KINDS, cell, strict=True))
