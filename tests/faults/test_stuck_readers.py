"""Watchers that stop reading: nothing is queued for them, and they are cut off, at each door."""

import asyncio
import secrets
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.disclosure import ResultPolicy
from server.identity import cookie_of
from storage.values import TopicRules
from tests.faults.test_watchers import connected, hear_snaps, raw_watcher
from tests.operated import Operated
from tests.other_doors import address
from tests.reliability import Tell
from tests.running import Running, citizen, until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
TOPICS = 50
STUCK = 8


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Operated]:
    server = Operated(tmp_path)
    server.start()
    yield server
    server.end(signal.SIGKILL)


def stuck_reader(server: Running, topics: list[int], door: str) -> socket.socket:
    """A watcher of all topics that reads until their states are there, and then no more."""
    if door == "websocket":
        return raw_watcher(server, *topics)
    raw = connected(server)
    path = address("events", [f"topic:{topic}" for topic in topics])
    raw.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n\r\n".encode())
    hear_snaps(raw, len(topics))
    return raw


@pytest.mark.parametrize("door", ["websocket", "events"])
async def test_a_watcher_that_stops_reading_costs_nothing_and_is_cut_off(
    server: Operated, tell: Tell, door: str
) -> None:
    topics = server.topics([OPEN] * TOPICS)
    stuck = [stuck_reader(server, topics, door) for _ in range(STUCK)]
    before = server.rss()
    enough = asyncio.Event()
    voting = asyncio.create_task(vote_on(server, topics, enough))
    try:
        await until(lambda: server.value("imaginest_aborted_total", reason="stalled") == STUCK, deadline=60)
    finally:
        enough.set()
        await voting
    grown = server.rss() - before
    assert grown < 8 * 1024
    assert server.value("imaginest_skipped_total") > 0
    assert server.value("imaginest_watchers") == 0
    tell(
        f"{STUCK} watchers of {TOPICS} moving topics stop reading ({door})",
        f"those watchers; memory grew by {grown / 1024:.1f} MiB",
        "not at all",
    )
    for one in stuck:
        one.close()


async def vote_on(server: Running, topics: list[int], enough: asyncio.Event) -> None:
    """One new citizen after the other votes on everything."""
    while not enough.is_set():
        cookie = "imaginest=" + cookie_of(secrets.token_bytes(16), server.keys)
        async with citizen(server, cookie, packs=True) as voter:
            for topic in topics:
                assert (await voter.vote(topic, 1))["t"] == "ack"
