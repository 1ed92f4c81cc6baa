"""What is kept of people who come back, asked for many at once where many come in the same moment."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice

import sqlalchemy as sa

from realtime.tally import Sign
from storage.database import Database
from storage.keys import Keys, Names
from storage.profiles import cell_of
from storage.statements import Lookup, among
from storage.tables import BALLOT, PROFILE, TOPIC_KEY
from storage.values import OwnBallot, Profile

MOST_AT_ONCE = 500
MOST_PLACES = 2_000
"""Ballots that are looked for in one statement; SQLite takes no more than some thousand values."""


@dataclass(frozen=True, slots=True)
class Known:
    """``profile`` is None for someone who was not asked yet; ``ballots`` are those on the topics asked about."""

    profile: Profile | None = None
    ballots: Mapping[int, OwnBallot] = field(default_factory=dict)

    @property
    def voted(self) -> frozenset[int]:
        return frozenset(self.ballots)


class Returning:
    """Whoever asks while the database is being asked waits, and is then asked about with all who waited.

    A question for each takes the database's connection five times as long as the answer.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._waiting: dict[tuple[bytes, frozenset[int]], asyncio.Future[Known]] = {}
        self._asking = asyncio.Lock()

    async def known(self, device: bytes, topics: frozenset[int]) -> Known:
        """What is kept of this voter, about these topics. Raises StorageUnavailable."""
        asked = device, topics
        if asked not in self._waiting:
            self._waiting[asked] = asyncio.get_running_loop().create_future()
        answer = self._waiting[asked]
        async with self._asking:
            while not answer.done():
                await self._ask()
        return answer.result()

    async def _ask(self) -> None:
        """For all who wait; where whoever asks goes away meanwhile, the next of them asks."""
        these = dict(islice(self._waiting.items(), MOST_AT_ONCE))
        for asked in these:
            del self._waiting[asked]
        try:
            found = await known_of(
                self._database,
                self._keys,
                {device for device, _ in these},
                frozenset().union(*(topics for _, topics in these)),
            )
        except Exception as error:
            for answer in these.values():
                answer.set_exception(error)
                answer.exception()  # perhaps nobody waits for it any more
        except BaseException:
            self._waiting = {**these, **self._waiting}
            raise
        else:
            for (device, topics), answer in these.items():
                known = found[device]
                own = {topic: ballot for topic, ballot in known.ballots.items() if topic in topics}
                answer.set_result(Known(known.profile, own))


async def known_of(
    database: Database, keys: Keys, devices: Collection[bytes], topic_ids: Collection[int]
) -> dict[bytes, Known]:
    """What is kept of each of these voters."""
    pseudonyms = {keys.pseudonym(device): device for device in devices}
    profiles: dict[bytes, Profile] = {}
    ballots: dict[bytes, dict[int, OwnBallot]] = {device: {} for device in devices}

    def look(connection: sa.Connection) -> None:
        for row in _PROFILES(connection, [(pseudonym,) for pseudonym in pseudonyms]):
            profiles[pseudonyms[row.pseudonym]] = Profile(cell_of(row), row.used)
        if not topic_ids:
            return
        wrapped = connection.execute(
            sa.select(TOPIC_KEY).where(among(connection, TOPIC_KEY.c.topic_id, topic_ids))
        )
        names = {row.topic_id: Names(keys.unwrap(row.wrapped)) for row in wrapped}
        places = {(topic, of.of(device)): device for topic, of in names.items() for device in devices}
        asked = list(places)
        for start in range(0, len(asked), MOST_PLACES):
            for row in _BALLOTS(connection, asked[start : start + MOST_PLACES]):
                theirs = ballots[places[row.topic_id, row.voter_key]]
                theirs[row.topic_id] = OwnBallot(Sign(row.sign), row.aside > 0)

    async with database.read() as connection:
        await connection.run_sync(look)
    return {device: Known(profiles.get(device), own) for device, own in ballots.items()}


_PROFILES = Lookup(PROFILE, "pseudonym")
_BALLOTS = Lookup(BALLOT, "topic_id", "voter_key")
