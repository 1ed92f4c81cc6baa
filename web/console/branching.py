"""The ways through a questionnaire as a drawing: boxes in rows, the first question above, the end below (pure).

Rows are the longest ways from the beginning. A way that passes rows by goes through a place of its own in each, so
that it crosses no box. Within a row what + leads to stands on the left, what − leads to on the right, unless fewer
ways cross otherwise; then each is drawn towards the middle of what it is joined to. (Sugiyama, Tagawa & Toda,
Methods for Visual Understanding of Hierarchical System Structures, 1981.)

Ways that lead back are drawn on the right of everything, and are no part of the order.
"""

import textwrap
from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from storage.values_questionnaire_drafts import leading, reachable
from storage.values_questionnaires import Ways

BOX = (232, 92)
END_BOX = (88, 44)
"""Width and height, in the drawing's own units, which are CSS pixels."""

_GAP = 28
"""Between two of a row."""

_ROW = 164
"""From one row's top to the next one's."""

_PASSING = 28
"""How wide the place of a way is that passes a row by."""

_MARGIN = 16
_BACK = 56
"""Room on the right for ways that lead back."""

_PORTS = {"plus": -76, "skip": 0, "minus": 76}
"""Where an answer leaves its box, from the middle."""

_SIGNS_A_LINE = 26
_LINES = 2
_SWEEPS = 8

Node = tuple[int, int]
"""A question (number, 0), the end (0, 0), or the place of a way (numbered below 0) in a row."""


@dataclass(frozen=True, slots=True)
class Box:
    """A question; ``x`` and ``y`` are those of its upper left corner."""

    number: int
    title: str
    lines: tuple[str, ...]
    is_reached: bool
    x: float
    y: float

    @property
    def middle(self) -> float:
        return self.x + BOX[0] / 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a question to another one, or to the end (``target`` None); ``at`` is the place of its label."""

    source: int
    target: int | None
    answers: tuple[str, ...]
    path: str
    at: tuple[float, float]
    leads_back: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """``end`` is the upper left corner of the end's box."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Way:
    source: int
    target: int
    answers: tuple[str, ...]
    nodes: tuple[Node, ...]
    """All that it touches, from its question to where it leads."""


def draw(titles: Sequence[str], ways: Sequence[Ways]) -> Drawing | None:
    """None where there is nothing to draw. ``titles`` and ``ways`` are as many."""
    if not ways:
        return None
    rows_of = _rows(ways)
    forward = _forward(ways, rows_of)
    rows = _ordered(_initial_rows(forward, rows_of), forward)
    middles = _places(rows, forward)
    left = min(middles[node] - _width(node) / 2 for row in rows for node in row) - _MARGIN
    middles = {node: round(x - left, 1) for node, x in middles.items()}
    right = max(middles[node] + _width(node) / 2 for row in rows for node in row)
    back = _back(ways, middles, rows_of, right + _BACK - 20)
    reached = reachable(ways, 1)
    boxes = tuple(
        Box(
            number,
            title,
            tuple(textwrap.wrap(title, _SIGNS_A_LINE, max_lines=_LINES, placeholder=" …")),
            number in reached,
            round(middles[number, 0] - BOX[0] / 2, 1),
            _top(rows_of[number]),
        )
        for number, title in enumerate(titles, 1)
    )
    last = _top(len(rows) - 1)
    return Drawing(
        right + (_BACK if back else 0) + _MARGIN,
        last + END_BOX[1] + _MARGIN,
        boxes,
        (*(_arrow(way, middles, rows_of) for way in forward), *back),
        (round(middles[0, 0] - END_BOX[0] / 2, 1), last),
    )


def _rows(ways: Sequence[Ways]) -> dict[int, int]:
    """The row of each question, and of the end under 0; what no way leads to stands beside the one before."""
    rows = {1: 0}
    for number, three in enumerate(ways, 1):
        rows.setdefault(number, rows.get(number - 1, 0))
        for target in three.all:
            if number < target <= len(ways):
                rows[target] = max(rows.get(target, 0), rows[number] + 1)
    rows[0] = max(rows.values()) + 1
    return rows


def _forward(ways: Sequence[Ways], rows: Mapping[int, int]) -> list[_Way]:
    found: list[_Way] = []
    for number, three in enumerate(ways, 1):
        for target, answers in leading(three).items():
            goal = 0 if target is None else target
            if goal and not number < goal <= len(ways):
                continue
            passing = [(-len(found) - 1, row) for row in range(rows[number] + 1, rows[goal])]
            found.append(_Way(number, goal, answers, ((number, 0), *passing, (goal, 0))))
    return found


def _initial_rows(forward: Sequence[_Way], rows_of: Mapping[int, int]) -> list[list[Node]]:
    """Each row in the order in which one comes by, + first and − last."""
    rows: list[list[Node]] = [[] for _ in range(rows_of[0] + 1)]
    seen: set[Node] = set()

    def put(node: Node) -> None:
        if node not in seen:
            seen.add(node)
            rows[node[1] if node[0] < 0 else rows_of[node[0]]].append(node)

    def walk(number: int) -> None:
        if (number, 0) in seen:
            return
        put((number, 0))
        for way in (each for each in forward if each.source == number):
            for node in way.nodes[1:-1]:
                put(node)
            walk(way.target)

    for number in sorted(rows_of, key=lambda each: each or len(rows_of)):
        walk(number)
    return rows


def _ordered(rows: list[list[Node]], forward: Sequence[_Way]) -> list[list[Node]]:
    """The rows in the order in which the fewest ways cross, of those that were looked at."""
    above, below = _joined(forward)
    best, fewest = rows, _crossings(rows, below)
    for sweep in range(_SWEEPS):
        joined = below if sweep % 2 else above
        rows = [list(row) for row in rows]
        for at in range(len(rows) - 2, -1, -1) if sweep % 2 else range(1, len(rows)):
            place = {node: x for x, node in enumerate(rows[at + 1 if sweep % 2 else at - 1])}
            rows[at] = _by_middle(rows[at], joined, place)
        if (crossings := _crossings(rows, below)) < fewest:
            best, fewest = rows, crossings
    return best


def _by_middle(
    row: Sequence[Node], joined: Mapping[Node, Sequence[Node]], place: Mapping[Node, int]
) -> list[Node]:
    def middle(node: Node) -> float:
        others = [place[other] for other in joined.get(node, ()) if other in place]
        return sum(others) / len(others) if others else row.index(node)

    return sorted(row, key=middle)


def _joined(forward: Sequence[_Way]) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    """What each is joined to in the row above, and in the row below."""
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for way in forward:
        for upper, lower in pairwise(way.nodes):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    return above, below


def _crossings(rows: Sequence[Sequence[Node]], below: Mapping[Node, Sequence[Node]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        place = {node: x for x, node in enumerate(lower)}
        before: list[int] = []
        for node in upper:
            ends = sorted(place[other] for other in below.get(node, ()))
            count += sum(len(before) - bisect_right(before, end) for end in ends)
            for end in ends:
                insort(before, end)
    return count


def _places(rows: Sequence[Sequence[Node]], forward: Sequence[_Way]) -> dict[Node, float]:
    """The middle of each: near the mean of what it is joined to, in its row's order, nothing over another."""
    above, below = _joined(forward)
    places: dict[Node, float] = {}
    for row in rows:
        places.update(zip(row, _spread(row, [0.0] * len(row)), strict=True))
    for sweep in range(_SWEEPS):
        joined = below if sweep % 2 else above
        for row in reversed(rows) if sweep % 2 else rows:
            wanted = [
                sum(places[other] for other in others) / len(others)
                if (others := joined.get(node, []))
                else places[node]
                for node in row
            ]
            places.update(zip(row, _spread(row, wanted), strict=True))
    return places


def _spread(row: Sequence[Node], wanted: Sequence[float]) -> list[float]:
    """The places nearest to the wanted ones (least squares) that keep order and gaps: pool adjacent violators."""
    offsets, at = [], 0.0
    for before, node in zip((None, *row), row, strict=False):
        at += 0 if before is None else (_width(before) + _width(node)) / 2 + _GAP
        offsets.append(at)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append((want - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, many), (other, more) = pools.pop(), pools.pop()
            pools.append(((mean * many + other * more) / (many + more), many + more))
    spread = [mean for mean, many in pools for _ in range(many)]
    return [mean + offset for mean, offset in zip(spread, offsets, strict=True)]


def _width(node: Node) -> int:
    return _PASSING if node[0] < 0 else BOX[0] if node[0] else END_BOX[0]


def _top(row: int) -> int:
    return _MARGIN + row * _ROW


def _arrow(way: _Way, middles: Mapping[Node, float], rows_of: Mapping[int, int]) -> Arrow:
    row = rows_of[way.source]
    port = sum(_PORTS[answer] for answer in way.answers) / len(way.answers)
    x, y = round(middles[way.source, 0] + port, 1), _top(row) + BOX[1]
    path = f"M{x} {y}"
    for node in way.nodes[1:]:
        row += 1
        to, top = middles[node], _top(row)
        bend = (top - y) / 2
        path += f"C{x} {y + bend} {to} {top - bend} {to} {top}"
        x, y = to, top
        if node[0] < 0:
            y += BOX[1]
            path += f"V{y}"
    start = round(middles[way.source, 0] + port, 1)
    target = way.target or None
    return Arrow(way.source, target, way.answers, path, (start, _top(rows_of[way.source]) + BOX[1] + 22))


def _back(
    ways: Sequence[Ways], middles: Mapping[Node, float], rows: Mapping[int, int], right: float
) -> list[Arrow]:
    """The ways that lead back, or to themselves."""
    found = []
    for number, three in enumerate(ways, 1):
        for target, answers in leading(three).items():
            if target is None or not 1 <= target <= number:
                continue
            x, y = middles[number, 0] + BOX[0] / 2, _top(rows[number]) + BOX[1] * 0.7
            to, top = middles[target, 0] + BOX[0] / 2, _top(rows[target]) + BOX[1] * 0.3
            path = f"M{x} {y}C{right} {y} {right} {top} {to} {top}"
            found.append(Arrow(number, target, answers, path, (x + 22, y + 20), leads_back=True))
    return found
