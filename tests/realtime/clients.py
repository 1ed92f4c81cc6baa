"""Nodes of the model, whose code is real, and the clients that believe what these tell them."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from realtime.comparison import Comparison
from realtime.delta import Changes, apply
from realtime.disclosure import View, seen_through
from realtime.fanout import Fanout
from realtime.freshness import Telling
from realtime.tally import PublicTally, Version
from realtime.watcher import Watcher
from tests.realtime.truth import Truth, Unavailable
from tests.realtime.wires import WireEnd, Wires


class Node:
    """A server process: everything of it but the sockets and the database is real."""

    def __init__(self, truth: Truth, wires: Wires, chance: random.Random, *, compares: bool) -> None:
        loop = asyncio.get_running_loop()
        self.sent: list[Any] = []
        self.end = WireEnd(wires, chance)
        self._wires = wires
        self.fanout = Fanout(self.end, truth.load, self._encode, wall=lambda: 0, monotonic=loop.time)
        self.comparison = Comparison(self.fanout, truth.marks, truth.raise_epoch, loop.time, lambda: True)
        self.fanout.start()
        if compares:
            self.comparison.start()

    def _encode(self, message: Any, _: str) -> bytes:
        """A frame is the number of its message: both ends live in this process."""
        self.sent.append(message)
        return (len(self.sent) - 1).to_bytes(4)

    async def stop(self) -> None:
        if self.end in self._wires.ends:
            self._wires.ends.remove(self.end)
        await self.comparison.stop()
        await self.fanout.stop()


class Client:
    """Follows one topic as PROTOCOL.md says, wherever it is connected, and checks whatever it is sent."""

    def __init__(self, truth: Truth, topic: int, *, voted: bool) -> None:
        self._truth = truth
        self.topic = topic
        self.voted = voted
        self.version: Version | None = None
        self.tally: PublicTally | None = None
        self.node: Node | None = None
        self._watcher: Watcher | None = None
        self._asked_anew = False
        self.on_slow: Callable[[bool], None] | None = None

    def abort(self) -> None:
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        node = self.node
        assert node is not None, "written to after it had left"
        for start in range(0, len(data), 4):
            message = node.sent[int.from_bytes(data[start : start + 4])]
            if isinstance(message, Telling):
                continue
            if len(message) == 3:
                self._snap(*message)
            else:
                self._delta(*message)
        self.check()

    def _snap(self, topic: int, version: Version, tally: PublicTally) -> None:
        assert topic == self.topic
        reveals = self.tally is not None and self.tally.headline is None and tally.headline is not None
        if reveals or self.version is None or version >= self.version:
            self.version, self.tally = version, tally
        else:
            assert self._asked_anew, "sent a state older than what it had"

    def _delta(self, topic: int, base: Version, version: Version, changes: Changes) -> None:
        assert topic == self.topic
        if self.version is not None and version <= self.version:
            return
        if self.tally is not None and base == self.version:
            self.version, self.tally = version, apply(self.tally, changes)
        else:
            assert self._asked_anew, "sent a delta that does not follow on"
            asyncio.get_running_loop().call_soon(self._resync, self._watcher)

    def _resync(self, watcher: Watcher | None) -> None:
        if self.node is not None and watcher is not None and watcher is self._watcher:
            self.node.fanout.resync(watcher, self.topic)

    def check(self) -> None:
        """What is shown at a version is what was committed at it."""
        assert self.tally is not None and self.version is not None
        view = View.HIDDEN if self.tally.headline is None else View.RESULTS
        rows = self._truth.committed[self.topic, self.version]
        assert any(seen_through(row, view) == self.tally for row in rows), "shows wrong counts at a version"

    async def connect(self, choose: Callable[[], Node]) -> None:
        """What the endpoint does with a ``sub``."""
        self.leave()
        self.node = node = choose()
        self._watcher = watcher = Watcher(self, "", 0.0)
        node.fanout.join(watcher)
        while self.topic not in node.fanout.standings:
            try:
                await node.fanout.standings.warm(self.topic)
            except Unavailable:
                await asyncio.sleep(0.5)
            except asyncio.CancelledError:
                if self._watcher is watcher:
                    raise
            if self._watcher is not watcher:
                return
        at = self.version if self.tally and self.tally.headline else None
        self._asked_anew = at is None and self.version is not None  # without results nobody says what he has
        node.fanout.subscribe(watcher, self.topic, at, voted=self.voted)

    def leave(self) -> None:
        if self.node is not None and self._watcher is not None:
            self.node.fanout.leave(self._watcher)
        self.node = self._watcher = None

    def vote(self) -> None:
        self.voted = True
        if self.node is not None and self._watcher is not None:
            self.node.fanout.reveal(self._watcher, self.topic)

    def turn(self, slow: bool) -> None:
        if self.on_slow is not None:
            self.on_slow(slow)
