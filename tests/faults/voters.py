"""Voters who go on while something breaks, and keep what was acknowledged."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from realtime.refusals import Refusal
from realtime.tally import Sign
from storage.tallies import discrepancies
from storage.values import Receipt
from tests.storage.house import House, beside


@dataclass
class Voters:
    """Each votes again and again on ``topics`` as somebody new; who is told to try again does, with the same op."""

    houses: list[House]
    topics: list[int]
    acknowledged: set[str] = field(default_factory=set)
    refused: int = 0
    _going: bool = True

    async def vote_on(self, house: House) -> None:
        while self._going:
            device, op = secrets.token_bytes(16), secrets.token_urlsafe(12)
            topic = secrets.choice(self.topics)
            outcome = await house.vote(topic, device, Sign.PLUS, op)
            while outcome is Refusal.TRY_AGAIN and self._going:
                self.refused += 1
                await asyncio.sleep(0.02)
                outcome = await house.vote(topic, device, Sign.PLUS, op)
            taken = isinstance(outcome, Receipt)
            assert taken or not self._going, outcome
            if taken:
                self.acknowledged.add(op)

    def stop(self) -> None:
        self._going = False


@asynccontextmanager
async def voters(houses: Iterable[House], topics: list[int], each: int = 10) -> AsyncIterator[Voters]:
    """So many voters on each node, until the block ends; then nothing acknowledged may be lost."""
    crowd = Voters(list(houses), topics)
    async with asyncio.TaskGroup() as group:
        for house in crowd.houses:
            for _ in range(each):
                group.create_task(crowd.vote_on(house))
        try:
            yield crowd
        finally:
            crowd.stop()
    await nothing_is_lost(crowd)


async def nothing_is_lost(crowd: Voters) -> None:
    """Every acknowledged vote is there, once; every tally equals its ballots; no version was given twice."""
    house = crowd.houses[0]
    kept = [op for (op,) in beside(house.url, "SELECT op FROM op")]
    lost = crowd.acknowledged - set(kept)
    assert not lost, f"{len(lost)} of {len(crowd.acknowledged)} acknowledged votes are lost"
    ballots = beside(house.url, "SELECT count(*) FROM ballot")[0][0]
    assert len(kept) == len(set(kept)) == ballots, "each op counted once"
    assert await discrepancies(house.database) == []
    versions = [(delta.topic, delta.version) for one in crowd.houses for delta in one.deltas]
    assert len(versions) == len(set(versions)), "two nodes gave the same version"
