"""A vote that has ended, as a database holds it before the server starts."""

import asyncio
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from realtime.delta import Delta
from realtime.tally import AgeBand, Cell, Departement, Sex, Sign
from server.app import open_keys, try_database, wall_ms
from server.settings import Settings
from storage.ballot_box import BallotBox
from storage.database import Database
from storage.keys import DEVICE_BYTES
from storage.profiles import save_profile
from storage.topics import create_topics
from storage.values import CastVote, NewTopic, Provenance, TopicKind, TopicRules

TITLE = "Le Grand Est doit-il ouvrir ses musées le dimanche soir ?"
HOUR_MS = 3_600_000

CROWD = {
    (Sex.WOMAN, AgeBand.FROM_15): (15, 6),
    (Sex.MAN, AgeBand.FROM_15): (5, 6),
    (Sex.WOMAN, AgeBand.FROM_20): (38, 12),
    (Sex.MAN, AgeBand.FROM_20): (27, 21),
    (Sex.WOMAN, AgeBand.FROM_40): (30, 26),
    (Sex.MAN, AgeBand.FROM_40): (21, 33),
    (Sex.WOMAN, AgeBand.FROM_60): (12, 24),
    (Sex.MAN, AgeBand.FROM_60): (8, 22),
    (Sex.WOMAN, AgeBand.FROM_75): (9, 16),
    (Sex.MAN, AgeBand.FROM_75): (4, 11),
    (Sex.OTHER, AgeBand.FROM_20): (14, 8),
}
"""Plus and minus by sex and age: two cells of fewer than 20 are not to be shown. Nobody of Meuse voted."""


def ended_topic(data: Path) -> int:
    """Put the topic into the folder of a server that does not run; its id."""
    with ThreadPoolExecutor(1) as apart:  # the browser's event loop may be running in this thread
        return apart.submit(asyncio.run, _ended_topic(data)).result()


async def _ended_topic(data: Path) -> int:
    settings = Settings(data=data)
    keys = open_keys(settings)
    await try_database(settings)
    database = Database(settings.database)
    await database.open()
    clock = [wall_ms() - 5 * HOUR_MS]
    box = BallotBox(database, keys, _nobody_listens, lambda: clock[0])
    box.start()
    try:
        rules = TopicRules(clock[0], clock[0] + 4 * HOUR_MS)
        new = NewTopic(TopicKind.QUESTION, TITLE, "culture", rules, provenance=Provenance.SIMULATED)
        (topic,) = await create_topics(database, keys, [new], clock[0])
        for cell, sign in _ballots():
            device = secrets.token_bytes(DEVICE_BYTES)
            await save_profile(database, keys, device, cell, clock[0])
            await box.cast(CastVote(topic, device, sign, secrets.token_urlsafe(16)))
            clock[0] += 20_000
        return topic
    finally:
        await box.stop()
        await database.close()


def _ballots() -> Iterator[tuple[Cell, Sign]]:
    """Everybody's cell and sign, the groups and the signs well mixed."""
    places = [place for place in Departement if place is not Departement.MEUSE]
    ballots = [
        ((number + 0.5) / count, sex, age, sign)
        for (sex, age), counts in CROWD.items()
        for sign, count in zip((Sign.PLUS, Sign.MINUS), counts, strict=True)
        for number in range(count)
    ]
    for number, (_, sex, age, sign) in enumerate(sorted(ballots, key=lambda ballot: ballot[0])):
        yield Cell(places[number % len(places)], sex, age), sign


async def _nobody_listens(_: Delta) -> None:
    """Nothing is served meanwhile."""
