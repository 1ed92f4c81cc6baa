"""The days of the Région, as spans of instants (pure)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Day:
    """From midnight to midnight (ms since 1970), 23 or 25 hours where the clocks change."""

    date: date
    since: int
    until: int


def last_days(now: int, number: int) -> list[Day]:
    """So many days up to the one of ``now``, the oldest first."""
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(HERE).date()
    return [_day(today - timedelta(days=back)) for back in reversed(range(number))]


def _day(day: date) -> Day:
    return Day(day, _midnight(day), _midnight(day + timedelta(days=1)))


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), HERE).timestamp() * 1000)
