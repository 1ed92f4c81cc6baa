"""The popularity time line as points in a drawing (pure)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from realtime.disclosure import JUDGED_FROM
from realtime.tally import Counts
from storage.values import Moment
from web.citizen.weather import Share, share

WIDTH = 600
HEIGHT = 200
"""The drawing's own units; 0 % of plus is at the bottom."""

MINUTE_MS = 60_000

MOST_ROWS = 12
"""Rows of the table behind the drawing."""

_HERE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Row:
    at: datetime
    share: Share


@dataclass(frozen=True, slots=True)
class Timeline:
    """``line`` (ratio of plus) and ``area`` (voters) are SVG points; ``last`` is where the line ends.

    ``steps`` are the instants (ms) at which votes were set aside or came back, and where they stand in the drawing.
    """

    line: str
    area: str
    last: tuple[float, float]
    data: list[tuple[int, int, int]]
    rows: list[Row]
    in_seconds: bool
    """Whether the rows' instants need seconds, so that no two of them read alike."""

    steps: list[tuple[int, float]]


def timeline(moments: list[Moment]) -> Timeline | None:
    """None for fewer than two moments out of the fog: there is no line yet."""
    moments = out_of_the_fog(moments)
    if len(moments) < 2:
        return None
    first, span = moments[0].at, moments[-1].at - moments[0].at
    most = max(moment.counts.voters for moment in moments)
    xs = [round((moment.at - first) / span * WIDTH, 1) for moment in moments]
    ys = [round((1 - share(moment.counts).ratio) * HEIGHT, 1) for moment in moments]
    tops = [round(HEIGHT - moment.counts.voters / most * HEIGHT * _AREA_PART, 1) for moment in moments]
    corners = [(0.0, float(HEIGHT)), *zip(xs, tops, strict=True), (float(WIDTH), float(HEIGHT))]
    shown = _thinned(moments)
    return Timeline(
        line=_points(list(zip(xs, ys, strict=True))),
        area=_points(corners),
        last=(xs[-1], ys[-1]),
        data=plain(moments),
        rows=[Row(local_time(moment.at), share(moment.counts)) for moment in shown],
        in_seconds=_in_seconds(shown),
        steps=sorted({(moment.at, x) for moment, x in zip(moments, xs, strict=True) if moment.again}),
    )


def ended(moments: list[Moment], closed_at: int, headline: Counts) -> list[Moment]:
    """``moments`` to the result of a vote that has ended; the last of them may lie some voters before it.

    A moment is the end of ten seconds, and may be later than the close. Steps after it stay, and the last of them
    leads to the result.
    """
    before = [moment for moment in moments if moment.at < closed_at]
    steps = [moment for moment in moments if moment.again and moment.at >= closed_at]
    if steps:
        return [
            *before,
            Moment(closed_at, steps[0].counts),
            *steps,
            Moment(steps[-1].at, headline, again=True),
        ]
    at = max(closed_at, moments[-1].at if moments else closed_at)
    return [*before, Moment(at, headline)]


def out_of_the_fog(moments: list[Moment]) -> list[Moment]:
    """Those with voters enough for the weather: among fewer, rounding alone makes a line of leaps."""
    return [moment for moment in moments if moment.counts.voters >= JUDGED_FROM]


def plain(moments: list[Moment]) -> list[tuple[int, int, int]]:
    """As the front end reads them: instant (ms since 1970), plus, minus."""
    return [(moment.at, *moment.counts) for moment in moments]


_AREA_PART = 0.4
"""How high the quiet area of voters reaches at most, as a part of the drawing."""


def local_time(at: int) -> datetime:
    """The instant ``at`` (ms) as the Région's clocks show it."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(_HERE)


def _thinned(moments: list[Moment]) -> list[Moment]:
    step = -(-len(moments) // MOST_ROWS)
    return moments[::-1][::step]


def _in_seconds(moments: list[Moment]) -> bool:
    """A step has one instant before and after it: that is no reason."""
    instants = {moment.at for moment in moments}
    return len({at // MINUTE_MS for at in instants}) < len(instants)


def _points(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
