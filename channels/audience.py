"""How many are watching: counts this node's watchers by channel, and tells each channel's its number."""

from collections.abc import Callable

from channels.wire import topic_channel
from realtime.bus import Headcount
from realtime.fanout import Fanout
from realtime.presence import EVERYBODY, Presence


class Audience:
    """``monotonic`` gives seconds."""

    def __init__(self, fanout: Fanout, presence: Presence, monotonic: Callable[[], float]) -> None:
        self._fanout = fanout
        self._presence = presence
        self._monotonic = monotonic

    def count(self) -> Headcount:
        """Count, and tell the watchers of every topic whose number is due; what this node publishes of itself."""
        here = self._fanout.headcount()
        topics = {topic_channel(topic): topic for topic in here}
        counts = {topic_channel(topic): watchers for topic, watchers in here.items()}
        headcount = self._presence.count(counts | {EVERYBODY: len(self._fanout.watchers)})
        for channel, watching in self._presence.due(topics, self._monotonic()).items():
            self._fanout.show_watching(topics[channel], watching)
        return headcount

    def hear(self, headcount: Headcount) -> None:
        """The bus's ``on_headcount``: what another node published."""
        self._presence.hear(headcount, self._monotonic())
