"""How many are watching: counts this node's watchers by channel, and tells each channel's its number."""

from collections.abc import Awaitable, Callable, Mapping

from channels.names import topic_channel
from channels.stage import Stages
from realtime.fanout import Fanout
from realtime.presence import EVERYBODY, Presence

Announce = Callable[[Mapping[str, int]], Awaitable[None]]


class Audience:
    """``announce`` tells the other nodes, ``is_joined`` whether the bus is there; ``monotonic`` gives seconds."""

    def __init__(
        self,
        fanout: Fanout,
        presence: Presence,
        announce: Announce,
        is_joined: Callable[[], bool],
        monotonic: Callable[[], float],
        stages: Stages,
    ) -> None:
        self._stages = stages
        self._fanout = fanout
        self._presence = presence
        self._announce = announce
        self._is_joined = is_joined
        self._monotonic = monotonic

    def tell(self) -> None:
        """Tell the watchers of every topic and event whose number is due."""
        topics = {topic_channel(topic): topic for topic in self._fanout.headcount()}
        self._presence.count(self._counts())
        if not self._is_joined():
            self._presence.hold(self._monotonic())
        events = self._stages.told_of()
        for channel, watching in self._presence.due([*topics, *events], self._monotonic()).items():
            if channel in topics:
                self._fanout.show_watching(topics[channel], watching)
            else:
                self._stages.show_watching(channel, watching)

    async def announce(self) -> None:
        """Tell the other nodes how many are here."""
        await self._announce(self._counts())

    def _counts(self) -> dict[str, int]:
        counts = {topic_channel(topic): watchers for topic, watchers in self._fanout.headcount().items()}
        counts |= self._stages.headcount()
        everybody = len(self._fanout.watchers)
        return counts | {EVERYBODY: everybody} if everybody else counts
