"""Two nodes over one PostgreSQL, and a subject that opens by the clock: once, and told on both."""

import asyncio
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storage import audit, staff
from storage.database import Database
from storage.drafts import begin_draft
from storage.publication import schedule_draft
from storage.topics import list_topics
from storage.values import TopicKind
from storage.values_audit import Action, AuditSearch
from storage.values_drafts import DraftContent
from storage.values_staff import NewAccount, Role, StaffFault
from tests.cluster import Cluster, cluster
from tests.running import DEADLINE, citizen
from tests.running_postgres import RunningPostgres


@pytest.fixture
def two(tmp_path: Path, postgres: RunningPostgres) -> Iterator[Cluster]:
    with cluster(tmp_path, 2, postgres) as made:
        yield made


@dataclass
class Desk:
    """An editor before the database that the nodes share."""

    database: Database
    editor: int

    async def schedule(self, title: str, within: int) -> None:
        """Have a question open in so many ms."""
        now = time.time_ns() // 1_000_000
        content = DraftContent(TopicKind.QUESTION, title, "", "sport", opens_at=now + within)
        draft = await begin_draft(self.database, content, title, by=self.editor, now=now)
        assert isinstance(draft, int)
        assert await schedule_draft(self.database, draft, upon=1, by=self.editor, now=now) is None

    async def opened(self) -> tuple[list[str], int]:
        """The titles of all topics, and how often the journal says that one was published."""
        lines = await audit.search(self.database, AuditSearch(action=Action.TOPIC_PUBLISHED))
        assert all(line.staff is None for line in lines)
        return sorted(topic.title for topic in await list_topics(self.database)), len(lines)

    async def has_opened(self, titles: list[str]) -> None:
        """Wait until these are all the topics; each is published once."""
        end = time.monotonic() + DEADLINE
        while (await self.opened())[0] != sorted(titles):
            assert time.monotonic() < end, await self.opened()
            await asyncio.sleep(0.02)
        assert (await self.opened())[1] == len(titles)


async def hear_of(watcher: Any, title: str) -> int:
    """Listen until the title is told as just opened; its topic."""
    while True:
        message = await watcher.hear_a("notice")
        for one in message.get("fresh", ()):
            if one["title"] == title:
                return int(one["id"])


async def test_a_subject_opens_on_one_node_is_told_on_both_and_outlives_one(two: Cluster) -> None:
    database = Database(two.settings.database)
    await database.open()
    new = NewAccount("e@grandest.fr", "E", frozenset({Role.EDITOR}), frozenset())
    done = await staff.add(database, two.nodes[0].keys, new, by=None, op="e", now=1)
    assert not isinstance(done, StaffFault)
    desk = Desk(database, done[0])
    try:
        async with citizen(two.nodes[0]) as one, citizen(two.nodes[1]) as other:
            titles = [f"Question {number} ?" for number in range(3)]
            for title in titles:
                await desk.schedule(title, 700)
            newest = titles[-1]
            assert await hear_of(one, newest) == await hear_of(other, newest)
            await desk.has_opened(titles)
            await desk.schedule("Et sans l'un des deux ?", 500)
            two.nodes[0].end(signal.SIGKILL)
            await hear_of(other, "Et sans l'un des deux ?")
            await desk.has_opened([*titles, "Et sans l'un des deux ?"])
    finally:
        await database.close()
