"""How many are watching, through real sockets of one node."""

from typing import Any

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.running import Citizen, Running, citizen

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


async def watching(one: Citizen, count: int) -> dict[str, Any]:
    """The message that says this number; smaller ones may come before it."""
    while True:
        message = await one.hear_anything()
        if message["t"] == "watching" and message["watching"] == count:
            return message


async def test_everybody_who_watches_a_topic_is_told_how_many_they_are(server: Running) -> None:
    topic, other = server.topic(OPEN), server.topic()
    async with citizen(server) as first, citizen(server, packs=True) as second, citizen(server) as apart:
        await apart.follow(other)
        await first.follow(topic)
        await second.follow(topic)
        for one in (first, second):
            wanted = {"t": "watching", "channel": f"topic:{topic}", "watching": 2}
            assert await watching(one, 2) == wanted
        assert (await watching(apart, 1))["channel"] == f"topic:{other}"


async def test_whoever_leaves_is_counted_no_more(server: Running) -> None:
    topic = server.topic(OPEN)
    async with citizen(server) as stays:
        async with citizen(server) as leaves:
            await stays.follow(topic)
            await leaves.follow(topic)
            await watching(stays, 2)
        await watching(stays, 1)


async def test_a_newcomer_is_told_the_number_although_it_stays_the_same(server: Running) -> None:
    topic = server.topic(OPEN)
    async with citizen(server) as stays, citizen(server) as leaves, citizen(server) as comes:
        await stays.follow(topic)
        await leaves.follow(topic)
        await watching(stays, 2)
        await leaves.say({"t": "unsub", "channels": [f"topic:{topic}"]})
        await leaves.vote(topic, 1)  # answered after the unsub
        await comes.follow(topic)
        await watching(comes, 2)
