"""What the charts of the statistics show: numbers, lengths and colours, in no language (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from realtime.tally import AgeBand, Counts, Departement, SeriesKind, Sex
from storage.values import Theme
from storage.values_statistics import GroupFigures, TopicFigures
from web.citizen.weather import Share, Weather, share, weather
from web.statistics.board import LISTED, Snapshot
from web.statistics.rankings import divided, loved

EVERYTHING = "toutes"
"""Stands where a theme may stand: all of them."""


@dataclass(frozen=True, slots=True)
class DayBar:
    """``length`` is a part of the longest; a day on which more withdrew than came has none."""

    date: date
    voters: int
    length: float


@dataclass(frozen=True, slots=True)
class ThemeBar:
    """``share`` and ``weather`` are of the topics whose results everybody may see; none: None and fog."""

    theme: Theme
    topics: int
    voters: int
    length: float
    shown_topics: int
    share: Share | None
    weather: Weather


@dataclass(frozen=True, slots=True)
class GroupBar:
    """Votes of one group; ``voters`` is None while it publishes nothing."""

    key: str
    code: str
    voters: int | None
    length: float


@dataclass(frozen=True, slots=True)
class Place:
    """A département on the map of a theme."""

    code: str
    share: Share | None
    weather: Weather


class ListName(StrEnum):
    """The lists of topics, as the front end and the tables call them."""

    MOST_VOTED = "most-voted"
    RISING = "rising"
    LOVED = "loved"
    DIVIDED = "divided"


@dataclass(frozen=True, slots=True)
class Entry:
    """One topic of a list: its share where everybody may see it, and the voters that it won where it rises."""

    topic: TopicFigures
    share: Share | None
    won: int | None = None


@dataclass(frozen=True, slots=True)
class Charts:
    at: int
    votes: int
    topics: int
    open_topics: int
    days: tuple[DayBar, ...]
    themes: tuple[ThemeBar, ...]
    groups: Mapping[SeriesKind, tuple[GroupBar, ...]]
    maps: Mapping[str, tuple[Place, ...]]
    lists: Mapping[ListName, tuple[Entry, ...]]

    @property
    def today(self) -> int:
        return self.days[-1].voters if self.days else 0


def charts(snapshot: Snapshot) -> Charts:
    """Themes with most votes first; départements, sexes and ages in their own order."""
    figures = snapshot.figures
    longest_day = max((day.voters for day in snapshot.days), default=0)
    longest = max((theme.voters for theme in figures.themes), default=0)
    days = [DayBar(day.date, day.voters, _part(day.voters, longest_day)) for day in snapshot.days]
    themes = [
        ThemeBar(
            theme.theme,
            theme.topics,
            theme.voters,
            _part(theme.voters, longest),
            theme.shown_topics,
            share(theme.counts) if theme.counts.voters else None,
            weather(theme.counts),
        )
        for theme in figures.themes
    ]
    return Charts(
        at=snapshot.at,
        votes=sum(theme.voters for theme in figures.themes),
        topics=figures.topics,
        open_topics=figures.open_topics,
        days=tuple(days),
        themes=tuple(sorted(themes, key=lambda bar: -bar.voters)),
        groups={kind: _groups(kind, codes, figures.groups) for kind, codes in _CODES.items()},
        maps=_maps([theme.theme.slug for theme in figures.themes], figures.groups),
        lists={
            ListName.MOST_VOTED: _entries(figures.most_voted),
            ListName.RISING: tuple(_entry(rise.topic, rise.voters) for rise in snapshot.rising),
            ListName.LOVED: _entries(loved(figures.shown, LISTED)),
            ListName.DIVIDED: _entries(divided(figures.shown, LISTED)),
        },
    )


def _entries(topics: Iterable[TopicFigures]) -> tuple[Entry, ...]:
    return tuple(_entry(topic) for topic in topics)


def _entry(topic: TopicFigures, won: int | None = None) -> Entry:
    return Entry(topic, None if topic.counts is None else share(topic.counts), won)


_CODES: Mapping[SeriesKind, tuple[str, ...]] = {
    SeriesKind.DEPARTEMENT: tuple(Departement),
    SeriesKind.SEX: tuple(Sex),
    SeriesKind.AGE: tuple(AgeBand),
}


def _groups(kind: SeriesKind, codes: Iterable[str], figures: Iterable[GroupFigures]) -> tuple[GroupBar, ...]:
    voters: dict[str, int] = {}
    for group in figures:
        voters[group.series] = voters.get(group.series, 0) + group.voters
    keys = {code: f"{kind}:{code}" for code in codes}
    longest = max((voters.get(key, 0) for key in keys.values()), default=0)
    return tuple(
        GroupBar(key, str(code), voters.get(key), _part(voters.get(key, 0), longest))
        for code, key in keys.items()
    )


def _maps(themes: Iterable[str], figures: Iterable[GroupFigures]) -> dict[str, tuple[Place, ...]]:
    """A map for all themes together, and one for each."""
    counts: dict[tuple[str, str], Counts] = {}
    for group in figures:
        for theme in (EVERYTHING, group.theme):
            plus, minus = counts.get((theme, group.series), Counts(0, 0))
            counts[theme, group.series] = Counts(plus + group.counts.plus, minus + group.counts.minus)
    nobody = Counts(0, 0)
    return {
        theme: tuple(_place(code, counts.get((theme, f"dep:{code}"), nobody)) for code in Departement)
        for theme in (EVERYTHING, *themes)
    }


def _place(code: str, counts: Counts) -> Place:
    return Place(str(code), share(counts) if counts.voters else None, weather(counts))


def _part(value: int, longest: int) -> float:
    return round(max(0, value) / longest, 4) if longest > 0 else 0.0
