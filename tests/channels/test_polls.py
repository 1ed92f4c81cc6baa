"""Polls of a real server: answered when there is news, at once or when their time is up."""

import asyncio

import httpx2
import pytest

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.faults.test_watchers import connections
from tests.other_doors import address, channel, known, visitor
from tests.running import Running, until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


async def test_the_first_poll_says_hello_and_what_there_is(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller:
        hello, snap = await poller.polls(channel(topic))
        assert (hello["t"], hello["protocol"], snap["t"]) == ("hello", 1, "snap")
        again = await poller.polls(known(snap))
        assert [message["t"] for message in again] == ["hello"]


async def test_a_poll_waits_for_what_is_newer(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller, visitor(server, server.cookie()) as voter:
        _, snap = await poller.polls(channel(topic))
        waiting = asyncio.create_task(poller.polls(known(snap), wait=20))
        await voter.votes(topic, 1)
        (delta,) = await waiting
        assert (delta["base"], delta["changed"]) == (snap["version"], {"plus": 1, "voters": 1})
        late = await poller.polls(known(snap), wait=20)
        assert late == [delta]


async def test_a_poll_of_a_hidden_topic_waits_as_well(server: Running) -> None:
    topic = server.topic()
    async with visitor(server) as poller, visitor(server, server.cookie()) as voter:
        _, snap = await poller.polls(channel(topic))
        assert known(snap).endswith("h")
        waiting = asyncio.create_task(poller.polls(known(snap), wait=20))
        await voter.votes(topic, 1)
        assert (await waiting)[-1]["version"] > snap["version"]


async def test_a_poll_without_news_is_answered_when_its_time_is_up(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller:
        _, snap = await poller.polls(channel(topic))
        assert await poller.polls(known(snap), wait=1) in ([{"t": "ping"}], [])


async def test_whoever_believes_its_numbers_to_be_old_is_told_at_once_that_they_are_not(
    server: Running,
) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller:
        _, snap = await poller.polls(channel(topic))
        assert await poller.polls(known(snap), wait=20, stale=1) == [{"t": "fresh"}]


async def test_a_poller_who_goes_away_is_forgotten(server: Running) -> None:
    topic = server.topic(OPEN)
    quiet = connections(server)
    async with visitor(server) as poller:
        _, snap = await poller.polls(channel(topic))
        with pytest.raises(httpx2.ReadTimeout):
            await poller.http.get(address("poll", [known(snap)], wait=20), timeout=0.2)
    await until(lambda: connections(server) <= quiet)


async def test_a_hundred_pollers_of_a_topic_are_all_answered_by_one_vote(server: Running) -> None:
    topic = server.topic(OPEN)
    async with visitor(server) as poller, visitor(server, server.cookie()) as voter:
        _, snap = await poller.polls(channel(topic))
        waiting = [asyncio.create_task(poller.polls(known(snap), wait=20)) for _ in range(100)]
        await voter.votes(topic, 1)
        answers = await asyncio.gather(*waiting)
        assert all(answer == answers[0] for answer in answers)
        assert answers[0][0]["t"] == "delta"
