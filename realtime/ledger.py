"""One topic's counts while a batch of votes is entered: what goes in privately, what comes out publicly (pure)."""

from collections.abc import Mapping

from realtime.delta import Delta, diff
from realtime.disclosure import HeadlinePolicy, Release, SeriesState, recorded, sealed
from realtime.tally import (
    HEADLINE_SERIES,
    NOBODY,
    Cell,
    Counts,
    Hall,
    PublicTally,
    Sign,
    Version,
    moved,
    public_tally,
    series_of,
)


class Ledger:
    """Counts ballots in commit order and seals series as their blocks fill.

    ``seq`` numbers the topic's ballot changes; ``releases`` and ``touched`` (keys of series that moved) are
    what the caller must store afterwards, beside ``headline``, ``seq`` and the delta's version.
    """

    def __init__(
        self,
        topic: int,
        policy: HeadlinePolicy,
        *,
        version: Version,
        seq: int,
        headline: Counts,
        series: Mapping[str, SeriesState],
        secret: bytes,
    ) -> None:
        self.topic = topic
        self.version = version
        self.seq = seq
        self.headline = headline
        self.series = dict(series)
        self.touched: set[str] = set()
        self.releases: list[Release] = []
        self._policy = policy
        self._secret = secret
        self._before = self.public()

    def count(self, cell: Cell, hall: Hall | None, old: Sign, new: Sign, *, old_seq: int) -> int:
        """Enter one voter's change from ``old`` (last moved at ``old_seq``, 0: never) to ``new``.

        Returns the sequence number that the ballot now carries.
        """
        self.seq += 1
        self.headline = moved(self.headline, old, new)
        for key in series_of(cell, hall):
            self._enter(key, old, new, old_seq)
        if self._policy is HeadlinePolicy.SEALED:
            self._enter(HEADLINE_SERIES, old, new, old_seq)
        return self.seq

    def pass_over(self) -> int:
        """The number of a change that moves no count: the ballot is set aside."""
        self.seq += 1
        return self.seq

    def _enter(self, key: str, old: Sign, new: Sign, old_seq: int) -> None:
        state = recorded(self.series.get(key, _EMPTY), old, new, old_seq=old_seq)
        after = sealed(state, seq=self.seq, topic=self.topic, series=key, secret=self._secret)
        if after is not state:
            self.releases.append(Release(self.topic, key, after.releases, after.public))
        self.series[key] = after
        self.touched.add(key)

    def public(self) -> PublicTally:
        """The public tally as it stands."""
        return published(self._policy, self.headline, {k: s.public for k, s in self.series.items()})

    def settle(self) -> Delta | None:
        """Raise the version if the public tally moved since the last settling; the delta, or None."""
        after = self.public()
        changes = diff(self._before, after)
        if not changes:
            return None
        base, self.version = self.version, Version(self.version.epoch, self.version.number + 1)
        self._before = after
        return Delta(self.topic, base, self.version, changes)


_EMPTY = SeriesState()


def published(policy: HeadlinePolicy, headline: Counts, series: Mapping[str, Counts | None]) -> PublicTally:
    """The public tally of an exact ``headline`` and the published counts of each series (None: nothing)."""
    shown = {key: counts for key, counts in series.items() if counts is not None}
    sealed_headline = shown.pop(HEADLINE_SERIES, NOBODY)
    return public_tally(headline if policy is HeadlinePolicy.LIVE else sealed_headline, shown)
