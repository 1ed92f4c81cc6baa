"""What every bus keeps: the same sentences for the memory of one process and for a real Redis."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from realtime.bus import Bus, BusRefused, open_bus
from tests.listening import KEY, Node, delta
from tests.running import until
from tests.running_redis import running_redis


@pytest.fixture(params=["memory", "redis", "two redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    match request.param:
        case "memory":
            yield "memory://"
        case "redis":
            with running_redis(tmp_path / "one") as redis:
                yield redis.url
        case _:
            with running_redis(tmp_path / "one") as one, running_redis(tmp_path / "two") as two:
                yield f"{one.url},{two.url}"


@pytest.fixture
async def node(url: str) -> AsyncIterator[Node]:
    bus: Bus = open_bus(url, key=KEY)
    node = Node(bus)
    await bus.start()
    yield node
    await bus.stop()


async def test_a_node_hears_at_once_what_it_publishes_of_its_topics(node: Node) -> None:
    await node.bus.subscribe(7)
    await node.bus.publish(delta(7, 1))
    assert node.deltas == [delta(7, 1)]


async def test_a_node_hears_its_own_deltas_once(node: Node) -> None:
    for topic in range(1, 9):
        await node.bus.subscribe(topic)
        await node.bus.publish(delta(topic, 1))
    sent = node.bus.counts
    await until(lambda: node.bus.node == "alone" or sent["received"] >= 8)
    assert [heard.topic for heard in node.deltas] == list(range(1, 9))


async def test_a_node_does_not_hear_of_topics_it_does_not_follow(node: Node) -> None:
    await node.bus.subscribe(7)
    await node.bus.publish(delta(8, 1))
    await node.bus.publish(delta(7, 1))
    assert node.deltas == [delta(7, 1)]


async def test_an_unsubscribed_topic_is_not_heard_until_it_is_subscribed_again(node: Node) -> None:
    await node.bus.subscribe(7)
    await node.bus.unsubscribe(7)
    await node.bus.publish(delta(7, 1))
    await node.bus.subscribe(7)
    await node.bus.publish(delta(7, 2))
    assert node.deltas == [delta(7, 2)]


async def test_subscribing_twice_or_unsubscribing_what_is_not_followed_is_harmless(node: Node) -> None:
    await node.bus.unsubscribe(9)
    await node.bus.subscribe(7)
    await node.bus.subscribe(7)
    await node.bus.publish(delta(7, 1))
    await node.bus.unsubscribe(7)
    await node.bus.publish(delta(7, 2))
    assert node.deltas == [delta(7, 1)]


async def test_nothing_is_missed_while_nothing_breaks(node: Node) -> None:
    for topic in range(40):
        await node.bus.subscribe(topic)
    for topic in range(40):
        await node.bus.publish(delta(topic, 1))
    assert node.gaps == []


async def test_a_node_is_not_told_its_own_headcount(node: Node) -> None:
    await node.bus.announce({"topic:7": 3})
    await node.bus.subscribe(7)
    await node.bus.publish(delta(7, 1))
    await until(lambda: node.bus.node == "alone" or node.bus.counts["sent"] >= 3)
    assert node.heads == []


async def test_a_stopped_bus_tells_nothing_and_takes_what_is_published(node: Node) -> None:
    await node.bus.subscribe(7)
    await node.bus.stop()
    await node.bus.publish(delta(7, 1))
    assert node.deltas == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("carrier-pigeon://home", "no bus goes by carrier-pigeon://"),
        ("redis", "no bus goes by what is given"),
        ("", "no bus goes by what is given"),
        ("redis://", "is no host and port"),
        ("redis://host:port", "is no host and port"),
        ("redis://host:99999", "is no host and port"),
        ("redis://host:6379/3", "more than a host and a port"),
        ("redis://one,two", "more than a host and a port"),
        ("redis://host?socket_timeout=3", "'socket_timeout' is no parameter"),
        ("redis://host?ssl_ca_certs=/nowhere", "'ssl_ca_certs' is no parameter"),
        ("rediss://host?ssl_ca_certs=/nowhere", "no such file"),
        ("redis://user:p#ss@host", "%23"),
        ("redis://one,redis://one", "redis://one:6379 twice"),
        ("redis+sentinel://one:26379,two", "no service"),
        ("memory://,redis://host", "no bus goes by memory://"),
    ],
)
def test_a_url_that_names_no_bus_is_refused_with_what_to_do(url: str, why: str) -> None:
    with pytest.raises(BusRefused) as refused:
        open_bus(url)
    assert why in str(refused.value)
    assert "p#ss" not in str(refused.value)
