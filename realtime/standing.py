"""A topic's public tally on this node: applied deltas, and what each view of it has been sent (no I/O).

``rules`` are the topic's; ``seated`` those by which its watchers were last given their views. ``steps`` is the
number of what became of it, ``told`` the one that its watchers know.
"""

from dataclasses import dataclass
from typing import Protocol

from realtime.delta import Delta, apply
from realtime.disclosure import View, seen_through
from realtime.tally import Counts, PublicTally, Version
from realtime.views import Encode, Steps, ViewState


class Rules(Protocol):
    """What decides who sees what of a topic; ``now`` is in ms since 1970.

    ``gate`` is the topic whose ballot opens the results, None where it is the topic's own.
    """

    @property
    def gate(self) -> int | None: ...

    def view(self, *, voted: bool, now: int) -> View: ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A topic as the database has it."""

    rules: Rules
    version: Version
    tally: PublicTally
    steps: int = 0
    """The number of what became of it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """As much of a topic in the database as tells whether a node's standing is current.

    ``headline`` is None where it is not published live.
    """

    rules: Rules
    version: Version
    headline: Counts | None
    steps: int = 0


class TopicStanding:
    """The newest public tally this node knows of one topic."""

    def __init__(self, topic: int, loaded: Loaded, encode: Encode) -> None:
        self.topic = topic
        self.rules = self.seated = loaded.rules
        self.version = loaded.version
        self.tally = loaded.tally
        self.steps = self.told = loaded.steps
        self.views = {view: ViewState(topic, view, self, encode) for view in View}
        self.watching: int | None = None
        self._watching_frames: dict[str, bytes] = {}
        self._steps_frames: dict[str, bytes] = {}
        self._encode = encode

    def apply(self, delta: Delta) -> bool:
        """Take a delta that follows on and drop an older one; False where something is missing in between."""
        if delta.version <= self.version:
            return True
        if delta.base != self.version:
            return False
        self.tally = apply(self.tally, delta.changes)
        self.version = delta.version
        return True

    def reload(self, loaded: Loaded) -> bool:
        """Take what the database has, unless it is older than what is known (False)."""
        self.rules = loaded.rules
        if loaded.steps != self.steps:
            self.steps = loaded.steps
            self._steps_frames.clear()
        if loaded.version < self.version:
            return False
        self.version, self.tally = loaded.version, loaded.tally
        return True

    def is_behind(self, mark: Mark) -> bool:
        """Whether the database has something newer: another version, other rules, or another step."""
        return mark.version > self.version or mark.rules != self.rules or mark.steps != self.steps

    def is_contradicted(self, mark: Mark) -> bool:
        """Whether the database has other counts at this version: it has lost commits then, and taken others."""
        if mark.headline is None or mark.version != self.version or mark.rules != self.rules:
            return False
        return mark.headline != self.tally.headline

    def seen(self, view: View) -> PublicTally:
        return seen_through(self.tally, view)

    # --- who watches

    @property
    def watchers(self) -> int:
        """How many follow this topic here."""
        return sum(len(view) for view in self.views.values())

    def show_watching(self, watching: int | None) -> None:
        """``watching`` people follow this topic on all nodes; None: not told."""
        self.watching = watching
        self._watching_frames.clear()

    def watching_frame(self, format: str) -> bytes:
        """The frame of that number, encoded once; nothing while it is not told."""
        if self.watching is None:
            return b""
        frame = self._watching_frames.get(format)
        if frame is None:
            frame = self._watching_frames[format] = self._encode((self.topic, self.watching), format)
        return frame

    def steps_frame(self, format: str) -> bytes:
        """The frame of what became of the topic, encoded once; nothing where there is nothing to tell."""
        if not self.steps:
            return b""
        frame = self._steps_frames.get(format)
        if frame is None:
            frame = self._steps_frames[format] = self._encode(Steps(self.topic, self.steps), format)
        return frame
