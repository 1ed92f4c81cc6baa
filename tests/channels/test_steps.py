"""What the Région tells of a topic reaches whoever follows it, through every live door of a real server."""

import asyncio

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.faults.test_watchers import connections
from tests.other_doors import channel, known, visitor
from tests.running import Running, citizen, until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


async def test_an_answer_is_told_at_every_door_and_to_who_comes_later(server: Running) -> None:
    topic = server.topic(OPEN)
    async with (
        citizen(server) as watcher,
        citizen(server, packs=True) as packer,
        visitor(server) as reader,
        visitor(server) as poller,
        reader.reads(channel(topic)) as stream,
    ):
        snap = await watcher.follow(topic)
        await packer.follow(topic)
        await stream.hear_a("snap")
        before = connections(server)
        waiting = asyncio.create_task(poller.polls(known(snap), wait=25))
        await until(lambda: connections(server) > before)
        server.operate("follow-ups", {"topic": topic, "step": "answered", "text": "Dès mars."})
        told = await watcher.hear_a("steps")
        assert told["channel"] == f"topic:{topic}" and told["number"] > 0
        assert await packer.hear_a("steps") == await stream.hear_a("steps") == told
        assert await waiting == [told], "a poll is answered by it"
        async with citizen(server) as late:
            await late.follow(topic)
            assert await late.hear_a("steps") == told
        assert await poller.polls(known(snap), wait=1) in ([told], [told, {"t": "ping"}]), "and waits with it"
        server.operate("follow-ups", {"topic": topic, "step": "answered", "text": "Dès avril."})
        assert (await watcher.hear_a("steps"))["number"] != told["number"], "a correction is told too"
