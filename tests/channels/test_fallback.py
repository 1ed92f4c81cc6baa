"""The doors for where no websocket passes, of a real server: the same versions, the same rules, the same codes."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.faults.test_watchers import connections
from tests.operated import Operated
from tests.other_doors import Visitor, address, channel, known, visitor
from tests.running import DEADLINE, Running, citizen, running, until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


async def test_a_vote_at_any_door_moves_whoever_reads_events(server: Running) -> None:
    topic = server.topic(OPEN)
    async with (
        visitor(server) as reader,
        visitor(server, server.cookie()) as poster,
        citizen(server, server.cookie()) as voter,
        reader.reads(channel(topic)) as stream,
    ):
        snap = await stream.hear_a("snap")
        assert snap["tally"] == {"plus": 0, "minus": 0, "voters": 0, "series": {}}
        await voter.vote(topic, 1)
        first = await stream.hear_a("delta")
        assert (first["base"], first["changed"]) == (snap["version"], {"plus": 1, "voters": 1})
        assert (await poster.votes(topic, -1))["t"] == "ack"
        second = await stream.hear_a("delta")
        assert (second["base"], second["changed"]) == (first["version"], {"minus": 1, "voters": 2})


async def test_events_and_a_websocket_carry_the_same_messages(server: Running) -> None:
    topic = server.topic(OPEN)
    async with (
        visitor(server) as reader,
        citizen(server) as watcher,
        citizen(server, server.cookie()) as voter,
    ):
        async with reader.reads(channel(topic)) as stream:
            assert await stream.hear_a("snap") == await watcher.follow(topic)
            await voter.vote(topic, 1)
            assert await stream.hear_a("delta") == await watcher.hear_a("delta")


async def test_a_stream_goes_on_from_what_the_reader_has(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as reader, visitor(server, server.cookie()) as voter:
        async with reader.reads(channel(topic)) as stream:
            snap = await stream.hear_a("snap")
            await voter.votes(topic, 1)
            await stream.hear_a("delta")
            now = stream.last_id
        await next_message(reader, voter, topic, now, "delta")
        async with reader.reads(known(snap)) as stream:
            assert (await stream.hear())["t"] == "snap"
        async with reader.reads(channel(topic) + "@1.1") as stream:
            assert (await stream.hear())["t"] == "snap"


async def next_message(reader: Visitor, voter: Visitor, topic: int, now: str, kind: str) -> None:
    """Nothing is sent to whoever is up to date until something changes; one behind gets the change."""
    async with reader.reads(now) as stream:
        await voter.votes(topic, -1)
        first = await stream.hear()
        assert first["t"] == kind
        async with reader.reads(now) as late:
            assert await late.hear() == first


async def test_the_last_event_id_goes_before_what_the_query_says(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as reader, visitor(server, server.cookie()) as voter:
        async with reader.reads(channel(topic)) as stream:
            old = known(await stream.hear_a("snap"))
            for sign in (1, -1):
                await voter.votes(topic, sign)
                await stream.hear_a("delta")
            now = stream.last_id
        async with reader.reads(old, last_id=now) as stream:
            await voter.votes(topic, 1)
            assert (await stream.hear())["t"] == "delta"
        async with reader.reads(old, last_id="topic:x@junk") as stream:
            assert (await stream.hear())["t"] == "snap"


async def test_results_stay_hidden_from_whoever_reads_without_the_token(server: Running) -> None:
    topic, cookie = server.topic(), server.cookie()
    async with visitor(server, cookie) as voter, visitor(server, server.cookie()) as other:
        seen = (await voter.votes(topic, 1))["seen"]
        for reader, shown in ((voter, True), (other, False)):
            async with reader.reads(f"{channel(topic)}~{seen}") as stream:
                assert ("plus" in (await stream.hear_a("snap"))["tally"]) is shown
            (snap,) = (await reader.polls(f"{channel(topic)}~{seen}"))[1:]
            assert ("plus" in snap["tally"]) is shown


async def test_whoever_has_the_state_without_results_is_given_them_after_the_vote(server: Running) -> None:
    topic, cookie = server.topic(), server.cookie()
    async with visitor(server, cookie) as voter:
        (hidden,) = (await voter.polls(channel(topic)))[1:]
        seen = (await voter.votes(topic, 1))["seen"]
        (now,) = (await voter.polls(channel(topic)))[1:]
        assert now["tally"] == {"voters": 1}
        shown = await voter.polls(f"{known(now)}~{seen}", wait=20)
        assert [message["t"] for message in shown] == ["snap"]
        assert shown[0]["tally"]["plus"] == 1
        assert shown[0]["version"] == now["version"] > hidden["version"]


async def test_the_id_of_an_event_never_claims_results_that_were_hidden(server: Running) -> None:
    topic = server.topic()
    async with visitor(server) as reader, visitor(server, server.cookie()) as voter:
        async with reader.reads(channel(topic)) as stream:
            snap = await stream.hear_a("snap")
            assert stream.last_id == known(snap) and stream.last_id.endswith("h")
            await voter.votes(topic, 1)
            assert (await stream.hear_a("delta"))["changed"] == {"voters": 1}
            assert stream.last_id == known(snap)


async def test_a_refused_channel_is_told_and_the_others_are_followed(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as reader, reader.reads("nowhere", "topic:999999", channel(topic)) as stream:
        codes = [(await stream.hear())["code"] for _ in range(2)]
        assert codes == ["bad-channel", "unknown-topic"]
        assert (await stream.hear())["t"] == "snap"


async def test_a_reader_who_goes_away_is_forgotten(tmp_path: Path) -> None:
    with running(tmp_path) as alone:  # nobody else's connections come and go there
        quiet = connections(alone)
        async with visitor(alone) as reader:
            async with reader.reads("topic:1"):
                assert connections(alone) > quiet
        await until(lambda: connections(alone) <= quiet)


async def test_what_a_proxy_needs_to_know_is_in_the_headers(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as reader:
        async with reader.http.stream("GET", address("events", [channel(topic)])) as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-accel-buffering"] == "no"
        polled = await reader.http.get(address("poll", [channel(topic)]))
        assert polled.headers["cache-control"] == "no-store"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Operated]:
    node = Operated(tmp_path)
    node.start()
    yield node
    if node.process is not None:
        node.end(signal.SIGKILL)


async def test_a_node_that_leaves_says_goodbye_at_every_door(node: Operated) -> None:
    topic = node.topic(OPEN)
    async with visitor(node) as reader, reader.reads(channel(topic)) as stream, visitor(node) as poller:
        _, snap = await poller.polls(channel(topic))
        waiting = asyncio.create_task(poller.polls(known(snap), wait=20))
        await stream.hear_a("snap")
        await until(lambda: node.value("imaginest_watchers") == 2)
        ended = asyncio.create_task(asyncio.to_thread(node.end))
        assert (await stream.hear_a("bye"))["within"] > 0
        assert [message["t"] for message in await waiting] == ["bye"]
        assert [message["t"] for message in await poller.polls(known(snap))] == ["hello"]  # served still
        with pytest.raises(StopAsyncIteration):  # whoever stays sees the answer end, whole
            await stream.hear_a("nothing more")
    await asyncio.wait_for(ended, DEADLINE)
