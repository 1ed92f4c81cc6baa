"""A client of the wire as PROTOCOL.md tells one to be, and the outlet that its frames come out of."""

import json
from collections.abc import Callable
from typing import Any

from channels.encoding import encode
from channels.wire import Format, Snap
from realtime.delta import Changes, apply
from realtime.frames import payloads
from realtime.tally import Counts, PublicTally, Version


class Pipe:
    """An outlet that hands every frame to a viewer at once; ``block`` makes it slow or drains it."""

    def __init__(self, hear: Callable[[dict[str, Any]], None]) -> None:
        self.on_slow: Callable[[bool], None] | None = None
        self.aborted = False
        self.writes = 0
        self._hear = hear

    def write(self, data: bytes) -> None:
        self.writes += 1
        for payload, _ in payloads(data):
            self._hear(json.loads(payload))

    def abort(self) -> None:
        self.aborted = True

    def block(self, slow: bool) -> None:
        if self.on_slow is not None:
            self.on_slow(slow)


class Viewer:
    """What one client shows of one channel. ``gaps`` counts the deltas that did not follow on."""

    def __init__(self) -> None:
        self.version: Version | None = None
        self.tally: PublicTally | None = None
        self.heard: list[dict[str, Any]] = []
        self.gaps = 0
        self.pipe = Pipe(self.hear)

    def hear(self, message: dict[str, Any]) -> None:
        self.heard.append(message)
        match message:
            case {"t": "snap", "version": version, "tally": tally}:
                self._take(Version(*version), tally_of(tally))
            case {"t": "delta", "base": base, "version": version, "changed": changed}:
                self._apply(Version(*base), Version(*version), changes_of(changed))

    def _take(self, version: Version, tally: PublicTally) -> None:
        reveals = self.tally is not None and self.tally.headline is None and tally.headline is not None
        if self.version is None or version >= self.version or reveals:
            self.version, self.tally = version, tally

    def _apply(self, base: Version, version: Version, changes: Changes) -> None:
        if self.version is not None and version <= self.version:
            return
        if self.tally is None or base != self.version:
            self.gaps += 1
            return
        self.version, self.tally = version, apply(self.tally, changes)

    def shown(self, topic: int) -> bytes:
        """What is shown, as bytes; equal where everything is equal."""
        return state_bytes(topic, self.version, self.tally)


def state_bytes(topic: int, version: Version | None, tally: PublicTally | None) -> bytes:
    assert version is not None and tally is not None, "nothing is shown yet"
    return encode(Snap(f"topic:{topic}", version, tally), Format.JSON)


def tally_of(plain: dict[str, Any]) -> PublicTally:
    headline = Counts(plain["plus"], plain["minus"]) if "plus" in plain else None
    return PublicTally(
        plain["voters"], headline, {k: Counts(**c) for k, c in plain.get("series", {}).items()}
    )


def changes_of(plain: dict[str, Any]) -> Changes:
    series = {k: None if c is None else Counts(**c) for k, c in plain.get("series", {}).items()}
    return Changes(plain.get("voters"), plain.get("plus"), plain.get("minus"), series)
