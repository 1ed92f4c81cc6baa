"""The statistics as tables to take away (pure)."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from web.citizen.weather import Share
from web.csv_text import Value, csv_bytes
from web.statistics.charts import EVERYTHING, Charts, Entry, ThemeBar
from web.statistics.representativeness import Comparison

Say = Callable[[str, object], str]


class TableName(StrEnum):
    """The tables, by the name in their address."""

    DAYS = "jours"
    THEMES = "thematiques"
    PARTICIPATION = "participation"
    WEATHER = "meteo"
    LISTS = "classements"
    REPRESENTATIVENESS = "representativite"


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` are codes; the catalogue's section "column" has their names."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]


def days(charts: Charts) -> Table:
    return Table(("date", "votes"), [(day.date.isoformat(), day.voters) for day in charts.days])


def themes(charts: Charts) -> Table:
    columns = ("theme", "name", "topics", "votes", "shown-topics", "plus", "minus", "plus-percent", "weather")
    return Table(
        columns,
        [(*_theme(bar), *_sides(bar.share), str(bar.weather)) for bar in charts.themes],
    )


def _theme(bar: ThemeBar) -> tuple[Value, ...]:
    return (bar.theme.slug, bar.theme.name, bar.topics, bar.voters, bar.shown_topics)


def participation(charts: Charts, say: Say) -> Table:
    rows: list[tuple[Value, ...]] = [
        (str(kind), bar.code, say(SECTIONS[kind], bar.code), bar.voters)
        for kind, bars in charts.groups.items()
        for bar in bars
    ]
    return Table(("kind", "code", "name", "votes"), rows)


def places(charts: Charts, say: Say) -> Table:
    """The weather by theme and département; ``toutes`` is all themes."""
    rows: list[tuple[Value, ...]] = [
        (theme, place.code, say("departement", place.code), *_sides(place.share), str(place.weather))
        for theme, shown in sorted(charts.maps.items(), key=lambda item: item[0] != EVERYTHING)
        for place in shown
    ]
    return Table(("theme", "code", "name", "plus", "minus", "plus-percent", "weather"), rows)


def lists(charts: Charts) -> Table:
    columns = (
        "list",
        "rank",
        "topic",
        "title",
        "provenance",
        "voters",
        "won",
        "plus",
        "minus",
        "plus-percent",
    )
    rows: list[tuple[Value, ...]] = [
        (str(name), rank, *_told(entry))
        for name, entries in charts.lists.items()
        for rank, entry in enumerate(entries, 1)
    ]
    return Table(columns, rows)


def representativeness(comparisons: Iterable[Comparison], say: Say) -> Table:
    columns = ("kind", "code", "name", "voters", "voters-percent", "residents-percent", "verdict")
    rows: list[tuple[Value, ...]] = []
    for comparison in comparisons:
        for group in comparison.groups:
            code = group.key.partition(":")[2]
            parts = (None if group.part is None else _tenths(group.part), _tenths(group.residents))
            name = say(SECTIONS[comparison.kind], code)
            rows.append((str(comparison.kind), code, name, group.voters, *parts, str(group.verdict)))
    return Table(columns, rows)


def as_csv(table: Table, say: Say) -> bytes:
    """``say`` gives the names of the columns."""
    return csv_bytes([say("column", column) for column in table.columns], table.rows)


def as_plain(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def plain_json(content: Any) -> bytes:
    """Compact JSON, letters as they are."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


SECTIONS = {"dep": "departement", "sex": "sex", "age": "age"}
"""The catalogue's sections that name groups, by kind of series."""


def _sides(shown: Share | None) -> tuple[Value, Value, Value]:
    return (None, None, None) if shown is None else (shown.counts.plus, shown.counts.minus, shown.plus)


def _told(entry: Entry) -> tuple[Value, ...]:
    topic = entry.topic
    origin = "+".join(topic.provenance.caveats) or str(topic.provenance)
    return (topic.id, topic.title, origin, topic.voters, entry.won, *_sides(entry.share))


def _tenths(part: float) -> float:
    return round(part * 100, 1)
