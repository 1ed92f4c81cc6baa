"""The votes of each day as bars of a drawing (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from web.statistics.charts import DayBar

WIDTH = 600
HEIGHT = 160
GAP = 0.28
"""The drawing's own units, and the part of a day's width that stays empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """One day: where its bar stands; the bar's height follows from its length."""

    bar: DayBar
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DayChart:
    columns: list[Column]
    first: date
    last: date
    most: int
    width: int = WIDTH
    height: int = HEIGHT


def day_chart(days: Sequence[DayBar]) -> DayChart | None:
    """None where no day has a vote: there is nothing to draw yet."""
    most = max((day.voters for day in days), default=0)
    if most <= 0:
        return None
    step = WIDTH / len(days)
    columns = [
        Column(day, round(number * step + step * GAP / 2, 2), round(step * (1 - GAP), 2))
        for number, day in enumerate(days)
    ]
    return DayChart(columns, days[0].date, days[-1].date, most)
