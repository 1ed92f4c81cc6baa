"""The end of a node: its watchers are asked to come back elsewhere, each at a moment of its own."""

import asyncio
import contextlib

from channels.framing import Framing, framed
from channels.wire import Bye
from realtime.fanout import Fanout

SPREAD_SECONDS = 2.0
"""Over how long the watchers leave; with what follows, a node ends within 5 s whoever hangs, mostly within 3."""


class Drain:
    """``begun`` is true from the moment in which the node takes no new watchers."""

    def __init__(self, fanout: Fanout) -> None:
        self.begun = False
        self._fanout = fanout

    async def run(self, spread: float) -> None:
        """Say goodbye; ends when all watchers have left or ``spread`` seconds have passed."""
        self.begun = True
        bye = Bye(within=int(spread * 1000 * LEAVING_PART))
        frames = {str(f): framed(bye, f) for f in Framing}
        await self._fanout.broadcast(frames)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._fanout.empty.wait(), spread)


LEAVING_PART = 0.8
"""Part of the spread in which clients choose their moment; the rest is for the slow ones."""
