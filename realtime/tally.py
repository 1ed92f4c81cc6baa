"""Signs, cells, series and the public tally: the words everything else counts with (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple, NewType


class Sign(IntEnum):
    """What a voter says of a topic."""

    MINUS = -1
    WITHDRAWN = 0
    PLUS = 1


class Departement(StrEnum):
    """The ten départements of the Région, by INSEE code."""

    ARDENNES = "08"
    AUBE = "10"
    MARNE = "51"
    HAUTE_MARNE = "52"
    MEURTHE_ET_MOSELLE = "54"
    MEUSE = "55"
    MOSELLE = "57"
    BAS_RHIN = "67"
    HAUT_RHIN = "68"
    VOSGES = "88"


class Sex(StrEnum):
    """As the voter says it: woman (F), man (H), another answer (X)."""

    WOMAN = "F"
    MAN = "H"
    OTHER = "X"


class AgeBand(StrEnum):
    """Age in years, from 15; the bands of INSEE's population estimates from 20 on."""

    FROM_15 = "15-19"
    FROM_20 = "20-39"
    FROM_40 = "40-59"
    FROM_60 = "60-74"
    FROM_75 = "75+"


Hall = NewType("Hall", str)
"""Where a launch event happens, by its slug: halls are data (``storage.halls``)."""

ONLINE = Hall("online")
"""Everywhere else: whoever votes in an event without being in one of its rooms."""


class SeriesKind(StrEnum):
    """What a series splits by; ``ALL`` is the headline where it is sealed like a series."""

    ALL = "all"
    DEPARTEMENT = "dep"
    SEX = "sex"
    AGE = "age"
    HALL = "hall"


HEADLINE_SERIES = SeriesKind.ALL.value


@dataclass(frozen=True, slots=True)
class Cell:
    """The (département, sex, age band) a ballot was cast from; a part that was not told is None."""

    departement: Departement | None = None
    sex: Sex | None = None
    age: AgeBand | None = None


NOWHERE = Cell()


def series_of(cell: Cell, hall: Hall | None = None) -> Iterator[str]:
    """The keys of the series in which a ballot of this cell counts, as ``kind:code``."""
    if cell.departement is not None:
        yield f"{SeriesKind.DEPARTEMENT}:{cell.departement}"
    if cell.sex is not None:
        yield f"{SeriesKind.SEX}:{cell.sex}"
    if cell.age is not None:
        yield f"{SeriesKind.AGE}:{cell.age}"
    if hall is not None:
        yield f"{SeriesKind.HALL}:{hall}"


class Counts(NamedTuple):
    """Voters for and against."""

    plus: int
    minus: int

    @property
    def voters(self) -> int:
        return self.plus + self.minus


NOBODY = Counts(0, 0)


def moved(counts: Counts, old: Sign, new: Sign) -> Counts:
    """``counts`` after one voter went from the sign ``old`` to ``new``."""
    return Counts(
        counts.plus + (new is Sign.PLUS) - (old is Sign.PLUS),
        counts.minus + (new is Sign.MINUS) - (old is Sign.MINUS),
    )


class Version(NamedTuple):
    """The version of a topic's public tally; a database that is restored begins a higher epoch."""

    epoch: int
    number: int


@dataclass(frozen=True, slots=True)
class PublicTally:
    """What may leave: the headline under the topic's policy, and sealed series.

    ``headline`` is None for whoever may not see results yet; such a tally has no series either.
    A series that publishes nothing is absent.
    """

    voters: int
    headline: Counts | None
    series: Mapping[str, Counts]


def public_tally(headline: Counts, series: Mapping[str, Counts]) -> PublicTally:
    """A tally that hides nothing, its series in the one order that makes equal tallies equal bytes."""
    return PublicTally(headline.voters, headline, dict(sorted(series.items())))
