"""The age pyramid of a closed topic: bands up, women left, men right, the share of plus in each bar (pure)."""

from dataclasses import dataclass

from realtime.tally import AgeBand, Counts, Sex
from storage.values import CrossTable
from web.citizen.weather import Share, share


@dataclass(frozen=True, slots=True)
class Bar:
    """One published cell; ``length`` is its part of the longest bar, in (0, 1]."""

    share: Share
    length: float


@dataclass(frozen=True, slots=True)
class Band:
    """One age band; a side is None where its cell is not published."""

    code: str
    women: Bar | None
    men: Bar | None
    others: Share | None

    def share_of(self, sex: str) -> Share | None:
        """What the table says of one cell."""
        if sex == Sex.OTHER:
            return self.others
        bar = self.women if sex == Sex.WOMAN else self.men
        return None if bar is None else bar.share


@dataclass(frozen=True, slots=True)
class Pyramid:
    """``bands`` from the oldest down."""

    bands: list[Band]

    @property
    def is_empty(self) -> bool:
        """Whether no bar may be drawn."""
        return not any(band.women or band.men for band in self.bands)

    @property
    def others(self) -> list[Band]:
        """The bands in which people of another answer are enough to be shown."""
        return [band for band in self.bands if band.others]


def pyramid(table: CrossTable | None) -> Pyramid | None:
    """None while there is no table: the topic is not closed."""
    if table is None:
        return None
    sides = [counts for (sex, _), counts in table.cells.items() if sex is not Sex.OTHER]
    most = max((counts.voters for counts in sides), default=1)
    bands = [
        Band(
            str(age),
            _bar(table.cells.get((Sex.WOMAN, age)), most),
            _bar(table.cells.get((Sex.MAN, age)), most),
            None if (others := table.cells.get((Sex.OTHER, age))) is None else share(others),
        )
        for age in reversed(AgeBand)
    ]
    return Pyramid(bands)


def _bar(counts: Counts | None, most: int) -> Bar | None:
    return None if counts is None else Bar(share(counts), round(counts.voters / most, 4))
