"""Storage as the server opens it, with a clock that a test moves."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from realtime.delta import Delta
from realtime.tally import Cell, Sign
from storage.ballot_box import BallotBox
from storage.database import Database
from storage.keys import DEVICE_BYTES, Keys
from storage.migrate import migrate
from storage.profiles import save_profile
from storage.tallies import standings
from storage.topics import create_topics
from storage.values import CastVote, NewTopic, Outcome, Standing, TopicKind, TopicRules

START = 1_800_000_000_000
"""When tests begin, in ms since 1970."""

MASTER = bytes(range(32))


@dataclass
class House:
    folder: Path
    database: Database
    keys: Keys
    box: BallotBox
    deltas: list[Delta]
    clock: list[int] = field(default_factory=lambda: [START])

    async def topic(self, rules: TopicRules | None = None) -> int:
        rules = rules or TopicRules(opens_at=0, closes_at=None)
        new = NewTopic(TopicKind.QUESTION, "Une question ?", "sport", rules)
        return (await create_topics(self.database, self.keys, [new], self.clock[0]))[0]

    async def vote(self, topic: int, device: bytes, sign: Sign, op: str | None = None) -> Outcome:
        return await self.box.cast(CastVote(topic, device, sign, op or secrets.token_urlsafe(16)))

    async def tell(self, device: bytes, cell: Cell) -> None:
        await save_profile(self.database, self.keys, device, cell)

    async def standing(self, topic: int) -> Standing:
        return (await standings(self.database, [topic]))[topic]

    async def close(self) -> None:
        await self.box.stop()
        await self.database.close()


def device(number: int) -> bytes:
    return number.to_bytes(DEVICE_BYTES)


async def open_house(folder: Path, clock: list[int] | None = None) -> House:
    """Open (or open again) the storage in ``folder``."""
    path = folder / "imaginest.db"
    migrate(f"sqlite:///{path}")
    database = Database(path)
    await database.open()
    deltas: list[Delta] = []
    clock = clock or [START]

    async def publish(delta: Delta) -> None:
        deltas.append(delta)

    keys = Keys(MASTER)
    box = BallotBox(database, keys, publish, lambda: clock[0])
    box.start()
    return House(folder, database, keys, box, deltas, clock)
