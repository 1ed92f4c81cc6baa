"""The calendar of what the Région asks, tells and sends: weeks, days, and what to look at twice (pure).

Days are those of the Région's clocks. Holidays are the eleven of France and the two of Alsace-Moselle.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from storage.values_planning import Planned, PlannedSort
from web.citizen.local_time import here

_HERE = ZoneInfo("Europe/Paris")

MOST_A_WEEK = 2
NIGHT = (22, 7)
"""A vote that ends between these hours ends while people sleep; a letter wakes them."""


class Warn(StrEnum):
    """What is worth a second look; nothing of it is refused."""

    EMPTY_WEEK = "empty-week"
    FULL_WEEK = "full-week"
    SAME_DAY = "same-day"
    ENDS_AT_NIGHT = "ends-at-night"
    ENDS_ON_HOLIDAY = "ends-on-holiday"
    CAMPAIGNS_TOGETHER = "campaigns-together"
    LETTERS_TOGETHER = "letters-together"
    LETTER_AT_NIGHT = "letter-at-night"
    LETTER_ON_HOLIDAY = "letter-on-holiday"


class Holiday(StrEnum):
    NEW_YEAR = "new-year"
    GOOD_FRIDAY = "good-friday"
    EASTER_MONDAY = "easter-monday"
    LABOUR = "labour"
    VICTORY = "victory"
    ASCENSION = "ascension"
    WHIT_MONDAY = "whit-monday"
    NATIONAL = "national"
    ASSUMPTION = "assumption"
    ALL_SAINTS = "all-saints"
    ARMISTICE = "armistice"
    CHRISTMAS = "christmas"
    SAINT_STEPHEN = "saint-stephen"


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    opening: tuple[Planned, ...]
    closing: tuple[Planned, ...]
    holiday: Holiday | None
    warnings: tuple[Warn, ...]


@dataclass(frozen=True, slots=True)
class Week:
    days: tuple[Day, ...]
    warnings: tuple[Warn, ...]

    @property
    def number(self) -> int:
        return self.days[0].on.isocalendar().week

    @property
    def name(self) -> str:
        """As addresses name it."""
        year, number, _ = self.days[0].on.isocalendar()
        return f"{year}-W{number:02}"


def weeks(first: date, last: date, planned: Sequence[Planned], today: date) -> list[Week]:
    """The whole weeks, from Monday, that hold the days from ``first`` to ``last``."""
    monday = first - timedelta(first.weekday())
    made = []
    while monday <= last:
        made.append(_week(monday, planned, today))
        monday += timedelta(7)
    return made


def span(first: date, last: date) -> tuple[int, int]:
    """The instants (ms) between which the weeks of these days lie."""
    return _midnight(first - timedelta(first.weekday())), _midnight(last + timedelta(7 - last.weekday()))


def _week(monday: date, planned: Sequence[Planned], today: date) -> Week:
    days = tuple(_day(monday + timedelta(number), planned) for number in range(7))
    opening = sum(one.sort.is_asked for day in days for one in day.opening)
    warnings: tuple[Warn, ...] = ()
    if opening > MOST_A_WEEK:
        warnings = (Warn.FULL_WEEK,)
    elif not opening and days[-1].on >= today:
        warnings = (Warn.EMPTY_WEEK,)
    return Week(days, warnings)


def _day(on: date, planned: Sequence[Planned]) -> Day:
    opening = tuple(one for one in planned if here(one.opens_at).date() == on)
    closing = tuple(one for one in planned if one.closes_at is not None and here(one.closes_at).date() == on)
    holiday = holidays(on.year).get(on)
    return Day(on, opening, closing, holiday, tuple(_day_warnings(opening, closing, holiday is not None)))


def _day_warnings(opening: Sequence[Planned], closing: Sequence[Planned], is_holiday: bool) -> Iterator[Warn]:
    votes = [one for one in closing if one.sort.is_asked]
    letters = [one for one in opening if one.sort is PlannedSort.LETTER]
    if sum(one.sort.is_asked for one in opening) > 1:
        yield Warn.SAME_DAY
    if sum(one.sort is PlannedSort.CAMPAIGN for one in opening) > 1:
        yield Warn.CAMPAIGNS_TOGETHER
    if any(_is_night(one.closes_at) for one in votes):
        yield Warn.ENDS_AT_NIGHT
    if votes and is_holiday:
        yield Warn.ENDS_ON_HOLIDAY
    if len(letters) > 1:
        yield Warn.LETTERS_TOGETHER
    if any(_is_night(one.opens_at) for one in letters):
        yield Warn.LETTER_AT_NIGHT
    if letters and is_holiday:
        yield Warn.LETTER_ON_HOLIDAY


def _is_night(at: int | None) -> bool:
    if at is None:
        return False
    clock = here(at)
    since, until = NIGHT
    return clock.hour >= since or (clock.hour, clock.minute, clock.second) < (until, 0, 0)


def _midnight(on: date) -> int:
    return int(datetime.combine(on, time(), _HERE).timestamp() * 1000)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous computus, Meeus, Astronomical Algorithms, ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> dict[date, Holiday]:
    """Code du travail, L3133-1 and L3134-13."""
    sunday = easter(year)
    moving = {
        -2: Holiday.GOOD_FRIDAY,
        1: Holiday.EASTER_MONDAY,
        39: Holiday.ASCENSION,
        50: Holiday.WHIT_MONDAY,
    }
    return {
        date(year, 1, 1): Holiday.NEW_YEAR,
        date(year, 5, 1): Holiday.LABOUR,
        date(year, 5, 8): Holiday.VICTORY,
        date(year, 7, 14): Holiday.NATIONAL,
        date(year, 8, 15): Holiday.ASSUMPTION,
        date(year, 11, 1): Holiday.ALL_SAINTS,
        date(year, 11, 11): Holiday.ARMISTICE,
        date(year, 12, 25): Holiday.CHRISTMAS,
        date(year, 12, 26): Holiday.SAINT_STEPHEN,
        **{sunday + timedelta(days): holiday for days, holiday in moving.items()},
    }
