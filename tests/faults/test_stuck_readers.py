"""Readers of events that stop reading: nothing is queued for them, and they are cut off."""

import asyncio
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.disclosure import ResultPolicy
from server.identity import cookie_of
from storage.values import TopicRules
from tests.faults.test_watchers import connections
from tests.other_doors import address
from tests.running import DEADLINE, Running, citizen, running, until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
TOPICS = 50


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as server:
        yield server


def stuck_reader(server: Running, topics: list[int]) -> socket.socket:
    """A stream of events of all topics that is read until their states are there, and then no more."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(DEADLINE)
    raw.connect(("127.0.0.1", server.port))
    path = address("events", [f"topic:{topic}" for topic in topics])
    raw.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n\r\n".encode())
    heard = b""
    while heard.count(b'"snap"') < len(topics):
        heard += raw.recv(4096)
    return raw


async def test_a_reader_of_events_that_stops_reading_costs_nothing_and_is_cut_off(server: Running) -> None:
    topics = [server.topic(OPEN) for _ in range(TOPICS)]
    quiet = connections(server)
    stuck = [stuck_reader(server, topics) for _ in range(8)]
    before = server.rss()
    enough = asyncio.Event()
    voting = asyncio.create_task(vote_on(server, topics, enough))
    try:
        await until(lambda: connections(server) <= quiet + 1, deadline=60)
    finally:
        enough.set()
        await voting
    assert server.rss() - before < 16 * 1024
    for one in stuck:
        one.close()


async def vote_on(server: Running, topics: list[int], enough: asyncio.Event) -> None:
    """One new citizen after the other votes on everything."""
    while not enough.is_set():
        cookie = "imaginest=" + cookie_of(secrets.token_bytes(16), server.keys)
        async with citizen(server, cookie, packs=True) as voter:
            for topic in topics:
                assert (await voter.vote(topic, 1))["t"] == "ack"
