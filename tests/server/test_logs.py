"""What the server says of itself: one line an event, and nothing about a person."""

import asyncio
import http.client
import json
import logging
import os
import pty
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from realtime.disclosure import ResultPolicy
from server.logs import JsonLines, PlainLines, without_passwords
from storage.database import StorageUnavailable
from storage.values import TopicRules
from tests.operated import Operated
from tests.running import DEADLINE, ROOT, citizen, until
from tests.running_postgres import ESCAPED, PASSWORD, RunningPostgres
from tests.running_redis import RunningRedis, running_redis
from tests.storage.house import beside

PERSON = "127.0.0.77"
FORWARDED = "203.0.113.45"
REDIS_PASSWORD = "the-password-of-redis"  # where it stood in a log, it would be found
OPEN = TopicRules(0, None, results=ResultPolicy.AFTER_VOTE)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RunningRedis]:
    with running_redis(tmp_path / "redis", "--requirepass", REDIS_PASSWORD) as redis:
        yield redis


@pytest.fixture
def server(tmp_path: Path, postgres_url: str, redis: RunningRedis) -> Iterator[Operated]:
    server = Operated(tmp_path / "node", secret=secrets.token_hex(32), log=tmp_path / "log")
    server.data.mkdir()
    server.start(
        IMAGINEST_SECRET=server.secret,
        IMAGINEST_DATABASE_URL=postgres_url,
        IMAGINEST_BUS_URL=redis.url.replace("redis://", f"redis://:{REDIS_PASSWORD}@"),
        IMAGINEST_PROXIES="127.0.0.1",
        IMAGINEST_NODE="seventh",
    )
    yield server
    if server.process is not None:
        server.end(signal.SIGKILL)


def lines(server: Operated) -> list[dict[str, Any]]:
    assert server.log is not None
    whole, _, _ = server.log.read_text().rpartition("\n")  # the last may just be being written
    return [json.loads(line) for line in whole.splitlines()]


def events(server: Operated) -> set[str]:
    return {line["event"] for line in lines(server)}


def ask(
    server: Operated, path: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[int, str]:
    """A request from the person's address."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", server.port, timeout=DEADLINE, source_address=(PERSON, 0)
    )
    given = {"Origin": server.url, "X-Forwarded-For": FORWARDED} | headers
    connection.request(method, path, body, given)
    answer = connection.getresponse()
    status, text = answer.status, answer.read().decode()
    connection.close()
    return status, text


def say_rubbish(server: Operated, data: bytes) -> None:
    """Bytes that are no request, from the person's address."""
    with socket.create_connection(("127.0.0.1", server.port), DEADLINE, (PERSON, 0)) as raw:
        raw.sendall(data)
        raw.settimeout(DEADLINE)
        while raw.recv(4096):
            pass


async def test_no_line_tells_anything_about_a_person_or_a_password(
    server: Operated, postgres: RunningPostgres, postgres_url: str, redis: RunningRedis
) -> None:
    secrets_of = await asyncio.to_thread(_disturb, server)
    cookie, op = secrets_of["cookie"], secrets_of["op"]
    topic = server.topic(OPEN)
    async with citizen(server, cookie, local_addr=(PERSON, 0)) as voter:
        await voter.follow(topic)
        ack = await voter.vote(topic, 1, op)
        secrets_of["seen"] = ack["seen"]
        await voter.socket.send(b"\xff\xfe" + op.encode(), text=True)  # no UTF-8
        await voter.socket.wait_closed()
    async with citizen(server, cookie, local_addr=(PERSON, 0)) as voter:
        beside(postgres_url, "UPDATE topic SET kind = :kind", kind=secrets_of["words"][:20])
        await voter.follow(topic, seen=ack["seen"])
        redis.kill()
        postgres.cut(postgres_url.rpartition("/")[2])
        assert (await voter.vote(topic, -1))["t"] == "ack"
        beside(postgres_url, "DROP TABLE op CASCADE")  # a fault that nobody foresaw
        assert (await voter.vote(topic, 1, op + "x"))["code"] == "try-again"
        incident = await asyncio.to_thread(_incident_of_a_page, server, topic, cookie)
        await until(lambda: any(line.get("incident") == incident for line in lines(server)))
        await until(lambda: {"started", "bus", "ballots", "request-failed"} <= events(server))
    server.end()
    assert {"draining", "ended"} <= events(server)
    _check_the_failure(server)
    assert {"error", "warning", "info"} <= {line["level"] for line in lines(server)}
    _check_nothing_is_told(server, secrets_of)


def _disturb(server: Operated) -> dict[str, str]:
    """Requests as people and attackers make them; what must not be found again."""
    found = {
        "cookie": server.cookie(),
        "op": secrets.token_urlsafe(16),
        "forged": "1." + secrets.token_urlsafe(40),
        "query": secrets.token_urlsafe(16),
        "words": "rubbish-" + secrets.token_hex(8),
        "person": PERSON,
        "forwarded": FORWARDED,
        "secret": server.secret,
        "operator": server.keys.operator,
        "database": PASSWORD,
        "database, as written": ESCAPED,
        "redis": REDIS_PASSWORD,
    }
    ask(server, "/", Cookie=f"imaginest={found['forged']}")
    ask(server, f"/sujets/1?seen={found['query']}", Cookie=found["cookie"])
    ask(server, "/operator/topics", "POST", "{}", Authorization=f"Bearer {found['operator']}")
    ask(server, "/", Upgrade="h2c", Connection="upgrade", Cookie=found["cookie"])
    say_rubbish(server, f"GET / HTTP/9 {found['query']}\r\nCookie: {found['cookie']}\r\n\r\n".encode())
    asked = "GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade"
    handshake = f"{asked}\r\nCookie: {found['cookie']}"
    say_rubbish(
        server, f"{handshake}\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    with socket.create_connection(("127.0.0.1", server.port), DEADLINE, (PERSON, 0)) as raw:
        head = f"POST /profil HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nCookie: {found['cookie']}"
        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100"
        raw.sendall(f"{head}\r\n{form}\r\n\r\nsex=".encode())  # and then the person is gone
    return found


def _incident_of_a_page(server: Operated, topic: int, cookie: str) -> str:
    """The number that the page of a failure tells."""
    status, page = ask(server, f"/sujets/{topic}", Cookie=cookie)
    assert status == 500
    found = re.search(r"incident ([0-9a-f]{8})", page)
    assert found is not None
    return found[1]


def _check_the_failure(server: Operated) -> None:
    [line] = [line for line in lines(server) if line["event"] == "request-failed"]
    assert (line["event"], line["route"], line["method"]) == ("request-failed", "/sujets/{id:int}", "GET")
    assert line["exception"][0] == "ValueError"
    assert any(place.startswith("at storage/") for place in line["exception"])


def _check_nothing_is_told(server: Operated, secrets_of: dict[str, str]) -> None:
    assert server.log is not None
    log = server.log.read_text()
    device = secrets_of["cookie"].partition("=")[2]
    for name, secret in (secrets_of | {"device": device, "value": device.partition(".")[2][:20]}).items():
        assert secret not in log, f"the log tells {name}"
        assert unquote(secret) not in log, f"the log tells {name}"
    for line in lines(server):
        assert {"time", "level", "node", "event", "message"} <= line.keys()
        assert line["node"] == "seventh"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])


# --- the lines by themselves


def record(name: str, message: str, *given: object, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, given, info)


def test_of_libraries_only_the_words_before_what_they_put_in_are_told() -> None:
    told = [
        record("uvicorn.error", "%s - connected", "192.0.2.1"),
        record("asyncio", "Exception in callback Door.data_received(b'cookie')\nhandle: <Handle>"),
        record("websockets.server", "connection from 192.0.2.1 lost"),
        record("uvicorn.error", "Invalid HTTP request received."),
    ]
    messages = [json.loads(JsonLines("n").format(one))["message"] for one in told]
    assert messages == [
        "",
        "Exception in callback Door.data_received",
        "connection from",
        "Invalid HTTP request received.",
    ]


def test_an_exception_tells_its_words_only_where_they_are_ours_or_the_systems() -> None:
    cases = [
        (ValueError("op-id"), "ValueError"),
        (StorageUnavailable("the disk is full"), "StorageUnavailable: the disk is full"),
        (
            ConnectionRefusedError(111, "Connection refused", "192.0.2.1"),
            "ConnectionRefusedError: Connection refused",
        ),
    ]
    for error, told in cases:
        line = json.loads(JsonLines("n").format(record("imaginest.ballots", "it failed", error=error)))
        assert line["exception"] == [told]
        as_argument = json.loads(JsonLines("n").format(record("imaginest.bus", "failed: %r", error)))
        assert as_argument["message"] == f"failed: {told!r}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("redis://:geheim@host:6379 is away", "redis://host:6379 is away"),
        ("postgresql://anna:p%40ss@h/d", "postgresql://h/d"),
        ("host=h password=geheim user=a", "host=h password=… user=a"),
    ],
)
def test_passwords_are_blotted_out(text: str, told: str) -> None:
    assert without_passwords(text) == told


def test_a_person_reads_a_plain_line_with_the_events_own_fields() -> None:
    made = record("imaginest.worker", "every topic is recounted")
    made.event, made.fields = "recounted", {"counters": 0}
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d ERROR recounted: every topic is recounted counters=0", PlainLines().format(made)
    )


SAYS = (
    "from server.logs import configure; import logging; "
    "configure({}, 'n'); logging.getLogger('imaginest.x').error('hello')"
)


@pytest.mark.parametrize(
    ("format", "terminal", "is_json"),
    [
        ("None", False, True),
        ("None", True, False),
        ("LogFormat.TEXT", False, False),
        ("LogFormat.JSON", True, True),
    ],
)
def test_a_terminal_gets_text_and_a_file_gets_json_unless_it_is_set(
    tmp_path: Path, format: str, terminal: bool, is_json: bool
) -> None:
    reading, writing = pty.openpty() if terminal else os.pipe()
    code = "from server.logs import LogFormat; " + SAYS.format(format)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, stderr=writing, timeout=DEADLINE, check=True)
    said = os.read(reading, 4096).decode()
    os.close(reading)
    os.close(writing)
    assert "hello" in said
    assert said.startswith("{") is is_json


def test_a_fault_that_ends_the_process_is_one_line_without_its_words() -> None:
    code = SAYS.format("None") + "; raise ValueError('a cookie')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE
    )
    _, last = done.stderr.splitlines()
    assert json.loads(last)["event"] == "process-failed"
    assert "cookie" not in last
