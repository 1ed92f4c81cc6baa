"""What happens to Redis, and that two nodes are told of it, hold nothing up and hear each other again."""

import asyncio
import secrets
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from realtime.bus import GapReason
from realtime.bus_address import read_addresses, shard_of
from realtime.bus_message import MOST_BYTES
from realtime.bus_sender import MOST_WAITING
from realtime.delta import Delta
from realtime.disclosure import ResultPolicy
from server.identity import cookie_of
from storage.values import TopicRules
from tests.listening import PATIENT, Node, delta, nodes
from tests.running import Running, citizen, until
from tests.running_redis import Proxy, RunningRedis, running_redis

TOPIC = 7


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RunningRedis]:
    with running_redis(tmp_path / "redis") as redis:
        yield redis


def at_once(publishing: Coroutine[Any, Any, None]) -> None:
    """Run what must not wait for anything: it ends without giving the event loop a turn."""
    with pytest.raises(StopIteration):
        publishing.send(None)


class Votes:
    """The deltas of one topic, one after the other."""

    def __init__(self, topic: int = TOPIC) -> None:
        self.topic = topic
        self.number = 0

    def next(self) -> Delta:
        self.number += 1
        return delta(self.topic, self.number)


async def hears_again(one: Node, two: Node, votes: Votes) -> None:
    """Deltas arrive by themselves once more, whatever was lost meanwhile."""
    newest = votes.number

    def arrives() -> bool:
        at_once(one.bus.publish(votes.next()))
        return any(heard.topic == votes.topic and heard.version.number > newest for heard in two.deltas)

    await until(arrives)


async def start(one: Node, two: Node, votes: Votes) -> None:
    await two.bus.subscribe(votes.topic)
    await hears_again(one, two, votes)
    assert two.gaps == []


def publish_many(node: Node, votes: Votes) -> None:
    """More than any queue holds, while Redis is away."""
    for _ in range(3 * MOST_WAITING):
        at_once(node.bus.publish(votes.next()))


@pytest.mark.fault(
    "Redis is killed and restarted while more is published than any queue holds",
    "messages, told as a gap; no vote waits",
)
async def test_redis_killed_and_restarted(redis: RunningRedis) -> None:
    votes = Votes()
    async with nodes(2, redis.url) as (one, two):
        await start(one, two, votes)
        redis.kill()
        await until(lambda: (GapReason.DISCONNECTED, [TOPIC]) in two.gaps)
        publish_many(one, votes)
        assert one.bus.counts["dropped"] >= MOST_WAITING
        redis.start()
        await hears_again(one, two, votes)
        assert (GapReason.RECONNECTED, [TOPIC]) in two.gaps


async def test_a_topic_followed_while_redis_is_away_is_heard_later_and_told_as_a_gap(
    redis: RunningRedis,
) -> None:
    votes = Votes()
    redis.kill()
    async with nodes(2, redis.url) as (one, two):
        await two.bus.subscribe(TOPIC)
        redis.start()
        await hears_again(one, two, votes)
        assert (GapReason.RECONNECTED, [TOPIC]) in two.gaps


@pytest.mark.fault(
    "Redis is frozen (SIGSTOP) and continued", "messages, told as a gap once the probe is missed"
)
async def test_redis_frozen_and_continued(redis: RunningRedis) -> None:
    votes = Votes()
    async with nodes(2, redis.url) as (one, two):
        await start(one, two, votes)
        redis.freeze()
        publish_many(one, votes)
        await until(lambda: (GapReason.PROBE_LOST, [TOPIC]) in two.gaps)
        await two.bus.subscribe(TOPIC + 1)  # returns, though nobody confirms it
        redis.thaw()
        await hears_again(one, two, votes)
        assert any(reason is GapReason.RECONNECTED and TOPIC + 1 in topics for reason, topics in two.gaps)


async def test_a_subscription_confirmed_late_is_told_as_a_gap(redis: RunningRedis) -> None:
    async with nodes(1, redis.url, timings=replace(PATIENT, command=60.0)) as [node]:
        redis.freeze()
        await node.bus.subscribe(TOPIC)
        redis.thaw()
        await until(lambda: node.gaps)
        assert node.gaps == [(GapReason.LATE, [TOPIC])]


@pytest.mark.fault("a frozen Redis wakes and delivers what is old", "nothing: what is older is dropped")
async def test_a_frozen_redis_that_wakes_says_nothing_wrong(redis: RunningRedis) -> None:
    """What it had been given before it froze arrives late: it is older or the same, never new."""
    votes = Votes()
    async with nodes(2, redis.url) as (one, two):
        await start(one, two, votes)
        redis.freeze()
        for _ in range(50):
            at_once(one.bus.publish(votes.next()))
        await until(lambda: two.told(GapReason.PROBE_LOST))
        redis.thaw()
        await hears_again(one, two, votes)
        assert all(heard.version.number <= votes.number for heard in two.deltas)


@pytest.mark.fault("the subscribers' connections to Redis are killed", "messages, told as a gap")
async def test_the_pubsub_clients_of_redis_are_killed(redis: RunningRedis) -> None:
    votes = Votes()
    async with nodes(2, redis.url, timings=PATIENT) as (one, two):
        await start(one, two, votes)
        assert redis.ask("CLIENT", "KILL", "TYPE", "pubsub") == 2
        await until(lambda: two.told(GapReason.RECONNECTED))
        await hears_again(one, two, votes)
        assert two.gaps == [(GapReason.DISCONNECTED, [TOPIC]), (GapReason.RECONNECTED, [TOPIC])]


@pytest.mark.fault("the publishers' connections to Redis are killed", "nothing")
async def test_the_publishing_clients_of_redis_are_killed(redis: RunningRedis) -> None:
    votes = Votes()
    async with nodes(2, redis.url, timings=PATIENT) as (one, two):
        await start(one, two, votes)
        await until(lambda: two.has_heard(delta(TOPIC, votes.number)))  # nothing waits to be sent
        redis.ask("CLIENT", "KILL", "TYPE", "normal")
        await two.bus.subscribe(TOPIC + 1)  # confirmed after the kill: the end of the others has arrived too
        only = votes.next()
        at_once(one.bus.publish(only))
        await until(lambda: two.has_heard(only))
        assert two.gaps == []


@pytest.mark.fault("Redis is flushed", "nothing: it holds nothing of ours")
async def test_redis_is_flushed(redis: RunningRedis) -> None:
    """It holds nothing of ours: nothing is lost."""
    votes = Votes()
    async with nodes(2, redis.url, timings=PATIENT) as (one, two):
        await start(one, two, votes)
        redis.ask("FLUSHALL")
        assert redis.ask("DBSIZE") == 0
        await hears_again(one, two, votes)
        assert two.gaps == []


@pytest.mark.fault(
    "the network to Redis swallows everything", "messages, told as a gap once the probe is missed"
)
async def test_a_network_that_swallows_everything(redis: RunningRedis) -> None:
    votes = Votes()
    async with Proxy(redis.port) as proxy, nodes(2, f"redis://127.0.0.1:{proxy.port}") as (one, two):
        await start(one, two, votes)
        proxy.black_hole = True
        publish_many(one, votes)
        await until(lambda: (GapReason.PROBE_LOST, [TOPIC]) in two.gaps)
        proxy.black_hole = False
        await hears_again(one, two, votes)
        assert (GapReason.RECONNECTED, [TOPIC]) in two.gaps


async def test_a_node_that_starts_behind_a_network_that_swallows_everything(redis: RunningRedis) -> None:
    votes = Votes()
    async with Proxy(redis.port) as proxy:
        proxy.black_hole = True
        async with nodes(2, f"redis://127.0.0.1:{proxy.port}") as (one, two):
            await two.bus.subscribe(TOPIC)
            proxy.black_hole = False
            await hears_again(one, two, votes)


async def test_somebody_between_subscribes_again_in_our_name(redis: RunningRedis) -> None:
    async with (
        Proxy(redis.port) as proxy,
        nodes(1, f"redis://127.0.0.1:{proxy.port}", timings=PATIENT) as [node],
    ):
        await node.bus.subscribe(TOPIC)
        proxy.inject(b"*3\r\n$9\r\nsubscribe\r\n$12\r\ntest:topic:7\r\n:3\r\n")
        await until(lambda: node.gaps)
        assert node.gaps == [(GapReason.RESUBSCRIBED, [TOPIC])]


@pytest.mark.fault("Redis' output buffer for a subscriber overruns", "messages, told as a gap")
async def test_the_output_buffer_of_redis_overruns(redis: RunningRedis) -> None:
    votes = Votes()
    async with nodes(2, redis.url, timings=PATIENT) as (one, two):
        await start(one, two, votes)
        redis.ask("CONFIG", "SET", "client-output-buffer-limit", "pubsub 32768 0 0")
        redis.ask("PUBLISH", "test:topic:7", bytes(8 * 1024 * 1024))
        await until(lambda: two.told(GapReason.RECONNECTED))
        await hears_again(one, two, votes)
        assert (GapReason.DISCONNECTED, [TOPIC]) in two.gaps


@pytest.mark.fault("64 MB arrive on the bus", "nothing: it is thrown away unread")
async def test_a_message_of_64_megabytes_costs_no_memory(redis: RunningRedis) -> None:
    votes = Votes()
    redis.ask("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0")
    async with nodes(2, redis.url, timings=replace(PATIENT, command=20.0)) as (one, two):
        await start(one, two, votes)
        redis.ask("PUBLISH", "test:topic:7", bytes(64 * 1024 * 1024))
        before = forget_peak()  # nothing has been read yet
        await until(lambda: two.bus.counts["unreadable.too-long"] == 1)
        assert peak_kib() - before < 8 * 1024
        redis.ask("PUBLISH", "test:topic:7", bytes(MOST_BYTES + 1))
        await until(lambda: two.bus.counts["unreadable.too-long"] == 2)
        await hears_again(one, two, votes)
        assert {reason for reason, _ in two.gaps} == {GapReason.UNREADABLE}


def forget_peak() -> int:
    """The memory of this process in KiB; its peak begins anew here."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_kib()


def peak_kib() -> int:
    """The most memory that this process has had since its peak began anew."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])


@pytest.mark.fault(
    "one of two Redis dies", "messages of its topics, told as a gap; the other's topics notice nothing"
)
async def test_one_of_two_shards_dies(redis: RunningRedis, tmp_path: Path) -> None:
    with running_redis(tmp_path / "other") as other:
        url = f"{redis.url},{other.url}"
        names = [address.name for address in read_addresses(url)]
        lost, kept = (next(t for t in range(100) if shard_of(t, names) == shard) for shard in (0, 1))
        async with nodes(2, url, timings=PATIENT) as (one, two):
            votes = {topic: Votes(topic) for topic in (lost, kept)}
            for one_topic in votes.values():
                await start(one, two, one_topic)
            redis.kill()
            await until(lambda: (GapReason.DISCONNECTED, [lost]) in two.gaps)
            publish_many(one, votes[lost])
            await hears_again(one, two, votes[kept])
            await one.bus.announce({"topic:1": 1})
            await until(lambda: two.heads)
            assert all(kept not in topics for _, topics in two.gaps)
            redis.start()
            await hears_again(one, two, votes[lost])
            assert (GapReason.RECONNECTED, [lost]) in two.gaps


async def test_tasks_end_and_descriptors_are_closed_whatever_happened(redis: RunningRedis) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async with nodes(1, redis.url):
        pass
    before = descriptors()
    for breaks in (redis.freeze, redis.kill):
        redis.thaw()
        async with nodes(3, redis.url) as several:
            for node in several:
                await node.bus.subscribe(TOPIC)
            breaks()
            await until(lambda all_of=several: all(node.gaps for node in all_of))
    await until(lambda: descriptors() <= before)


@pytest.mark.parametrize("fault", ["killed", "frozen", "black hole"])
async def test_votes_are_acknowledged_and_watchers_see_them_while_redis_is(
    redis: RunningRedis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    async with Proxy(redis.port) as proxy:
        monkeypatch.setenv("IMAGINEST_BUS_URL", f"redis://127.0.0.1:{proxy.port}")
        server = Running(tmp_path / "data")
        await asyncio.to_thread(server.start)  # while it starts, the proxy serves it
        try:
            topic = server.topic(TopicRules(0, None, results=ResultPolicy.ALWAYS))
            cold = server.topic(TopicRules(0, None, results=ResultPolicy.ALWAYS))
            async with citizen(server) as watcher, citizen(server, server.cookie()) as voter:
                await watcher.follow(topic)
                assert (await voter.vote(topic, 1))["t"] == "ack"
                await watcher.hear_a("delta")
                match fault:
                    case "killed":
                        redis.kill()
                    case "frozen":
                        redis.freeze()
                    case _:
                        proxy.black_hole = True
                for _ in range(30):
                    cookie = "imaginest=" + cookie_of(secrets.token_bytes(16), server.keys)
                    async with citizen(server, cookie) as other:
                        assert (await other.vote(topic, -1))["t"] == "ack"
                while (await watcher.hear_a("delta"))["changed"].get("minus") != 30:
                    pass
                snap = await watcher.follow(cold)
                assert snap["tally"]["voters"] == 0
        finally:
            server.end()
