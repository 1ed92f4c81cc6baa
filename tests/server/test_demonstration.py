"""A simulated crowd votes on the demonstration, which stays one, and on nothing else, and goes on."""

import asyncio
from functools import partial
from pathlib import Path

from server.app import open_keys, try_database, wall_ms
from server.demonstration import fill
from server.settings import Settings
from storage.database import Database
from storage.tallies import standings
from storage.topics import create_topics, list_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from tests.running import DEADLINE, Running, until_told


async def test_what_the_crowd_votes_on_is_a_demonstration_with_simulated_votes(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    await fill(settings)
    database = Database(settings.database)
    others = [Provenance.REAL, Provenance.RECORDED]
    new = [
        NewTopic(TopicKind.IDEA, f"Une idée {each}", "sport", TopicRules(0, None), provenance=each)
        for each in others
    ]
    await database.open()
    await create_topics(database, open_keys(settings), new, wall_ms())

    async def provenances() -> set[Provenance]:
        return {topic.provenance for topic in await list_topics(database)}

    assert await provenances() == {*others, Provenance.DEMONSTRATION}
    server = Running(tmp_path)
    server.start("--crowd", "1")
    try:
        await until_told(provenances, {*others, Provenance.SIMULATED})
    finally:
        server.end()
        await database.close()


def idea(closes_at: int | None) -> NewTopic:
    kind = Provenance.DEMONSTRATION
    return NewTopic(TopicKind.IDEA, "Une idée", "sport", TopicRules(0, closes_at), provenance=kind)


async def test_the_crowd_waits_for_what_opens_and_goes_on_once_all_voted_and_after_a_restart(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path)
    await try_database(settings)
    database = Database(settings.database)
    await database.open()
    keys = open_keys(settings)
    await create_topics(database, keys, [idea(closes_at=1)], wall_ms())  # it has ended
    server = Running(tmp_path)
    server.start("--crowd", "1")
    try:
        await asyncio.wait_for(asyncio.to_thread(until_said, server, "waits for one"), DEADLINE)
        (topic,) = await create_topics(database, keys, [idea(closes_at=None)], wall_ms())

        async def have_voted(number: int) -> bool:
            return (await standings(database, [topic]))[topic].tally.voters >= number

        await until_told(partial(have_voted, 2), True)  # the crowd is of one: another came after them
        server.end()
        server.start("--crowd", "1")
        await until_told(partial(have_voted, 4), True)
    finally:
        server.end()
        await database.close()


def until_said(server: Running, text: str) -> None:
    assert server.process is not None and server.process.stdout is not None
    assert any(text in line for line in server.process.stdout)
