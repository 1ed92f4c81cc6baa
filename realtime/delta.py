"""Deltas: the public counters that changed between two versions, with absolute new values (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from realtime.tally import Counts, PublicTally, Version


@dataclass(frozen=True, slots=True)
class Changes:
    """New values of what changed; None where nothing did. A series of None publishes nothing any more."""

    voters: int | None = None
    plus: int | None = None
    minus: int | None = None
    series: Mapping[str, Counts | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.series) or not (self.voters is None and self.plus is None and self.minus is None)


@dataclass(frozen=True, slots=True)
class Delta:
    """How one topic's public tally went from ``base`` to ``version``."""

    topic: int
    base: Version
    version: Version
    changes: Changes


def diff(old: PublicTally, new: PublicTally) -> Changes:
    """What turns ``old`` into ``new``. Both are of the same view.

    Raises ValueError where one shows a headline and the other hides it: that is another view, not a change.
    """
    if (old.headline is None) is not (new.headline is None):
        raise ValueError("a hidden and an open tally have no difference that may be told")
    plus = minus = None
    if old.headline is not None and new.headline is not None:
        plus = new.headline.plus if new.headline.plus != old.headline.plus else None
        minus = new.headline.minus if new.headline.minus != old.headline.minus else None
    series: dict[str, Counts | None] = {k: v for k, v in new.series.items() if old.series.get(k) != v}
    series.update((k, None) for k in old.series if k not in new.series)
    return Changes(
        voters=new.voters if new.voters != old.voters else None,
        plus=plus,
        minus=minus,
        series=dict(sorted(series.items())),
    )


def apply(old: PublicTally, changes: Changes) -> PublicTally:
    """``old`` with the counters of ``changes``; ``apply(old, diff(old, new)) == new``."""
    headline = old.headline
    if headline is not None:
        headline = Counts(
            headline.plus if changes.plus is None else changes.plus,
            headline.minus if changes.minus is None else changes.minus,
        )
    merged = {**old.series, **changes.series}
    return PublicTally(
        voters=old.voters if changes.voters is None else changes.voters,
        headline=headline,
        series={key: counts for key, counts in sorted(merged.items()) if counts is not None},
    )
