"""How many are watching, here and on the other nodes (pure; ``now`` is in monotonic seconds).

Each node publishes its own headcount every 2 s; what it has said holds for 10 s, so that a node that ends without a
word is soon counted no more. While the bus is away nobody is heard, and what was said last holds on.
"""

from collections.abc import Iterable, Mapping

from realtime.bus import Headcount

HEADCOUNT_SECONDS = 2.0
"""How often a node publishes its headcount."""

HOLDS_SECONDS = 10.0
"""How long a headcount holds; longer than it takes to notice that the bus has fallen silent."""

TOLD_SECONDS = 5.0
"""Watchers are told a channel's number at most this often."""

EVERYBODY = "all"
"""The channel name under which a node counts all its connections."""

MOST_NODES = 1000
"""Headcounts of more nodes than this are not kept."""


class Presence:
    """What is known of all nodes; ``node`` is the name of this one."""

    def __init__(self, node: str) -> None:
        self.node = node
        self._own: Mapping[str, int] = {}
        self._others: dict[str, tuple[float, Mapping[str, int]]] = {}
        self._told: dict[str, tuple[float, int]] = {}

    def count(self, counts: Mapping[str, int]) -> None:
        """Take this node's own counts."""
        self._own = counts

    def hear(self, headcount: Headcount, now: float) -> None:
        """Take what a node published; one's own comes back and is passed over."""
        self._forget_silent(now)
        if headcount.node == self.node:
            return
        if headcount.node in self._others or len(self._others) < MOST_NODES:
            self._others[headcount.node] = (now + HOLDS_SECONDS, headcount.counts)

    def hold(self, now: float) -> None:
        """The others cannot be heard: what they said last holds from now on."""
        self._others = {
            node: (max(ends, now + HOLDS_SECONDS), counts) for node, (ends, counts) in self._others.items()
        }

    def total(self, channel: str, now: float) -> int:
        """How many are watching a channel on all nodes."""
        others = (counts.get(channel, 0) for ends, counts in self._others.values() if ends > now)
        return self._own.get(channel, 0) + sum(others)

    def due(self, channels: Iterable[str], now: float) -> dict[str, int]:
        """The numbers that are to be told now to those who watch ``channels`` here."""
        self._forget_silent(now)
        kept: dict[str, tuple[float, int]] = {}
        due: dict[str, int] = {}
        for channel in channels:
            told = self._told.get(channel)
            total = self.total(channel, now)
            if told is None or (told[1] != total and now - told[0] >= TOLD_SECONDS):
                due[channel] = total
                told = (now, total)
            kept[channel] = told
        self._told = kept
        return due

    def _forget_silent(self, now: float) -> None:
        for node in [node for node, (ends, _) in self._others.items() if ends <= now]:
            del self._others[node]
