"""What changes in the database behind a server's back reaches its watchers; what it loses never sets them back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.running import Citizen, Running, citizen, running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


def change(server: Running, statement: str, *values: object) -> None:
    """Write to the server's database from another process's place."""
    with closing(sqlite3.connect(server.data / "imaginest.db", timeout=10)) as connection, connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute(statement, values)


async def followed(voter: Citizen, topic: int) -> list[int]:
    """Follow a topic and vote on it; the version that shows the vote."""
    await voter.follow(topic)
    await voter.vote(topic, 1)
    version: list[int] = (await voter.hear_a("delta"))["version"]
    return version


async def test_a_delta_that_never_came_is_found(server: Running) -> None:
    topic = server.topic(OPEN)
    async with citizen(server, server.cookie()) as voter:
        epoch, number = await followed(voter, topic)
        change(server, "UPDATE tally SET number = number + 2, plus = 9 WHERE topic_id = ?", topic)
        delta = await voter.hear_a("delta")
        assert delta["version"] == [epoch, number + 2]
        assert delta["changed"] == {"plus": 9, "voters": 9}


async def test_a_database_that_lost_commits_begins_an_epoch_and_everybody_is_told_the_state(
    server: Running,
) -> None:
    topic, quiet = server.topic(OPEN), server.topic(OPEN)
    async with citizen(server, server.cookie()) as voter, citizen(server) as other:
        epoch, number = await followed(voter, topic)
        await other.follow(quiet)
        change(server, "UPDATE tally SET number = number - 1, plus = 0 WHERE topic_id = ?", topic)
        snap = await voter.hear_a("snap")
        assert (snap["version"][0] > epoch, snap["version"][1]) == (True, number - 1)
        assert snap["tally"] == {"plus": 0, "minus": 0, "voters": 0, "series": {}}
        assert (await other.hear_a("snap"))["version"][0] == snap["version"][0]


async def test_other_counts_at_the_same_version_are_a_lost_commit_too(server: Running) -> None:
    topic = server.topic(OPEN)
    async with citizen(server, server.cookie()) as voter:
        epoch, _ = await followed(voter, topic)
        change(server, "UPDATE tally SET plus = 0, minus = 1 WHERE topic_id = ?", topic)
        snap = await voter.hear_a("snap")
        assert snap["version"][0] > epoch
        assert (snap["tally"]["plus"], snap["tally"]["minus"]) == (0, 1)


async def test_a_policy_that_now_hides_results_hides_them_from_whoever_has_not_voted(server: Running) -> None:
    topic = server.topic(OPEN)
    async with citizen(server, server.cookie()) as voter, citizen(server) as other:
        await followed(voter, topic)
        assert "plus" in (await other.follow(topic))["tally"]
        change(server, "UPDATE topic SET results = 'after-vote' WHERE id = ?", topic)
        assert (await other.hear_a("snap"))["tally"] == {"voters": 1}
        assert "plus" in (await voter.hear_a("snap"))["tally"]


async def test_a_close_brought_forward_shows_the_results(server: Running) -> None:
    topic = server.topic(TopicRules(0, None, results=ResultPolicy.AT_CLOSE))
    async with citizen(server, server.cookie()) as voter:
        assert (await voter.follow(topic))["tally"] == {"voters": 0}
        change(server, "UPDATE topic SET closes_at = 1 WHERE id = ?", topic)
        assert "plus" in (await voter.hear_a("snap"))["tally"]


async def test_a_close_put_off_hides_results_again(server: Running) -> None:
    topic = server.topic(TopicRules(0, 1, results=ResultPolicy.AT_CLOSE))
    async with citizen(server) as watcher:
        assert "plus" in (await watcher.follow(topic))["tally"]
        change(server, "UPDATE topic SET closes_at = NULL WHERE id = ?", topic)
        assert (await watcher.hear_a("snap"))["tally"] == {"voters": 0}


async def test_a_topic_that_was_deleted_stays_as_it_is_and_the_others_go_on(server: Running) -> None:
    gone, other = server.topic(OPEN), server.topic(OPEN)
    async with citizen(server, server.cookie()) as voter, citizen(server) as watcher:
        await followed(voter, other)
        before = await watcher.follow(gone)
        change(server, "DELETE FROM tally WHERE topic_id = ?", gone)
        change(server, "UPDATE tally SET number = number + 1, plus = 5 WHERE topic_id = ?", other)
        assert (await voter.hear_a("delta"))["changed"] == {"plus": 5, "voters": 5}
        await watcher.say({"t": "resync", "channel": f"topic:{gone}"})
        assert await watcher.hear() == before


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of this module's own: its database is tampered with."""
    with running(tmp_path_factory.mktemp("data")) as server:
        yield server
