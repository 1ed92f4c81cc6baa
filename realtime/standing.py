"""A topic's public tally on this node: applied deltas, and what each view of it has been sent (no I/O)."""

from dataclasses import dataclass
from typing import Protocol

from realtime.delta import Delta, apply
from realtime.disclosure import View, seen_through
from realtime.tally import PublicTally, Version
from realtime.views import Encode, ViewState


class Rules(Protocol):
    """What decides who sees what of a topic; ``now`` is in ms since 1970."""

    def view(self, *, voted: bool, now: int) -> View: ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A topic as the database has it."""

    rules: Rules
    version: Version
    tally: PublicTally


class TopicStanding:
    """The newest public tally this node knows of one topic."""

    def __init__(self, topic: int, loaded: Loaded, encode: Encode) -> None:
        self.rules = loaded.rules
        self.version = loaded.version
        self.tally = loaded.tally
        self.views = {view: ViewState(topic, view, self, encode) for view in View}

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
        if loaded.version < self.version:
            return False
        self.version, self.tally = loaded.version, loaded.tally
        return True

    def seen(self, view: View) -> PublicTally:
        return seen_through(self.tally, view)
