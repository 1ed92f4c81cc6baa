"""One view of one topic: who follows it, what they have been sent, and the frames for it (no I/O)."""

from collections.abc import Callable, Iterator
from typing import Protocol

from realtime.delta import Changes, diff
from realtime.disclosure import View
from realtime.tally import PublicTally, Version
from realtime.watcher import Watcher

Snap = tuple[int, Version, PublicTally]
Change = tuple[int, Version, Version, Changes]

Encode = Callable[[Snap | Change, str], bytes]
"""Makes the frame of a state (topic, version, tally) or a change (topic, base, version, changes) in a format."""


class Source(Protocol):
    """Where a view looks: the newest state of its topic."""

    version: Version

    def seen(self, view: View) -> PublicTally: ...


class ViewState:
    """Everybody in ``groups`` has the state ``sent`` at version ``at``; whoever is ``ahead`` has a newer one.

    ``departures`` counts those who have left since the beginning.
    """

    def __init__(self, topic: int, view: View, source: Source, encode: Encode) -> None:
        self._topic = topic
        self._view = view
        self._source = source
        self._encode = encode
        self._groups: dict[str, dict[Watcher, None]] = {}
        self._ahead: dict[Watcher, Version] = {}
        self._last: Change | None = None
        self.departures = 0
        self._frames: dict[tuple[str, bool], bytes] = {}
        self.at = source.version
        self.sent = source.seen(view)

    def __bool__(self) -> bool:
        return bool(self._ahead) or any(self._groups.values())

    def __contains__(self, watcher: Watcher) -> bool:
        group = self._groups.get(watcher.format)
        return (group is not None and watcher in group) or watcher in self._ahead

    def members(self) -> list[Watcher]:
        return [watcher for group in self._groups.values() for watcher in group] + list(self._ahead)

    def admit(self, watcher: Watcher, at: Version | None, *, hidden: bool | None = None) -> bytes | None:
        """Register a watcher that has version ``at``; the frame it needs, None where it needs nothing now.

        ``hidden`` says whether what it has is without results: a state of the other view is not this one's.
        """
        if hidden and self._view is View.RESULTS:
            at = None
        if at is not None and at > self.at:
            self._ahead[watcher] = at
            return None
        if hidden is False and self._view is View.HIDDEN:
            at = None
        self._groups.setdefault(watcher.format, {})[watcher] = None
        if at == self.at:
            return None
        if self._last is not None and at == self._last[1]:
            return self._frame(watcher.format, self._last)
        return self.snap(watcher.format)

    def dismiss(self, watcher: Watcher) -> None:
        self.departures += 1
        self._ahead.pop(watcher, None)
        group = self._groups.get(watcher.format)
        if group is not None:
            group.pop(watcher, None)

    def advance(self) -> list[tuple[bytes, list[Watcher]]]:
        """Take the newest state as sent; the frames that are due, each with those to whom it is due."""
        tally = self._source.seen(self._view)
        follows_on = self._source.version.epoch == self.at.epoch
        changes = diff(self.sent, tally)
        if self._source.version == self.at or not changes:
            return list(self._return_of_the_ahead())
        base, self.at, self.sent = self.at, self._source.version, tally
        self._frames.clear()
        self._last = (self._topic, base, self.at, changes) if follows_on else None
        due = [
            (self.snap(name) if self._last is None else self._frame(name, self._last), list(group))
            for name, group in self._groups.items()
            if group
        ]
        return [*due, *self._return_of_the_ahead()]

    def _return_of_the_ahead(self) -> Iterator[tuple[bytes, list[Watcher]]]:
        """Those who had seen a newer state elsewhere and are overtaken get the state."""
        for watcher, version in list(self._ahead.items()):
            if version <= self.at:
                del self._ahead[watcher]
                self._groups.setdefault(watcher.format, {})[watcher] = None
                if version < self.at:
                    yield self.snap(watcher.format), [watcher]

    def snap(self, format: str) -> bytes:
        """The frame of the whole state, encoded once for all who ask."""
        return self._frame(format, (self._topic, self.at, self.sent))

    def _frame(self, format: str, message: Snap | Change) -> bytes:
        key = (format, len(message) == 4)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = self._encode(message, format)
        return frame
