"""What the statistics are made of: sums of public numbers only, never of ballots."""

from collections.abc import Mapping
from dataclasses import dataclass

from realtime.tally import Counts, SeriesKind
from storage.values import Provenance, Theme, TopicKind


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """One theme: its topics and the votes on them, and ``counts`` over those whose results everybody may see."""

    theme: Theme
    topics: int
    voters: int
    shown_topics: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One series over the topics of one theme: ``voters`` over all of them, ``counts`` as in ThemeFigures."""

    theme: str
    series: str
    voters: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """One topic in a list; ``counts`` is None where not everybody may see its results."""

    id: int
    title: str
    kind: TopicKind
    provenance: Provenance
    voters: int
    counts: Counts | None
    questionnaire: str = ""
    """The title of the one that it is a question of: alone its own may say nothing."""


@dataclass(frozen=True, slots=True)
class Rise:
    """A topic and the voters that it won in a span of time (fewer than none where more withdrew)."""

    topic: TopicFigures
    voters: int


@dataclass(frozen=True, slots=True)
class Pool:
    """One kind of series over the topics in which it publishes many voters.

    ``sizes`` says how many of these topics publish so many voters in all, ``voters`` the sum of each series.
    """

    kind: SeriesKind
    sizes: Mapping[int, int]
    voters: Mapping[str, int]

    @property
    def topics(self) -> int:
        return sum(self.sizes.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that one look at the database tells.

    ``most_voted`` are the topics with most voters; ``shown`` those of the same order whose results everybody may
    see, fewer voters than asked for left out.
    """

    topics: int
    open_topics: int
    themes: tuple[ThemeFigures, ...]
    groups: tuple[GroupFigures, ...]
    pools: Mapping[SeriesKind, Pool]
    most_voted: tuple[TopicFigures, ...]
    shown: tuple[TopicFigures, ...]
    provenances: frozenset[Provenance]
