"""A simulated crowd votes on the demonstration, which stays one, and on nothing else."""

from pathlib import Path

from server.app import open_keys, wall_ms
from server.demonstration import fill
from server.settings import Settings
from storage.database import Database
from storage.topics import create_topics, list_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from tests.running import Running, until_told


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
