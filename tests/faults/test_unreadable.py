"""A database that does not answer: votes are refused, reads from memory go on, everybody is told, once."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.running import Running, citizen, running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)

FIRST_LOCK, LOCKS = 120, 8
"""Where the locks of a write-ahead log stand in its index (sqlite.org/walformat.html, section 2.3): one writer,
one checkpointer, one recoverer, five readers."""


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold every lock of the database, as another process may: it can be neither read nor written."""
    with (data / "imaginest.db-shm").open("r+b") as index:
        deadline = time.monotonic() + 10
        while True:
            try:
                fcntl.lockf(index, fcntl.LOCK_EX | fcntl.LOCK_NB, LOCKS, FIRST_LOCK)
                break
            except OSError:  # the server reads at this moment
                assert time.monotonic() < deadline
        yield


@pytest.mark.fault(
    "the database answers neither reads nor writes",
    "nothing: watchers are told `stale`, snapshots come from memory, votes are answered “try again”",
)
async def test_a_locked_database_is_told_once_and_so_is_its_return(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        topic, cold = server.topic(OPEN), server.topic(OPEN)
        cookie = server.cookie()
        async with citizen(server, cookie) as voter, citizen(server, packs=True) as watcher:
            known = await watcher.follow(topic)
            await voter.follow(topic)
            with locked(tmp_path):
                assert await watcher.hear() == {"t": "stale"}
                assert await voter.hear() == {"t": "stale"}
                await _is_served_from_memory(server, topic, known)
                op = "a-vote-that-waits"
                await watcher.say({"t": "sub", "subs": [{"channel": f"topic:{cold}"}]})
                assert (await voter.vote(topic, 1, op))["code"] == "try-again"
                refused = {"t": "no", "code": "try-again", "retry": True, "channel": f"topic:{cold}"}
                assert await watcher.hear() == refused
            assert await watcher.hear() == {"t": "fresh"}
            assert (await voter.vote(topic, 1, op))["t"] == "ack"
            assert (await watcher.hear())["changed"] == {"plus": 1, "voters": 1}


async def _is_served_from_memory(server: Running, topic: int, known: dict[str, object]) -> None:
    """Who comes meanwhile is told so right after the greeting, and is shown what is in memory."""
    async with citizen(server) as late:
        assert await late.hear() == {"t": "stale"}
        assert await late.follow(topic) == known
