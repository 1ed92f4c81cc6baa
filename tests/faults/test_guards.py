"""Clients that are slow, greedy or hostile before or after the handshake: bounded, told, cut off."""

import asyncio
import contextlib
import json
import secrets
import signal
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime.disclosure import ResultPolicy
from server import door
from server.identity import cookie_of
from storage.values import TopicRules
from tests.faults.test_watchers import HANDSHAKE, connections, masked
from tests.operated import Operated
from tests.reliability import Tell
from tests.running import DEADLINE, Running, citizen, running, until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
SOON = {f"IMAGINEST_{name}_SECONDS": "1" for name in ("HEAD", "BODY", "STALLED")}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, **SOON) as server:
        yield server


@pytest.fixture
def operated(tmp_path: Path) -> Iterator[Operated]:
    server = Operated(tmp_path)
    server.start(**SOON)
    yield server
    if server.process is not None:
        server.end(signal.SIGKILL)


def dialled(server: Running) -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE)
    raw.settimeout(DEADLINE)
    return raw


def opened(server: Running) -> socket.socket:
    """A websocket that has heard the greeting."""
    raw = dialled(server)
    raw.sendall(HANDSHAKE.format(port=server.port).encode())
    heard = b""
    while b'"hello"' not in heard:
        heard += raw.recv(4096)
    return raw


def rest(raw: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    heard = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := raw.recv(65536):
            heard += chunk
    raw.close()
    return heard


def fragment(opcode: int, payload: bytes = b"") -> bytes:
    """A masked frame that is not the last of its message."""
    return bytes((opcode, 0x80 | len(payload))) + bytes(4) + payload


async def test_a_head_that_never_ends_is_given_up(server: Running) -> None:
    quiet = connections(server)
    silent, slow = dialled(server), dialled(server)
    slow.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")

    async def drip() -> None:
        with contextlib.suppress(OSError):
            while True:
                slow.sendall(b"a")
                await asyncio.sleep(0)

    dripping = asyncio.create_task(drip())
    assert (await asyncio.to_thread(rest, silent)).startswith(b"HTTP/1.1 408 ")
    dripping.cancel()
    await asyncio.gather(dripping, return_exceptions=True)
    await until(lambda: connections(server) <= quiet)
    slow.close()


async def test_blank_lines_do_not_keep_an_idle_connection(server: Running) -> None:
    raw = dialled(server)
    raw.sendall(b"GET /favicon.svg HTTP/1.1\r\nHost: a\r\n\r\n")
    ended = asyncio.create_task(asyncio.to_thread(rest, raw))
    with contextlib.suppress(OSError):
        while not ended.done():
            raw.send(b"\r\n")
            await asyncio.sleep(0.01)
    assert b"HTTP/1.1 200 " in await ended


@pytest.mark.parametrize("header", [b"X-Long: " + b"a" * 20_000, b"\r\n".join([b"X-Many: a"] * 2500)])
async def test_a_head_that_is_too_large_is_refused_before_it_is_all_there(
    server: Running, header: bytes
) -> None:
    raw = dialled(server)
    with contextlib.suppress(OSError):
        raw.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n" + header + b"\r\n\r\n")
    assert (await asyncio.to_thread(rest, raw)).startswith(b"HTTP/1.1 431 ")


async def test_a_large_head_just_below_the_bound_is_answered(server: Running) -> None:
    raw = dialled(server)
    head = b"GET /favicon.svg HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: "
    raw.sendall(head + b"a" * (door.HEAD_BYTES - len(head) - 4) + b"\r\n\r\n")
    assert (await asyncio.to_thread(rest, raw)).startswith(b"HTTP/1.1 200 ")


async def test_a_body_that_never_comes_is_given_up(server: Running) -> None:
    quiet = connections(server)
    raw = dialled(server)
    raw.sendall(
        f"POST /profil HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {server.url}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n"
        f"Cookie: imaginest={cookie_of(secrets.token_bytes(16), server.keys)}\r\n\r\nage=".encode()
    )
    await asyncio.to_thread(rest, raw)
    await until(lambda: connections(server) <= quiet)


@pytest.mark.parametrize("opcode", [0x00, 0x09, 0x0A], ids=["fragments", "pings", "pongs"])
async def test_a_flood_of_empty_frames_ends_its_connection_and_disturbs_nobody(
    server: Running, opcode: int, tell: Tell
) -> None:
    topic = server.topic(OPEN)
    flood = opened(server)
    one = fragment(opcode) if opcode == 0 else fragment(0x80 | opcode)
    async with citizen(server, server.cookie()) as voter:

        def pour() -> bytes:
            if opcode == 0:
                flood.sendall(fragment(0x01))
            with contextlib.suppress(OSError):
                flood.sendall(one * 1_000_000)
            return rest(flood)

        pouring = asyncio.create_task(asyncio.to_thread(pour))
        started = time.monotonic()
        assert (await voter.vote(topic, 1))["t"] == "ack"
        answered = time.monotonic() - started
        heard = await pouring
    assert struct.pack("!H", 4500) in heard or not heard
    tell(
        f"a million empty frames (opcode {opcode:#x}) on one connection",
        "that connection",
        f"not at all: a vote beside it was answered in {answered * 1000:.0f} ms",
    )


async def test_whoever_sends_faster_than_anybody_types_is_told_and_closed(server: Running) -> None:
    raw = opened(server)
    with contextlib.suppress(OSError):
        raw.sendall(masked(json.dumps({"t": "pong"}).encode()) * 10_000)
    heard = await asyncio.to_thread(rest, raw)
    assert struct.pack("!H", 4500) + b"too-much" in heard or b"too-fast" in heard


async def test_a_message_in_a_few_parts_is_still_a_message(server: Running) -> None:
    topic = server.topic(OPEN)
    raw = opened(server)
    wanted = f'{{"t":"sub","subs":[{{"channel":"topic:{topic}"}}]}}'.encode()
    raw.sendall(fragment(0x01, wanted[:10]) + fragment(0x00, wanted[10:20]) + fragment(0x80, wanted[20:]))
    heard = b""
    while b'"snap"' not in heard:
        chunk = raw.recv(4096)
        assert chunk, heard
        heard += chunk
    raw.close()


async def test_a_reader_that_stands_still_in_a_page_is_cut_off(server: Running) -> None:
    quiet = connections(server)
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", server.port))
    raw.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:  # as many answers as it takes to fill every buffer
            raw.send(b"GET /comment-ca-marche HTTP/1.1\r\nHost: a\r\n\r\n" * 100)
    await until(lambda: connections(server) <= quiet)
    raw.close()


async def test_one_address_has_its_share_and_the_next_one_reads_why(tmp_path: Path) -> None:
    server = Running(tmp_path)
    server.start(IMAGINEST_MOST_AN_ADDRESS="3")
    try:
        held = [dialled(server) for _ in range(3)]
        silent, asking = dialled(server), dialled(server)
        asking.sendall(b"GET /favicon.svg HTTP/1.1\r\nHost: a\r\n\r\n")  # unread, it would cost the answer
        refused = await asyncio.to_thread(rest, asking)
        assert refused == await asyncio.to_thread(rest, silent)
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"Trop de monde" in refused
        for one in held:
            one.close()

        def answered() -> bool:
            raw = dialled(server)
            raw.sendall(b"GET /favicon.svg HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return rest(raw).startswith(b"HTTP/1.1 200 ")

        await until(answered)
    finally:
        server.end()


async def test_behind_our_proxy_each_citizen_counts_for_themselves(tmp_path: Path) -> None:
    server = Running(tmp_path)
    server.start(IMAGINEST_MOST_AN_ADDRESS="2", IMAGINEST_PROXIES="127.0.0.1")
    try:

        def came_in(forwarded: str) -> socket.socket | None:
            raw = dialled(server)
            more = f"X-Forwarded-For: 203.0.113.9, {forwarded}\r\n\r\n"
            raw.sendall((HANDSHAKE.format(port=server.port).removesuffix("\r\n") + more).encode())
            if b" 101 " in raw.recv(4096):
                return raw
            raw.close()
            return None

        held = [came_in("192.0.2.7"), came_in("192.0.2.7"), came_in("192.0.2.8")]
        assert all(held)
        assert came_in("192.0.2.7") is None
        for one in held:
            if one is not None:
                one.close()

        def has_room() -> bool:
            again = came_in("192.0.2.7")
            if again is not None:
                again.close()
            return again is not None

        await until(has_room)
    finally:
        server.end()


async def test_thousands_of_connections_come_and_go_and_leave_nothing(
    operated: Operated, tell: Tell, deep: bool
) -> None:
    server, share = operated, 2000 if deep else 600

    def come_and_go(number: int) -> None:
        for _ in range(number):
            raw = socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE)
            raw.sendall(HANDSHAKE.format(port=server.port).encode())
            raw.recv(64)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raw.close()

    await asyncio.to_thread(come_and_go, share)
    await until(lambda: server.value("imaginest_connections") == 0 and connections(server) <= 4)
    quiet, memory, tasks = connections(server), server.rss(), server.value("imaginest_tasks")
    await asyncio.gather(*(asyncio.to_thread(come_and_go, share) for _ in range(4)))
    await until(lambda: connections(server) <= quiet)
    await until(lambda: server.value("imaginest_tasks") <= tasks)
    grown = server.rss() - memory
    assert grown < 4 * share  # KiB: a KiB for each connection
    tell(
        f"{5 * share:,} websockets connect and are reset",
        f"nothing: no task and no descriptor stays, memory grew by {grown / 1024:.1f} MiB",
        "not at all",
    )


async def test_a_node_that_ends_says_goodbye_and_ends_even_with_a_stuck_client(
    server: Running, tell: Tell
) -> None:
    topic = server.topic(OPEN)
    stuck = opened(server)
    async with citizen(server, server.cookie()) as stays, citizen(server, server.cookie()) as leaves:
        await stays.follow(topic)
        await leaves.follow(topic)
        started = time.monotonic()
        ending = asyncio.create_task(asyncio.to_thread(server.end))
        assert (await leaves.hear_a("bye"))["within"] > 0
        assert (await stays.hear_a("bye"))["within"] > 0
        assert (await stays.vote(topic, 1))["t"] == "ack"
        async with citizen(server) as comes:
            await comes.follow(topic)
        await leaves.socket.close()
        await ending
        took = time.monotonic() - started
        await stays.socket.wait_closed()
        assert stays.socket.close_code == 1012
    tell(
        "a node is asked to end (SIGTERM) while one client is stuck",
        "nothing: votes are taken to the last, watchers are told when to come back elsewhere",
        f"gone after {took:.1f} s",
    )
    stuck.close()
