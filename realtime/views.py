"""One view of one topic: who follows it, what they have been sent, and the frames for it (no I/O)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from realtime.delta import Changes, diff
from realtime.disclosure import View
from realtime.freshness import Telling
from realtime.notice import Notice
from realtime.tally import PublicTally, Version
from realtime.watcher import Watcher


@dataclass(frozen=True, slots=True)
class Steps:
    """What became of a topic: ``number`` is another with every step that is told or corrected, 0 without any."""

    topic: int
    number: int


Snap = tuple[int, Version, PublicTally]
Change = tuple[int, Version, Version, Changes]
Watching = tuple[int, int]

Encode = Callable[[Snap | Change | Watching | Steps | Telling | Notice, str], bytes]
"""Makes a frame in a format: of a state (topic, version, tally), a change (topic, base, version, changes), how many
are watching (topic, number), what became of a topic, what is told of freshness, or what staff have switched for
everybody."""


class Source(Protocol):
    """Where a view looks: the newest state of its topic."""

    version: Version

    def seen(self, view: View) -> PublicTally: ...


class ViewState:
    """Everybody in ``groups`` has the state ``sent`` at version ``at``; whoever is ``ahead`` has a newer one.

    ``departures`` counts those who have left since the beginning.
    """

    def __init__(self, topic: int, view: View, source: Source, encode: Encode) -> None:
        self.topic = topic
        self._view = view
        self._source = source
        self._encode = encode
        self._groups: dict[str, dict[Watcher, None]] = {}
        self._ahead: dict[Watcher, Version] = {}
        self._last: Change | None = None
        self._restate = False
        self.departures = 0
        self._frames: dict[tuple[str, bool], bytes] = {}
        self.at = source.version
        self.sent = source.seen(view)

    def __bool__(self) -> bool:
        return bool(self._ahead) or any(self._groups.values())

    def __len__(self) -> int:
        return len(self._ahead) + sum(map(len, self._groups.values()))

    def __contains__(self, watcher: Watcher) -> bool:
        group = self._groups.get(watcher.format)
        return (group is not None and watcher in group) or watcher in self._ahead

    def members(self) -> list[Watcher]:
        return [watcher for group in self._groups.values() for watcher in group] + list(self._ahead)

    def admit(self, watcher: Watcher, at: Version | None, *, hidden: bool | None = None) -> bytes | None:
        """Register a watcher that has version ``at``; the frame it needs, None where it needs nothing now.

        ``hidden`` says whether what it has is without results: a state of the other view is not this one's. Who
        sees no results and does not say is always told the state.
        """
        if hidden and self._view is View.RESULTS:
            at = None
        if at is not None and at > self.at:
            self._ahead[watcher] = at
            return None
        if not hidden and self._view is View.HIDDEN:
            at = None
        self._groups.setdefault(watcher.format, {})[watcher] = None
        if at == self.at:
            return None
        if self._last is not None and at == self._last[1]:
            return self._frame(watcher.format, self._last)
        return self.snap(watcher.format)

    def dismiss(self, watcher: Watcher) -> Version | None:
        """Let a watcher go; the version that it was ahead with."""
        self.departures += 1
        group = self._groups.get(watcher.format)
        if group is not None:
            group.pop(watcher, None)
        return self._ahead.pop(watcher, None)

    def take_over(self, watcher: Watcher, ahead: Version | None) -> None:
        """Register a watcher from another view; ``restate`` lets it have this one's state."""
        if ahead is not None:
            self._ahead[watcher] = ahead
        else:
            self._groups.setdefault(watcher.format, {})[watcher] = None

    def restate(self) -> None:
        """The next ``advance`` sends the whole newest state to everybody."""
        self._restate = True

    def is_ahead(self, watcher: Watcher) -> bool:
        return watcher in self._ahead

    def groups(self) -> Iterator[tuple[str, list[Watcher]]]:
        """All watchers, by format."""
        by_format: dict[str, list[Watcher]] = {name: list(group) for name, group in self._groups.items()}
        for watcher in self._ahead:
            by_format.setdefault(watcher.format, []).append(watcher)
        return iter(by_format.items())

    def advance(self) -> list[tuple[bytes, list[Watcher]]]:
        """Take the newest state as sent; the frames that are due, each with those to whom it is due."""
        tally = self._source.seen(self._view)
        restate = self._restate or self._source.version.epoch != self.at.epoch
        changes = diff(self.sent, tally)
        if not restate and (self._source.version == self.at or not changes):
            return list(self._return_of_the_ahead())
        base, self.at, self.sent = self.at, self._source.version, tally
        self._frames.clear()
        self._last = None if restate else (self.topic, base, self.at, changes)
        self._restate = False
        due = [
            (self.snap(name) if self._last is None else self._frame(name, self._last), list(group))
            for name, group in self._groups.items()
            if group
        ]
        return [*due, *self._return_of_the_ahead()]

    def _return_of_the_ahead(self) -> Iterator[tuple[bytes, list[Watcher]]]:
        """Those who had seen a newer state elsewhere, or of another view, and are reached get the state."""
        for watcher, version in list(self._ahead.items()):
            if version <= self.at:
                del self._ahead[watcher]
                self._groups.setdefault(watcher.format, {})[watcher] = None
                yield self.snap(watcher.format), [watcher]

    def snap(self, format: str) -> bytes:
        """The frame of the whole state, encoded once for all who ask."""
        return self._frame(format, (self.topic, self.at, self.sent))

    def _frame(self, format: str, message: Snap | Change) -> bytes:
        key = (format, len(message) == 4)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = self._encode(message, format)
        return frame
