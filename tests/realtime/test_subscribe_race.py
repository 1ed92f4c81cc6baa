"""A vote committed at each await point of a cold subscribe is never missed.

Everything is real: the endpoint's connection, fan-out, the memory bus, the ballot box and SQLite. The connection's
subscribing and the reading task behind it are driven from await to await; at each point a vote is committed.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from channels import wire
from channels.console import Console
from channels.corridor import Corridor, Visitor
from channels.endpoint import Connection
from channels.stage import Stages
from channels.topics import encode_for_watchers, load_topic
from channels.wire import Format, Subscription
from realtime.bus_memory import MemoryBus
from realtime.delta import Delta
from realtime.disclosure import ResultPolicy
from realtime.fanout import Fanout
from realtime.standing import Loaded
from realtime.standings import Standings
from realtime.tally import Cell, Departement, Sign, Version
from realtime.watcher import Watcher
from storage.ballot_box import BallotBox
from storage.database import StorageUnavailable
from storage.values import TopicRules
from tests.realtime.stepped import Stepped
from tests.realtime.viewer import Viewer, state_bytes
from tests.storage.house import House, device, open_house

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
VOTERS_BEFORE = 9
"""One fewer than a block: the next vote also publishes a series."""


@dataclass
class Site:
    """One node on a real database. ``act`` is called at each await point of what is driven."""

    house: House
    loads: int = 0
    votes: Counter[int] = field(default_factory=Counter)
    told: set[int] = field(default_factory=set)
    load: Callable[[int], Awaitable[Loaded | None]] | None = None

    def __post_init__(self) -> None:
        house = self.house
        self.box = BallotBox(house.database, house.keys, self._publish, lambda: house.clock[0])
        self.box.start()
        house.box, box = self.box, house.box
        self.unused = box
        self.fresh()

    def fresh(self) -> None:
        """A node that has just started, on a bus that it follows nothing on."""
        self.bus = MemoryBus()
        self.fanout = Fanout(
            self.bus, self._load, encode_for_watchers, wall=lambda: self.house.clock[0], monotonic=lambda: 0.0
        )
        console = Console(self.house.database, self.house.keys, lambda: 0)
        self.corridor = Corridor(
            self.fanout,
            self.box,
            self.house.keys,
            lambda _: Visitor(None),
            lambda: 0,
            lambda: 0.0,
            console,
            Stages(self.house.database, console, lambda: 0),
        )

    async def _publish(self, delta: Delta) -> None:
        await self.bus.publish(delta)

    async def _load(self, topic: int) -> Loaded | None:
        self.loads += 1
        return await (self.load or self.load_really)(topic)

    async def load_really(self, topic: int) -> Loaded | None:
        return await load_topic(self.house.database, topic)

    async def topic(self) -> int:
        topic = await self.house.topic(OPEN)
        for _ in range(VOTERS_BEFORE):
            await self.vote(topic)
        return topic

    async def vote(self, topic: int) -> None:
        """A new voter's vote, committed and published; the first of a topic seal a block."""
        number = self.votes[topic]
        self.votes[topic] += 1
        voter = device(number)
        if number not in self.told and number < 2 * VOTERS_BEFORE:
            self.told.add(number)
            await self.house.tell(voter, Cell(departement=Departement.MEUSE))
        await self.house.vote(topic, voter, Sign.PLUS)

    def connect(self) -> tuple[Viewer, Connection]:
        async def send(message: dict[str, Any]) -> None:
            viewer.hear({"t": "refusal", "message": message})

        viewer = Viewer()
        watcher = Watcher(viewer.pipe, str(Format.JSON), 0.0)
        self.fanout.join(watcher)
        return viewer, Connection(self.corridor, watcher, Visitor(None), send)

    async def settle(self) -> None:
        """Send what is due, as a tick does."""
        await self.fanout._flush(self.fanout._coalescer.take())

    async def in_the_database(self, topic: int) -> bytes:
        standing = await self.house.standing(topic)
        return state_bytes(topic, standing.version, standing.tally)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    house = await open_house(tmp_path)
    site = Site(house)
    yield site
    await site.fanout.stop()
    await site.unused.stop()
    await house.close()


def sub(topic: int, at: Version | None = None) -> wire.Sub:
    return wire.Sub((Subscription(f"topic:{topic}", at),))


async def cold_subscribe(
    site: Site, topic: int, votes_at: frozenset[int], monkeypatch: pytest.MonkeyPatch
) -> tuple[Viewer, int]:
    """Subscribe on a fresh node with a vote at each of these points; the viewer, and how many points there were."""
    site.fresh()
    numbers = itertools.count()

    async def act(_: int) -> None:
        if next(numbers) in votes_at:
            await site.vote(topic)

    read = Standings._read

    def driven_read(standings: Standings, topic: int) -> Coroutine[Any, Any, bool]:
        async def run() -> bool:
            return await Stepped(read(standings, topic), act)

        return run()

    with monkeypatch.context() as patched:
        patched.setattr(Standings, "_read", driven_read)
        viewer, connection = site.connect()
        await Stepped(connection._handle(sub(topic)), act)
    points = next(numbers)
    await site.settle()
    site.fanout.leave(connection.watcher)
    return viewer, points


async def all_points(site: Site, topic: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many await points a cold subscribe has: those of both of load_topic's queries are among them."""
    _, points = await cold_subscribe(site, topic, frozenset(), monkeypatch)
    assert (
        points >= 40
    )  # three statements in another thread, each with several awaits, and the waits around them
    return points


async def test_a_vote_at_any_await_point_of_a_cold_subscribe_is_not_missed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = await all_points(site, await site.topic(), monkeypatch)
    missed = []
    for point in range(points):
        topic = await site.topic()
        viewer, _ = await cold_subscribe(site, topic, frozenset({point}), monkeypatch)
        if viewer.gaps or viewer.shown(topic) != await site.in_the_database(topic):
            missed.append(point)
    assert missed == []


async def test_votes_at_any_two_await_points_are_not_missed(
    site: Site, monkeypatch: pytest.MonkeyPatch, deep: bool
) -> None:
    topic = await site.topic()
    points = await all_points(site, topic, monkeypatch)
    missed = []
    for pair in itertools.combinations(range(0, points, 2 if deep else 5), 2):
        viewer, _ = await cold_subscribe(site, topic, frozenset(pair), monkeypatch)
        if viewer.gaps or viewer.shown(topic) != await site.in_the_database(topic):
            missed.append(pair)
    assert missed == []


async def test_many_who_wait_for_a_cold_topic_cause_one_reading(site: Site) -> None:
    topic = await site.topic()
    clients = [site.connect() for _ in range(50)]
    await asyncio.gather(*(connection._handle(sub(topic)) for _, connection in clients))
    assert site.loads == 1
    assert {viewer.shown(topic) for viewer, _ in clients} == {await site.in_the_database(topic)}


async def test_one_who_goes_while_waiting_does_not_take_the_topic_from_the_others(site: Site) -> None:
    topic = await site.topic()
    held = Held(site)
    viewer, staying = site.connect()
    _, leaving = site.connect()
    first = asyncio.create_task(leaving._handle(sub(topic)))
    await held.begun.wait()
    second = asyncio.create_task(staying._handle(sub(topic)))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert first.cancelled()
    await site.vote(topic)
    held.go_on.set()
    await second
    await site.settle()
    assert (site.loads, viewer.shown(topic)) == (1, await site.in_the_database(topic))


async def test_a_reading_that_fails_is_told_to_all_who_wait_and_the_next_one_works(site: Site) -> None:
    topic = await site.topic()

    async def fail(_: int) -> Loaded | None:
        raise StorageUnavailable("not now")

    site.load = fail
    clients = [site.connect() for _ in range(3)]
    await asyncio.gather(*(connection._handle(sub(topic)) for _, connection in clients))
    assert all("try-again" in str(viewer.heard) for viewer, _ in clients)
    assert site.loads == 1
    site.load = None
    viewer, connection = clients[0]
    await connection._handle(sub(topic))
    await site.vote(topic)
    await site.settle()
    assert viewer.shown(topic) == await site.in_the_database(topic)


async def test_a_topic_forgotten_between_its_reading_and_the_subscription_is_read_again(site: Site) -> None:
    topic = await site.topic()
    viewer, connection = site.connect()
    forgotten = 0

    async def forget(_: int) -> None:
        nonlocal forgotten
        if forgotten < 2 and topic in site.fanout.standings:
            forgotten += 1
            await site.fanout.forget_idle()
            await site.vote(topic)  # nobody on this node hears of it

    await Stepped(connection._handle(sub(topic)), forget)
    await site.vote(topic)
    await site.settle()
    assert forgotten > 0
    assert viewer.shown(topic) == await site.in_the_database(topic)


async def test_a_topic_that_is_asked_for_while_the_bus_lets_go_of_it_is_followed(site: Site) -> None:
    topic = await site.topic()
    _, first = site.connect()
    await first._handle(sub(topic))
    await first._handle(wire.Unsub((f"topic:{topic}",)))
    let_go = asyncio.Event()
    unsubscribe = site.bus.unsubscribe

    async def slowly(topic: int) -> None:
        await let_go.wait()
        await unsubscribe(topic)

    site.bus.unsubscribe = slowly  # type: ignore[method-assign]
    forgetting = asyncio.create_task(site.fanout.forget_idle())
    await asyncio.sleep(0)
    viewer, second = site.connect()
    subscribing = asyncio.create_task(second._handle(sub(topic)))
    await asyncio.sleep(0)
    let_go.set()
    await asyncio.gather(forgetting, subscribing)
    await site.vote(topic)
    await site.settle()
    assert viewer.shown(topic) == await site.in_the_database(topic)


async def test_who_leaves_while_the_topic_is_read_is_written_nothing(site: Site) -> None:
    topic = await site.topic()
    held = Held(site)
    viewer, connection = site.connect()
    subscribing = asyncio.create_task(connection._handle(sub(topic)))
    await held.begun.wait()
    subscribing.cancel()
    await asyncio.gather(subscribing, return_exceptions=True)
    site.fanout.leave(connection.watcher)
    held.go_on.set()
    other, staying = site.connect()
    await staying._handle(sub(topic))
    await site.vote(topic)
    await site.settle()
    assert viewer.heard == []
    assert other.shown(topic) == await site.in_the_database(topic)


class Held:
    """Lets a site's reading begin, and end only when told."""

    def __init__(self, site: Site) -> None:
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self._site = site
        site.load = self._load

    async def _load(self, topic: int) -> Loaded | None:
        loaded = await self._site.load_really(topic)
        self.begun.set()
        await self.go_on.wait()
        return loaded
