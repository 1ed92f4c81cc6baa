"""Two real nodes on one PostgreSQL and one Redis: what one says is true on the other."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.channels.test_audience import watching
from tests.cluster import Cluster, cluster
from tests.running import citizen
from tests.running_postgres import RunningPostgres

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


@pytest.fixture
def two(tmp_path: Path, postgres: RunningPostgres) -> Iterator[Cluster]:
    with cluster(tmp_path, 2, postgres) as made:
        yield made


async def test_the_number_who_watch_counts_all_nodes_and_no_dead_one(two: Cluster) -> None:
    here, there = two.nodes
    topic = here.topic(OPEN)
    async with citizen(here) as one:
        await one.follow(topic)
        async with citizen(there) as other:
            await other.follow(topic)
            await asyncio.gather(watching(one, 2), watching(other, 2))
            there.end(signal.SIGKILL)
            await watching(one, 1)


async def test_without_the_bus_a_vote_reaches_the_other_node_s_watchers(two: Cluster) -> None:
    here, there = two.nodes
    topic = here.topic(OPEN)
    async with citizen(here, here.cookie()) as voter, citizen(there) as watcher:
        await watcher.follow(topic)
        two.redis.kill()
        assert (await voter.vote(topic, 1))["t"] == "ack"
        assert (await watcher.hear_a("delta"))["changed"] == {"plus": 1, "voters": 1}


async def test_of_two_nodes_that_notice_a_loss_one_begins_the_epoch_that_both_show(two: Cluster) -> None:
    here, there = two.nodes
    topic = here.topic(OPEN)
    async with citizen(here, here.cookie()) as voter, citizen(there) as watcher:
        await voter.follow(topic)
        await watcher.follow(topic)
        await voter.vote(topic, 1)
        epoch = (await watcher.hear_a("delta"))["version"][0]
        await voter.hear_a("delta")
        with two.postgres.connect(two.database) as connection:
            connection.execute("UPDATE tally SET number = number - 1, plus = 0 WHERE topic_id = %s", [topic])
        snaps = [await one.hear_a("snap") for one in (voter, watcher)]
        assert snaps[0] == snaps[1]
        assert snaps[0]["version"][0] > epoch
        assert snaps[0]["tally"]["voters"] == 0
