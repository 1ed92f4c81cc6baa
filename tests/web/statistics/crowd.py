"""Voters drawn from the population with known truth, and what would be published of them."""

from collections.abc import Iterable, Mapping
from math import exp, log
from random import Random

from realtime.disclosure import SeriesState, recorded, sealed
from realtime.tally import AgeBand, Cell, Counts, Departement, Sex, Sign, series_of
from web.statistics.population import population

OLD = (AgeBand.FROM_60, AgeBand.FROM_75)

_LIKES = {AgeBand.FROM_15: 1.2, AgeBand.FROM_20: 0.8, AgeBand.FROM_40: 0.1, AgeBand.FROM_60: -0.7}
_COMES = {AgeBand.FROM_15: 1.5, AgeBand.FROM_20: 2.0, AgeBand.FROM_40: 1.3, AgeBand.FROM_60: 1.0}


def chance_of_plus(cell: Cell) -> float:
    """The young are for, the oldest against; women and the Bas-Rhin a little more than others for."""
    shift = _LIKES.get(cell.age, -1.0) if cell.age else 0.0
    shift += 0.3 * (cell.sex is Sex.WOMAN) + 0.4 * (cell.departement is Departement.BAS_RHIN)
    return 1 / (1 + exp(-shift))


TRUTH = sum(n * chance_of_plus(Cell(*cell)) for cell, n in population().items()) / sum(population().values())
"""What the whole population would say."""


def voters(number: int, chance: Random, *, skew: float = 1.0) -> list[tuple[Cell, Sign]]:
    """The young and the men come more often; ``skew`` 0: everybody alike."""
    cells = [Cell(*cell) for cell in population()]
    weights = [
        n * exp(skew * log(_eager(cell))) for cell, n in zip(cells, population().values(), strict=True)
    ]
    drawn = chance.choices(cells, weights, k=number)
    return [(cell, Sign.PLUS if chance.random() < chance_of_plus(cell) else Sign.MINUS) for cell in drawn]


def _eager(cell: Cell) -> float:
    return (_COMES.get(cell.age, 0.5) if cell.age else 1.0) * (1.4 if cell.sex is Sex.MAN else 1.0)


def published(ballots: Iterable[tuple[Cell, Sign]], secret: bytes = b"a secret") -> Mapping[str, Counts]:
    """The sealed series of one topic after these ballots, one each of a new voter."""
    states: dict[str, SeriesState] = {}
    for seq, (cell, sign) in enumerate(ballots, 1):
        for key in series_of(cell):
            state = recorded(states.get(key, SeriesState()), Sign.WITHDRAWN, sign, old_seq=0)
            states[key] = sealed(state, seq=seq, topic=1, series=key, secret=secret)
    return {key: state.public for key, state in states.items() if state.public is not None}
