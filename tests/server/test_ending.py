"""Whoever is being answered when a node ends gets their answer, and whoever asks then is told to come back."""

import json
import signal
import sqlite3
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from socket import create_connection
from urllib.parse import urlencode

import httpx2

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.other_doors import Visitor
from tests.running import DEADLINE, NO_TLS, Running, citizen, running, until

PROFILE = urlencode({"departement": "57", "sex": "F", "age": "20-39"}).encode()
HTML, JSON = "text/html", "application/json"
OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


class Held:
    """A request whose handler has begun, and waits for the body."""

    def __init__(self, server: Running, path: str, body: bytes, accept: str) -> None:
        self._body = body
        self._socket = create_connection(("127.0.0.1", server.port), DEADLINE)
        told = {
            "Host": f"127.0.0.1:{server.port}",
            "Origin": server.url,
            "Cookie": server.cookie(),
            "Expect": "100-continue",
            "Content-Length": str(len(body)),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": accept,
        }
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        assert self._socket.recv(100).startswith(b"HTTP/1.1 100 ")

    def send_body(self) -> None:
        self._socket.sendall(self._body)

    def answer(self) -> tuple[HTTPResponse, str]:
        answer = HTTPResponse(self._socket)
        answer.begin()
        return answer, answer.read().decode()

    def close(self) -> None:
        self._socket.close()


def profiles(data: Path) -> int:
    with closing(sqlite3.connect(data / "imaginest.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM voter").fetchone()
        return int(count)


def is_closed(server: Running) -> bool:
    try:
        create_connection(("127.0.0.1", server.port), DEADLINE).close()
    except ConnectionRefusedError:
        return True
    return False


async def end(server: Running) -> None:
    """Ask it to end, and wait until it takes nobody new."""
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    await until(lambda: is_closed(server))


async def test_who_is_being_answered_gets_the_answer_and_who_asks_then_is_told_to_come_back(
    tmp_path: Path,
) -> None:
    with (
        running(tmp_path) as server,
        closing(Held(server, "/profil", PROFILE, JSON)) as held,
        closing(HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)) as other,
    ):
        other.request("GET", "/livez")
        assert other.getresponse().read() == b"alive"
        before = profiles(tmp_path)
        await end(server)
        other.request("GET", "/", headers={"Accept": HTML})
        told = other.getresponse()
        page = told.read().decode()
        held.send_body()
        answer, body = held.answer()
        assert (answer.status, body) == (200, '{"profile":"complete"}')
        assert server.process is not None
        assert server.process.wait(DEADLINE) in {0, -signal.SIGTERM}
        assert profiles(tmp_path) == before + 1
    assert told.status == 503
    assert int(told.headers["retry-after"]) > 0
    assert "Le service reprend son souffle" in page and "</html>" in page
    assert "default-src 'self'" in told.headers["content-security-policy"]


async def test_what_cannot_be_answered_in_time_is_told_so_and_not_that_something_broke(
    tmp_path: Path,
) -> None:
    with (
        running(tmp_path) as server,
        closing(Held(server, "/profil", PROFILE, HTML)) as person,
        closing(Held(server, "/profil", PROFILE, JSON)) as program,
        closing(Held(server, "/live/vote", b"{}", JSON)) as page,
    ):
        await end(server)
        answers = [each.answer() for each in (person, program, page)]
        assert server.process is not None
        assert server.process.wait(DEADLINE) in {0, -signal.SIGTERM}
    assert [answer.status for answer, _ in answers] == [503, 503, 503]
    assert all(int(answer.headers["retry-after"]) > 0 for answer, _ in answers[:2])
    assert "Le service reprend son souffle" in answers[0][1]
    assert json.loads(answers[1][1])["code"] == "try-again"
    assert json.loads(answers[2][1]) == {"t": "no", "code": "try-again", "retry": True}


def browser(server: Running) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=server.url, headers={"Origin": server.url}, timeout=DEADLINE, verify=NO_TLS
    )


async def test_who_comes_while_a_node_asks_its_watchers_to_leave_is_served_until_it_listens_no_more(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as server:
        topic, cookie = server.topic(OPEN), server.cookie()
        assert server.process is not None
        async with citizen(server) as staying, browser(server) as http:
            await staying.follow(topic)
            server.process.send_signal(signal.SIGTERM)
            assert (await staying.hear_a("bye"))["within"] > 0
            async with citizen(server, cookie) as coming:
                snap = await coming.follow(topic)
                page = await http.get(f"/sujets/{topic}", headers={"Accept": HTML})
                assert (await coming.vote(topic, 1))["t"] == "ack"
                epoch, number = (await staying.hear_a("delta"))["version"]
                poll = await Visitor(http).polls(f"topic:{topic}@{epoch}.{number}", wait=20)
                assert (await coming.hear_a("bye"))["within"] > 0
        assert server.process.wait(DEADLINE) in {0, -signal.SIGTERM}
    assert snap["tally"]["voters"] == 0
    assert page.status_code == 200
    assert [message["t"] for message in poll] == ["bye"]
