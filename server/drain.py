"""The end of a node: its watchers are asked to come back elsewhere, each at a moment of its own."""

import asyncio
import contextlib

from channels.framing import Framing, framed
from channels.wire import Bye
from realtime.fanout import Fanout

SPREAD_SECONDS = 2.0
"""Over how long the watchers leave; with what follows, a node ends within 5 s whoever hangs, mostly within 3."""


class Drain:
    """``begun`` is true once the watchers are asked to leave, ``closed`` once nobody new can come.

    In between whoever comes is served like everybody: a browser that chose its moment, or a balancer that has not
    looked yet, may well lead back to this node.
    """

    def __init__(self, fanout: Fanout) -> None:
        self.begun = False
        self.closed = False
        self._fanout = fanout

    async def run(self, spread: float) -> None:
        """Say goodbye; ends when all watchers have left or ``spread`` seconds have passed."""
        self.begun = True
        await self._say_goodbye(spread * LEAVING_PART)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._fanout.empty.wait(), spread)

    async def close(self) -> None:
        """Nobody new can come: say goodbye to whoever has come since, so that no poll waits until it is cut off."""
        self.closed = True
        await self._say_goodbye(LAST_SECONDS)

    async def _say_goodbye(self, within: float) -> None:
        bye = Bye(within=int(within * 1000))
        await self._fanout.broadcast({str(f): framed(bye, f) for f in Framing})


LEAVING_PART = 0.8
"""Part of the spread in which clients choose their moment; the rest is for the slow ones."""

LAST_SECONDS = 1.0
"""Over how long those come back whom the end itself sends away."""
