"""Many who poll one node: the database is read once for all of them, and what they cost is bounded."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from channels import fallback
from channels.console import Console
from channels.corridor import Corridor, Visitor
from channels.stage import Stages
from channels.topics import encode_for_watchers
from realtime.bus import Bus, open_bus
from realtime.delta import Changes, Delta
from realtime.disclosure import ResultPolicy
from realtime.fanout import Fanout
from realtime.freshness import Telling
from realtime.standing import Loaded
from realtime.tally import Counts, PublicTally, Version
from storage.ballot_box import BallotBox
from storage.database import Database
from storage.keys import Keys
from storage.values import TopicRules
from tests.other_doors import address
from tests.running import until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
TOPIC = 7
KEYS = Keys(bytes(range(32)))


@dataclass
class Node:
    """The parts of a node that polls need; its database is a count of how often it was read."""

    bus: Bus
    fanout: Fanout
    door: fallback.Fallback
    http: httpx2.AsyncClient
    loads: list[int] = field(default_factory=list)

    async def load(self, topic: int) -> Loaded | None:
        self.loads.append(topic)
        await asyncio.sleep(0)
        tally = PublicTally(voters=3, headline=Counts(2, 1), series={})
        return Loaded(OPEN, Version(1, 4), tally) if topic == TOPIC else None

    async def poll(self, *subs: str, wait: int = 0) -> httpx2.Response:
        return await self.http.get(address("poll", subs, wait=wait))


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    database = Database(f"sqlite:///{tmp_path / 'imaginest.db'}")  # never opened: nobody votes here
    bus = open_bus("memory://", key=bytes(32))

    async def load(topic: int) -> Loaded | None:
        return await made.load(topic)

    fanout = Fanout(bus, load, encode_for_watchers, wall=lambda: 0, monotonic=time.monotonic)
    ballots = BallotBox(database, KEYS, bus.publish, lambda: 0)
    console = Console(database, KEYS, lambda: 0)
    stages = Stages(database, console, lambda: 0)
    corridor = Corridor(
        fanout, ballots, KEYS, lambda _: Visitor(None), lambda: 0, time.monotonic, console, stages
    )
    door = fallback.Fallback(corridor)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found = door.door(scope)
        assert found is not None
        await found(scope, receive, send)

    await bus.start()
    fanout.start()
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://node", timeout=60
    ) as http:
        made = Node(bus, fanout, door, http)
        yield made
    await fanout.stop()
    await bus.stop()


async def test_a_hundred_polls_read_the_database_once(node: Node) -> None:
    answers = await asyncio.gather(*(node.poll("topic:7") for _ in range(100)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert node.loads == [TOPIC]
    await node.poll("topic:7@1.3")
    assert node.loads == [TOPIC]


async def test_a_change_answers_all_who_wait_and_leaves_nothing_of_them(node: Node) -> None:
    waiting = [asyncio.create_task(node.poll("topic:7@1.4", wait=20)) for _ in range(50)]
    await until(lambda: len(node.fanout.watchers) == 50)
    changes = Changes(voters=4, plus=3)
    await node.bus.publish(Delta(TOPIC, Version(1, 4), Version(1, 5), changes))
    answers = await asyncio.gather(*waiting)
    assert {answer.json()["t"] for answer in answers} == {"delta"}
    assert len({answer.text for answer in answers}) == 1
    assert (node.door.waiting, len(node.fanout.watchers)) == (0, 0)


async def test_more_than_may_wait_are_asked_to_try_again(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "MOST_POLLERS", 3)
    waiting = [asyncio.create_task(node.poll("topic:7@1.4", wait=20)) for _ in range(3)]
    await until(lambda: node.door.waiting == 3)
    refused = await node.poll("topic:7@1.4", wait=20)
    assert (refused.status_code, refused.json()["code"]) == (503, "try-again")
    assert (await node.poll("topic:7")).status_code == 200
    await node.bus.publish(Delta(TOPIC, Version(1, 4), Version(1, 5), Changes(voters=4)))
    await asyncio.gather(*waiting)


async def test_whoever_was_told_that_its_numbers_may_be_old_waits_until_they_are_not(node: Node) -> None:
    await node.poll("topic:7")
    await node.fanout.tell(Telling.STALE)
    assert (await node.poll("topic:7@1.4", wait=20)).json() == {"t": "stale"}
    waiting = asyncio.create_task(node.http.get(address("poll", ["topic:7@1.4"], wait=20, stale=1)))
    await until(lambda: node.door.waiting == 1)
    await node.fanout.tell(Telling.FRESH)
    assert (await waiting).text.splitlines()[-1] == '{"t":"fresh"}'


async def test_how_many_are_watching_does_not_answer_a_poll_but_comes_along(node: Node) -> None:
    await node.poll("topic:7")
    waiting = asyncio.create_task(node.poll("topic:7@1.4", wait=20))
    await until(lambda: node.door.waiting == 1)
    node.fanout.show_watching(TOPIC, 12)
    await node.bus.publish(Delta(TOPIC, Version(1, 4), Version(1, 5), Changes(voters=4)))
    lines = (await waiting).text.splitlines()
    assert '{"t":"watching","channel":"topic:7","watching":12}' in lines
    assert any(line.startswith('{"t":"delta"') for line in lines)
