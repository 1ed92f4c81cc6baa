"""The ballot box: votes from all doors enter one queue, what has gathered is committed as one transaction.

The batch grows by itself while the previous commit runs. A vote is answered only after its commit, and the
deltas leave before the answers.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable

import sqlalchemy as sa

from realtime.arrivals import Arrivals, Arrived
from realtime.delta import Delta
from realtime.histogram import Histogram
from realtime.refusals import Refusal
from storage.arrivals import keep_arrivals
from storage.ballots import Batch
from storage.database import Database, StorageUnavailable
from storage.keys import Keys
from storage.values import CastVote, Outcome

log = logging.getLogger("imaginest.ballots")

MOST_WAITING = 20_000
MOST_IN_A_BATCH = 1000

BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Bounds of the histogram of batches."""

Publish = Callable[[Delta], Awaitable[None]]


class BallotBox:
    """Enters votes. ``start`` before use; ``stop`` commits what waits and ends.

    ``outcomes`` counts how votes ended (None: accepted), ``batches`` the votes of a commit, ``commits`` seconds.
    """

    def __init__(self, database: Database, keys: Keys, publish: Publish, now: Callable[[], int]) -> None:
        self._database = database
        self._keys = keys
        self._publish = publish
        self._now = now
        self.outcomes: Counter[Refusal | None] = Counter()
        self.batches = Histogram(BATCHES)
        self.commits = Histogram()
        self._arrivals = Arrivals()
        self._waiting: deque[tuple[CastVote, asyncio.Future[Outcome]]] = deque()
        self._arrived = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="ballot box")

    async def stop(self) -> None:
        self._stopping = True
        self._arrived.set()
        if self._task is not None:
            await self._task

    @property
    def waiting(self) -> int:
        """Votes that wait for their commit to begin."""
        return len(self._waiting)

    async def cast(self, vote: CastVote) -> Outcome:
        """Enter one vote; answers after its commit. TRY_AGAIN where it was not taken, or may not have been.

        The same op again is safe in any case.
        """
        if self._stopping or len(self._waiting) >= MOST_WAITING:
            self.outcomes[Refusal.TRY_AGAIN] += 1
            return Refusal.TRY_AGAIN
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((vote, future))
        self._arrived.set()
        return await future

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            if not self._waiting:
                if self._stopping:
                    return
                self._arrived.clear()
                continue
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_IN_A_BATCH))]
            try:
                outcomes = await self._commit([vote for vote, _ in taken])
            except (
                StorageUnavailable
            ):  # who came meanwhile has waited long enough, and would wait again as long
                taken += self._waiting
                self._waiting.clear()
                outcomes = [Refusal.TRY_AGAIN] * len(taken)
            self.outcomes.update(one if isinstance(one, Refusal) else None for one in outcomes)
            for (_, future), outcome in zip(taken, outcomes, strict=True):
                if not future.done():  # whoever asked may have gone
                    future.set_result(outcome)

    async def _commit(self, votes: list[CastVote]) -> list[Outcome]:
        """The outcomes, the deltas being published; raises StorageUnavailable."""
        now, began = self._now(), time.perf_counter()

        def work(connection: sa.Connection) -> tuple[list[Outcome], list[Delta], list[Arrived]]:
            batch = Batch(self._keys, votes, now)
            return *batch.run(connection), batch.arrived

        try:
            outcomes, deltas, arrived = await self._database.write(work, idempotent=True)
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("a batch of %d votes failed", len(votes))
            return [Refusal.TRY_AGAIN] * len(votes)
        self.batches.add(len(votes))
        self.commits.add(time.perf_counter() - began)
        self._arrivals.note(arrived, now)
        await self.tell(deltas)
        return outcomes

    async def keep_arrivals(self) -> None:
        """Write down what crowds have in common; what that fails for is not tried again, it is a hint only."""
        await keep_arrivals(self._database, *self._arrivals.due(self._now()))

    async def tell(self, deltas: Iterable[Delta]) -> None:
        """Publish what was committed."""
        for delta in deltas:
            try:
                await self._publish(delta)
            except Exception:  # the bus is a hint: the vote is committed whatever becomes of it
                log.exception("a delta was not published")
