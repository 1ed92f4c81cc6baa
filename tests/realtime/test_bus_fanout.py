"""A node's fan-out on a real Redis: whatever the bus carries, it shows what the database has."""

import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from realtime.bus import open_bus
from realtime.bus_message import Message, encode
from realtime.comparison import Comparison
from realtime.delta import Changes, Delta
from realtime.disclosure import View
from realtime.fanout import Fanout
from realtime.standing import Loaded, Mark
from realtime.tally import Counts, Version, public_tally
from tests.listening import KEY, Node, nodes
from tests.reliability import Tell
from tests.running import until
from tests.running_redis import RunningRedis, running_redis

TOPIC = 7
CHANNEL = "test:topic:7"


class Open:
    """Rules of a topic whose results everybody sees."""

    gate: int | None = None

    def view(self, *, voted: bool, now: int) -> View:
        return View.RESULTS


RULES = Open()


class Truth:
    """What the database has, and how often it was read."""

    def __init__(self) -> None:
        self.version = Version(5, 0)
        self.reads = self.questions = 0

    async def load(self, topic: int) -> Loaded:
        self.reads += 1
        return Loaded(RULES, self.version, public_tally(Counts(self.version.number, 0), {}))

    async def marks(self, topics: Sequence[int]) -> dict[int, Mark]:
        self.questions += 1
        return {topic: Mark(RULES, self.version, Counts(self.version.number, 0)) for topic in topics}

    async def raise_epoch(self, above: int) -> None:
        raise AssertionError("nothing was lost here")

    def next(self) -> Delta:
        """One vote more."""
        before = self.version
        self.version = Version(before.epoch, before.number + 1)
        number = self.version.number
        return Delta(TOPIC, before, self.version, Changes(voters=number, plus=number))


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RunningRedis]:
    with running_redis(tmp_path / "redis") as redis:
        yield redis


@pytest.fixture
async def truth() -> Truth:
    return Truth()


@pytest.fixture
async def fanout(redis: RunningRedis, truth: Truth) -> AsyncIterator[Fanout]:
    bus = open_bus(redis.url, prefix="test", key=KEY)
    fanout = Fanout(bus, truth.load, lambda *_: b"", wall=lambda: 0, monotonic=time.monotonic)
    await bus.start()
    fanout.start()
    assert await fanout.standings.warm(TOPIC)
    yield fanout
    await fanout.stop()
    await bus.stop()


@pytest.fixture
async def comparison(truth: Truth, fanout: Fanout) -> AsyncIterator[Comparison]:
    comparison = Comparison(fanout, truth.marks, truth.raise_epoch, time.monotonic, lambda: True)
    comparison.start()
    yield comparison
    await comparison.stop()


def shows(fanout: Fanout) -> tuple[Version, int]:
    standing = fanout.standings[TOPIC]
    assert standing.tally.headline is not None
    return standing.version, standing.tally.headline.plus


def sealed(delta: Delta) -> bytes:
    return encode(Message("another", 1, delta), CHANNEL, KEY)


async def test_repeats_gaps_reorders_and_older_epochs_never_show_what_is_wrong(
    redis: RunningRedis, truth: Truth, fanout: Fanout, tell: Tell
) -> None:
    chance = random.Random(0)
    old = Delta(TOPIC, Version(4, 8), Version(4, 99), Changes(voters=999, plus=999))
    said = [sealed(old)]
    for _ in range(300):
        said.append(sealed(truth.next()))
        wanted = [said[-1], said[0], chance.choice(said), chance.choice(said)]
        for data in chance.sample(wanted, chance.randint(0, 4)):
            redis.ask("PUBLISH", CHANNEL, data)
        version, plus = shows(fanout)
        assert (version.epoch, version.number) == (5, plus)
    redis.ask("PUBLISH", CHANNEL, sealed(truth.next()))
    await until(lambda: shows(fanout) == (truth.version, truth.version.number))
    tell(
        "300 messages of the bus are lost, late, repeated and out of order, some of an older epoch (one node)",
        "nothing: at no moment does a version show another number than its own",
        "until the next message, or at most 2 s (the comparison is off here)",
    )


async def test_garbage_makes_the_node_look_into_the_database(
    redis: RunningRedis, truth: Truth, fanout: Fanout, comparison: Comparison
) -> None:
    truth.next()  # and nobody tells
    redis.ask("PUBLISH", CHANNEL, b"what is this?")
    await until(lambda: shows(fanout) == (truth.version, 1))


async def test_what_was_missed_while_redis_was_away_is_read_when_it_returns(
    redis: RunningRedis, truth: Truth, fanout: Fanout, comparison: Comparison
) -> None:
    redis.kill()
    truth.next()
    await until(lambda: shows(fanout) == (truth.version, 1))  # found without the bus
    redis.start()
    redis.ask("PUBLISH", CHANNEL, sealed(truth.next()))
    await until(lambda: shows(fanout) == (truth.version, 2))


async def test_a_gap_that_lost_nothing_reads_nothing(
    redis: RunningRedis, truth: Truth, fanout: Fanout, comparison: Comparison
) -> None:
    await until(lambda: truth.questions == 1)
    redis.ask("PUBLISH", CHANNEL, b"what is this?")
    await until(lambda: truth.questions >= 3)
    assert truth.reads == 1


async def test_a_node_that_is_behind_reads_deltas_that_follow_on_as_one(
    redis: RunningRedis, truth: Truth, fanout: Fanout
) -> None:
    async with nodes(1, redis.url) as [node]:
        assert isinstance(node, Node)
        await node.bus.subscribe(TOPIC)
        for _ in range(200):
            redis.ask("PUBLISH", CHANNEL, sealed(truth.next()))  # the event loop gets no turn meanwhile
        await until(lambda: shows(fanout) == (truth.version, 200) and len(node.deltas) > 0)
        assert node.bus.counts["joined"] > 100
        assert truth.reads == 1
