"""Three nodes over one Redis and one PostgreSQL: what is lost when one of the parts goes away."""

import asyncio
import contextlib
import random
import re
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import WebSocketException

from realtime.disclosure import ResultPolicy
from server.identity import cookie_of
from storage.database import Database
from storage.tallies import discrepancies
from storage.values import TopicRules
from tests.cluster import Cluster, Node, cluster
from tests.reliability import Tell
from tests.running import DEADLINE, ROOT, Citizen, citizen, until
from tests.running_postgres import RunningPostgres

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
MOST_BEHIND = 3.0
"""Seconds that a watcher may be behind while nodes are restarted in turn: what is promised, not a measure."""

LOST = (OSError, EOFError, TimeoutError, WebSocketException)


@pytest.fixture
def three(tmp_path: Path, postgres: RunningPostgres) -> Iterator[Cluster]:
    with cluster(tmp_path, 3, postgres) as made:
        yield made


def cookie(node: Node) -> str:
    return "imaginest=" + cookie_of(secrets.token_bytes(16), node.keys)


@dataclass
class Watching:
    """What one watcher has seen, wherever it was connected: instants (monotonic seconds), versions, voters."""

    seen: list[tuple[float, tuple[int, int], int]] = field(default_factory=list)
    tellings: list[str] = field(default_factory=list)
    """Each time that it was told of figures that may be old, and that they are not any more."""

    def hear(self, message: dict[str, Any]) -> None:
        if message["t"] in ("stale", "fresh"):
            self.tellings.append(message["t"])
        told = message.get("tally") or message.get("changed")
        if told is not None and "voters" in told:
            self.seen.append((time.monotonic(), tuple(message["version"]), told["voters"]))

    @property
    def voters(self) -> int:
        return self.seen[-1][2] if self.seen else 0

    def never_went_back(self) -> bool:
        versions = [version for _, version, _ in self.seen]
        return versions == sorted(versions)

    def longest_behind(self, acknowledged: list[float]) -> float:
        """Seconds between the n-th acknowledgement and the first sight of n voters, at most."""
        longest, at = 0.0, 0
        for number, instant in enumerate(acknowledged, 1):
            while self.seen[at][2] < number:
                at += 1
            longest = max(longest, self.seen[at][0] - instant)
        return longest


class Browser:
    """When a page comes back, as web/frontend/src/reconnect.ts has it, and to which node the proxy leads it."""

    def __init__(self, nodes: Callable[[], list[Node]]) -> None:
        self._nodes = nodes
        self._turn = secrets.randbelow(100)
        self._attempt = 0

    def node(self) -> Node:
        """One after the other, whether they drain or not."""
        running = self._nodes()
        self._turn += 1
        return running[self._turn % len(running)]

    def wait(self, lasted: float) -> float:
        """Seconds until the next attempt, after a connection that lasted so long."""
        self._attempt = 0 if lasted >= STEADY else self._attempt
        bound = min(LONGEST, SHORTEST * 2 ** (self._attempt + 1))
        self._attempt += 1
        return random.uniform(SHORTEST, bound)


def _of_the_page(name: str) -> float:
    """A time of reconnect.ts, in seconds."""
    found = re.search(rf"^export const {name} = ([0-9_]+);", RECONNECT.read_text(), re.M)
    assert found is not None, name
    return int(found[1].replace("_", "")) / 1000


RECONNECT = ROOT / "web" / "frontend" / "src" / "reconnect.ts"
SHORTEST, LONGEST, STEADY = map(_of_the_page, ("SHORTEST", "LONGEST", "STEADY"))


async def watch(nodes: Callable[[], list[Node]], topic: int, watching: Watching) -> None:
    """Follow the topic as a page does, until cancelled: what is lost comes back later, a goodbye is obeyed."""
    page = Browser(nodes)
    while True:
        began = time.monotonic()
        try:
            async with citizen(page.node()) as somebody:
                await _watch_until_goodbye(somebody, topic, watching)
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)  # nobody listens: the proxy asks the next node
        except LOST:
            await asyncio.sleep(page.wait(time.monotonic() - began))


async def _watch_until_goodbye(somebody: Citizen, topic: int, watching: Watching) -> None:
    at = list(watching.seen[-1][1]) if watching.seen else None
    subscription = {"channel": f"topic:{topic}"} | ({"at": at} if at else {})
    await somebody.say({"t": "sub", "subs": [subscription]})
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None) as stay:
            while True:
                message = await somebody.hear()
                watching.hear(message)
                if message["t"] == "bye":
                    stay.reschedule(
                        asyncio.get_running_loop().time() + random.random() * message["within"] / 1000
                    )


async def vote_on(
    nodes: Callable[[], list[Node]], topic: int, acknowledged: list[float], enough: asyncio.Event
) -> None:
    """New voters, one after the other; each keeps its op until it is acknowledged, as a page does."""
    while not enough.is_set():
        name = secrets.token_bytes(16)
        op = secrets.token_urlsafe(16)
        done = False
        while not done:
            running = nodes()
            node = running[secrets.randbelow(len(running))]
            try:
                async with citizen(node, "imaginest=" + cookie_of(name, node.keys)) as voter:
                    done = (await voter.vote(topic, 1, op))["t"] == "ack"
            except LOST:
                await asyncio.sleep(0.02)
        acknowledged.append(time.monotonic())


@asynccontextmanager
async def busy(
    made: Cluster, topic: int, *, apart: bool = False, watchers: int = 3
) -> AsyncIterator[tuple[list[float], list[Watching]]]:
    """Four voters vote all the time and some watchers follow; afterwards everything has arrived everywhere.

    ``apart`` all vote on the first node and watch on others, which nothing but the bus and the database tells.
    """
    acknowledged: list[float] = []
    watchings = [Watching() for _ in range(watchers)]

    def running() -> list[Node]:
        return [node for node in made.nodes if node.process is not None]

    def here() -> list[Node]:
        return running()[:1] if apart else running()

    def there() -> list[Node]:
        return running()[1:] if apart else running()

    stop = asyncio.Event()
    voting = [asyncio.create_task(vote_on(here, topic, acknowledged, stop)) for _ in range(4)]
    watching = [asyncio.create_task(watch(there, topic, one)) for one in watchings]
    try:
        await until(lambda: len(acknowledged) > 20 and all(one.seen for one in watchings))
        yield acknowledged, watchings
        enough = len(acknowledged) + 20
        await until(lambda: len(acknowledged) > enough)
        stop.set()
        await asyncio.gather(*voting)
        await until(lambda: all(one.voters >= len(acknowledged) for one in watchings))
    finally:
        for task in (*voting, *watching):
            task.cancel()
        await asyncio.gather(*voting, *watching, return_exceptions=True)


async def counted(made: Cluster, topic: int) -> int:
    """Voters of a topic in the database, recounted."""
    database = Database(made.settings.database)
    try:
        assert await discrepancies(database) == []
    finally:
        await database.close()
    with made.postgres.connect(made.database) as connection:
        found = connection.execute("SELECT count(*) FROM ballot WHERE topic_id = %s AND sign <> 0", (topic,))
        [(number,)] = found.fetchall()
    return int(number)


async def test_a_vote_on_one_node_is_seen_on_the_others_and_all_are_counted(three: Cluster) -> None:
    first, second, third = three.nodes
    topic = first.topic(OPEN)
    async with citizen(second) as watcher, citizen(third, cookie(third)) as voter:
        await watcher.follow(topic)
        await voter.follow(topic)
        assert (await voter.vote(topic, 1))["t"] == "ack"
        assert (await watcher.hear_a("delta"))["changed"]["voters"] == 1
        while (await watcher.hear_anything()).get("watching") != 2:
            pass


@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_without_redis_votes_go_on_and_every_node_still_sees_them(
    three: Cluster, how: str, tell: Tell
) -> None:
    topic = three.nodes[0].topic(OPEN)
    async with busy(three, topic, apart=True) as (acknowledged, watchings):
        if how == "killed":
            three.redis.kill()
        else:
            three.redis.freeze()
        await until(lambda: all(one.tellings == ["stale"] for one in watchings))
        enough = len(acknowledged) + 100
        await until(lambda: len(acknowledged) > enough)
        if how == "killed":
            three.redis.start()
        else:
            three.redis.thaw()
        await until(lambda: all(one.tellings == ["stale", "fresh"] for one in watchings))
    assert all(one.never_went_back() for one in watchings)
    assert await counted(three, topic) == len(acknowledged)
    behind = max(one.longest_behind(acknowledged) for one in watchings)
    tell(
        f"Redis is {how} while three nodes take votes, then comes back",
        f"none of {len(acknowledged):,} acknowledged votes; no version went back",
        f"a watcher on another node was behind for {behind:.1f} s at most",
    )


async def test_three_nodes_restarted_one_after_the_other_lose_nothing(three: Cluster, tell: Tell) -> None:
    topic = three.nodes[0].topic(OPEN)
    async with busy(three, topic, watchers=12) as (acknowledged, watchings):
        for node in three.nodes:
            await asyncio.to_thread(node.end)
            await asyncio.to_thread(node.start)
    behind = max(one.longest_behind(acknowledged) for one in watchings)
    assert behind <= MOST_BEHIND
    assert all(one.never_went_back() for one in watchings)
    assert await counted(three, topic) == len(acknowledged)
    tell(
        "three nodes are restarted one after the other while citizens vote",
        f"none of {len(acknowledged):,} acknowledged votes; no version went back",
        f"a watcher was behind for {behind:.1f} s at most",
    )


async def test_a_node_killed_among_three_takes_no_vote_with_it(three: Cluster, tell: Tell) -> None:
    topic = three.nodes[0].topic(OPEN)
    async with busy(three, topic) as (acknowledged, watchings):
        await asyncio.to_thread(three.nodes[1].end, signal.SIGKILL)
        enough = len(acknowledged) + 50
        await until(lambda: len(acknowledged) > enough)
    assert all(one.never_went_back() for one in watchings)
    assert await counted(three, topic) == len(acknowledged)
    behind = max(one.longest_behind(acknowledged) for one in watchings)
    tell(
        "one of three nodes is killed (−9) while citizens vote",
        f"none of {len(acknowledged):,} acknowledged votes; no version went back",
        f"a watcher was behind for {behind:.1f} s at most",
    )


async def test_when_everybody_comes_back_at_once_the_database_is_not_asked(
    tmp_path: Path, postgres: RunningPostgres, tell: Tell
) -> None:
    number = 300
    with cluster(tmp_path, 1, postgres) as made:
        [node] = made.nodes
        topic = node.topic(OPEN)
        async with citizen(node) as first, citizen(node, cookie(node)) as voter:
            await first.follow(topic)
            assert (await voter.vote(topic, 1))["t"] == "ack"
            await first.hear_a("delta")
            postgres.freeze(frozen=True)
            try:

                async def come_back() -> int:
                    async with citizen(node, cookie(node)) as somebody:
                        snap = await somebody.follow(topic)
                        return int(snap["tally"]["voters"])

                started = time.monotonic()
                seen = await asyncio.wait_for(asyncio.gather(*(come_back() for _ in range(number))), DEADLINE)
                took = time.monotonic() - started
            finally:
                postgres.freeze(frozen=False)
    assert seen == [1] * number
    tell(
        f"{number} watchers come back at once while the database does not answer",
        "nothing: snapshots come from memory",
        f"all were live after {took:.1f} s",
    )
