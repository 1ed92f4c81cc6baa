"""Watchers that misbehave: greedy, reset, half-closed. Memory stays flat and the server forgets them."""

import asyncio
import secrets
import signal
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from realtime.disclosure import ResultPolicy
from server.identity import cookie_of
from storage.values import TopicRules
from tests.operated import Operated
from tests.reliability import Tell
from tests.running import DEADLINE, Running, citizen, until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
HANDSHAKE = (
    "GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: imaginest.v1.json\r\n\r\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Operated]:
    server = Operated(tmp_path)
    server.start()
    yield server
    if server.process is not None:
        server.end(signal.SIGKILL)


def connected(server: Running) -> socket.socket:
    """A connection for which the kernel keeps little."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(DEADLINE)
    raw.connect(("127.0.0.1", server.port))
    return raw


def raw_watcher(server: Running, *topics: int) -> socket.socket:
    """A connection that subscribes and then does what the test wants."""
    raw = connected(server)
    raw.sendall(HANDSHAKE.format(port=server.port).encode())
    while b"\r\n\r\n" not in raw.recv(4096):
        pass
    subs = ",".join(f'{{"channel":"topic:{topic}"}}' for topic in topics)
    raw.sendall(masked(f'{{"t":"sub","subs":[{subs}]}}'.encode()))
    hear_snaps(raw, len(topics))
    return raw


def hear_snaps(raw: socket.socket, number: int) -> None:
    heard = b""
    while heard.count(b'"snap"') < number:
        heard += raw.recv(4096)


def masked(payload: bytes) -> bytes:
    """A text frame of a client, masked with zeros."""
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
    return b"\x81" + length + bytes(4) + payload


def connections(server: Running) -> int:
    """Open descriptors of the server that are sockets."""
    assert server.process is not None
    found = 0
    for name in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            found += "socket" in str(name.readlink())
    return found


async def test_a_connection_that_asks_on_and_never_reads_costs_nothing(server: Operated, tell: Tell) -> None:
    topic = server.topic(OPEN)
    stuck = [raw_watcher(server, topic) for _ in range(8)]
    cookie = "imaginest=" + cookie_of(secrets.token_bytes(16), server.keys)
    async with citizen(server, cookie) as greedy:
        before = server.rss()
        asking = asyncio.create_task(_ask_on(stuck))
        await until(lambda: server.value("imaginest_connections") <= 1, deadline=40)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        grown = server.rss() - before
        assert grown < 8 * 1024
        assert (await greedy.vote(topic, 1))["t"] == "ack"
    tell(
        "8 watchers ask for more and more and never read",
        f"those watchers; memory grew by {grown / 1024:.1f} MiB",
        "not at all",
    )
    for one in stuck:
        one.close()


async def _ask_on(stuck: list[socket.socket]) -> None:
    """Make the server answer again and again connections that never read."""
    asking = masked(b'{"t":"sub","subs":[{"channel":"topic:1"}]}') * 20
    for one in stuck:
        one.setblocking(False)
    while True:
        for one in stuck:
            try:
                one.send(asking)
            except OSError:
                continue
        await asyncio.sleep(0)


@pytest.mark.parametrize("how", ["reset", "half-closed", "closed"])
async def test_connections_that_break_off_are_forgotten(server: Operated, tell: Tell, how: str) -> None:
    topic = server.topic(OPEN)
    quiet, tasks = connections(server), server.value("imaginest_tasks")
    broken: list[socket.socket] = []
    memory = []
    for _ in range(4):
        watchers = [raw_watcher(server, topic) for _ in range(BREAKING_OFF)]
        assert server.value("imaginest_watchers") == BREAKING_OFF
        for raw in watchers:
            break_off(raw, how)
        broken += watchers
        await until(lambda: connections(server) <= quiet)
        await until(lambda: server.value("imaginest_watchers") == server.value("imaginest_connections") == 0)
        await until(lambda: server.value("imaginest_tasks") <= tasks)
        memory.append(server.rss())
    grown = memory[-1] - memory[0]
    assert grown < 2 * 1024
    tell(
        f"{4 * BREAKING_OFF} watchers break off ({how})",
        f"those watchers; from the first {BREAKING_OFF} to the last memory grew by {grown / 1024:.1f} MiB",
        "not at all",
    )
    for raw in broken:
        raw.close()


BREAKING_OFF = 60


def break_off(raw: socket.socket, how: str) -> None:
    if how == "reset":
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if how == "half-closed":
        raw.shutdown(socket.SHUT_WR)
    else:
        raw.close()


async def test_a_server_asked_to_stop_ends_soon_even_with_watchers(server: Operated) -> None:
    topic = server.topic(OPEN)
    watchers = [raw_watcher(server, topic) for _ in range(5)]
    server.end()
    for one in watchers:
        one.close()
