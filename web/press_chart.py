"""The picture of a question's result for newspapers: a drawing that stands by itself (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape

WIDTH = 1200
_MARGIN = 60
_BAR_LEFT, _BAR_RIGHT, _BAR = 330, 1140, 46
_ROW = 112
_TITLE_LINE, _TITLE_SIGNS = 52, 46
_CAVEATS = 56
_FONT = "font-family=\"'Bricolage Grotesque Variable','Trebuchet MS',sans-serif\""
_INK, _QUIET, _PAPER, _EMPTY = "#1c2333", "#5a6275", "#ffffff", "#d5dbe6"
_PLUS, _MINUS = "#cf5f12", "#5549bd"


@dataclass(frozen=True, slots=True)
class Bar:
    """``plus`` and ``minus`` as they are written, ``ratio`` from 0 to 1; None where nothing is shown, and why."""

    name: str
    told: str
    plus: str = ""
    minus: str = ""
    ratio: float | None = None


def chart(title: str, bars: Sequence[Bar], source: str, caveats: str = "") -> str:
    """The SVG: the question, a bar each for all and for every hall, and where it comes from.

    ``caveats`` is what is not real about its figures.
    """
    lines = wrap(title, _TITLE_SIGNS) or [""]
    below = _MARGIN + len(lines) * _TITLE_LINE
    top = below + (_CAVEATS if caveats else 0) + 30
    height = top + len(bars) * _ROW + 70
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" {_FONT}>',
        f"<title>{escape(f'{title} · {caveats}' if caveats else title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{_PAPER}"/>',
    ]
    for number, line in enumerate(lines):
        drawn.append(_text(_MARGIN, _MARGIN + 34 + number * _TITLE_LINE, line, 44, _INK, weight=700))
    if caveats:
        drawn.append(_text(_MARGIN, below + 34, caveats, 30, _INK, weight=700))
    for number, bar in enumerate(bars):
        drawn += _bar(bar, top + number * _ROW)
    drawn.append(_text(_MARGIN, height - 28, source, 22, _QUIET))
    return "".join([*drawn, "</svg>"])


def _bar(bar: Bar, y: int) -> list[str]:
    told = [
        _text(_MARGIN, y + 34, bar.name, 30, _INK, weight=700),
        _text(_MARGIN, y + 66, bar.told, 22, _QUIET),
    ]
    wide = _BAR_RIGHT - _BAR_LEFT
    if bar.ratio is None:
        return [*told, _rect(_BAR_LEFT, y + 6, wide, _EMPTY)]
    split = round(wide * bar.ratio)
    return [
        *told,
        _rect(_BAR_LEFT, y + 6, split, _PLUS),
        _rect(_BAR_LEFT + split, y + 6, wide - split, _MINUS),
        _text(_BAR_LEFT, y + 84, f"+ {bar.plus}", 26, _PLUS, weight=700),
        _text(_BAR_RIGHT, y + 84, f"{bar.minus} −", 26, _MINUS, weight=700, anchor="end"),
    ]


def _rect(x: int, y: int, width: int, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{_BAR}" fill="{colour}"/>'


def _text(
    x: int, y: int, text: str, size: int, colour: str, *, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}"'
        f' text-anchor="{anchor}">{escape(text)}</text>'
    )
