"""The residents of the ten départements from 15 years on, by département, sex and age band.

Source: INSEE, estimations de population, 1 January 2023 (Licence Ouverte 2.0); ``population.csv`` holds the
numbers as published. The source has no band of 15 to 19 years: a quarter of 0 to 19 is taken for it, an
estimate.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from realtime.tally import AgeBand, Departement, SeriesKind, Sex

FILE = Path(__file__).with_name("population.csv")

YOUNG = "0-19"
YOUNG_SHARE = 0.25
"""Part of the band 0–19 that is taken for 15–19: five of twenty years of birth."""

CellOfPopulation = tuple[Departement, Sex, AgeBand]


@cache
def population() -> Mapping[CellOfPopulation, float]:
    """Residents by cell; 5.5 million less those under 15."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {_cell(row): _residents(row) for row in csv.DictReader(file)}


@cache
def margins() -> Mapping[SeriesKind, Mapping[str, float]]:
    """Residents by series of each kind that a profile counts in, as ``dep:57``, ``sex:F``, ``age:75+``."""
    found = {kind: {f"{kind}:{code}": 0.0 for code in codes} for kind, codes in _GROUPS.items()}
    for cell, residents in population().items():
        for kind, code in zip(_GROUPS, cell, strict=True):
            found[kind][f"{kind}:{code}"] += residents
    return found


_GROUPS: Mapping[SeriesKind, tuple[str, ...]] = {
    SeriesKind.DEPARTEMENT: tuple(Departement),
    SeriesKind.SEX: (Sex.WOMAN, Sex.MAN),
    SeriesKind.AGE: tuple(AgeBand),
}


def _cell(row: Mapping[str, str]) -> CellOfPopulation:
    age = AgeBand.FROM_15 if row["age"] == YOUNG else AgeBand(row["age"])
    return Departement(row["departement"]), Sex(row["sexe"]), age


def _residents(row: Mapping[str, str]) -> float:
    return int(row["population"]) * (YOUNG_SHARE if row["age"] == YOUNG else 1.0)
