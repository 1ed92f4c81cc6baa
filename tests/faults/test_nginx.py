"""The nginx of docs/deploy before a real server: every door passes it, and idle connections stay."""

import asyncio
import json
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from channels.framing import PING_SECONDS
from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.nginx import CONFIGURATION, Nginx, nginx, program, site
from tests.other_doors import Visitor, address, known
from tests.ports import free_port
from tests.quick_pulse import QUICKER
from tests.running import DEADLINE, NO_TLS, Running, running, until

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Nginx]]:
    with site(tmp_path_factory.mktemp("nginx")) as served:
        yield served


def trusting(proxy: Nginx) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(proxy.folder / "fullchain.pem"))


def client(proxy: Nginx, cookie: str = "") -> httpx2.AsyncClient:
    headers = {"Origin": proxy.url} | ({"Cookie": cookie} if cookie else {})
    return httpx2.AsyncClient(
        base_url=proxy.url, headers=headers, verify=trusting(proxy), timeout=2 * DEADLINE
    )


async def test_a_websocket_a_stream_and_a_poll_all_hear_of_a_vote(served: tuple[Running, Nginx]) -> None:
    server, proxy = served
    topic = server.topic(OPEN)
    channel = f"topic:{topic}"
    async with client(proxy) as http, client(proxy, server.cookie()) as voting, websocket(proxy) as socket:
        assert json.loads(await socket.recv())["t"] == "hello"
        await socket.send(json.dumps({"t": "sub", "subs": [{"channel": channel}]}))
        snap = json.loads(await socket.recv())
        poll = asyncio.create_task(Visitor(http).polls(known(snap), wait=20))
        async with Visitor(http).reads(channel) as stream:
            assert await stream.hear() == snap
            assert (await Visitor(voting).votes(topic, 1))["t"] == "ack"
            delta = await stream.hear_a("delta")
            assert delta["changed"] == {"plus": 1, "voters": 1}
            assert await delta_of(socket) == delta
            assert await poll == [delta]


async def delta_of(socket: ClientConnection) -> Any:
    """The next delta; how many are watching may be told before."""
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), DEADLINE))
        if message["t"] != "watching":
            return message


def websocket(proxy: Nginx) -> connect:
    return connect(
        proxy.url.replace("https", "wss") + "/live",
        subprotocols=[Subprotocol("imaginest.v1.json")],
        origin=Origin(proxy.url),
        ssl=trusting(proxy),
        compression=None,
    )


async def test_another_origin_is_refused_through_the_proxy_as_well(served: tuple[Running, Nginx]) -> None:
    _, proxy = served
    async with client(proxy) as http:
        for origin in ("https://example.org", "https://127.0.0.1", proxy.plain_url):
            answer = await http.get(address("poll", ["topic:1"]), headers={"Origin": origin})
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign-origin")


async def test_whoever_comes_without_tls_is_sent_on(served: tuple[Running, Nginx]) -> None:
    _, proxy = served
    async with httpx2.AsyncClient(verify=NO_TLS) as http:
        answer = await http.get(proxy.plain_url + "/sujets/7?x=1")
    assert (answer.status_code, answer.headers["location"]) == (308, "https://127.0.0.1/sujets/7?x=1")


async def test_the_log_names_pages_but_nobody_and_nothing_that_is_followed(
    served: tuple[Running, Nginx],
) -> None:
    server, proxy = served
    topic, cookie = server.topic(OPEN), server.cookie()
    async with client(proxy, cookie) as http:
        seen = (await Visitor(http).votes(topic, 1))["seen"]
        await Visitor(http).polls(f"topic:{topic}~{seen}")
        await http.get("/?a=query")
    await until(lambda: re.search(r" 200 GET / ", proxy.log) is not None)  # it is written after the answer
    log = proxy.log
    assert not re.search(rf"127\.0\.0\.1|query|/live|{re.escape(seen)}|{cookie[-20:]}", log)


async def test_idle_connections_outlive_the_proxy_s_timeout(tmp_path: Path) -> None:
    """The pings and the timeout are both quicker by the same factor."""
    seconds = int(re.findall(r"proxy_read_timeout (\d+)s;", CONFIGURATION.read_text())[0])
    scaled = seconds / QUICKER
    changes = {f"proxy_read_timeout {seconds}s;": f"proxy_read_timeout {scaled * 1000:.0f}ms;"}
    program()
    server = Running(tmp_path / "data", apart=True)
    server.launch(["-m", "tests.quick_pulse", "--data", str(server.data), "serve", "--port", "0"], {})
    try:
        with nginx(tmp_path, server.port, changes=changes) as proxy:
            topic = server.topic(OPEN)
            async with (
                client(proxy) as http,
                websocket(proxy) as socket,
                client(proxy, server.cookie()) as voting,
            ):
                await socket.send(json.dumps({"t": "sub", "subs": [{"channel": f"topic:{topic}"}]}))
                async with Visitor(http).reads(f"topic:{topic}") as stream:
                    heard = asyncio.create_task(kinds_until(socket, "delta"))
                    pings = int(1.25 * scaled / (min(PING_SECONDS.values()) / QUICKER)) + 1
                    for _ in range(pings):  # more than fill the timeout
                        await stream.hear_a("ping")
                    await Visitor(voting).votes(topic, 1)
                    assert (await stream.hear_a("delta"))["changed"]["plus"] == 1
                    assert await heard >= {"hello", "snap", "ping", "delta"}
    finally:
        server.end()


async def test_a_node_that_is_started_again_is_asked_at_once(tmp_path: Path) -> None:
    program()
    with running(tmp_path / "data") as server, nginx(tmp_path, server.port, free_port()) as proxy:
        async with client(proxy) as http:
            for path in ("/livez", "/sujets", "/livez"):  # in turn a node that lives and one that does not
                assert (await http.get(path)).status_code != 503
            server.end()
            assert (await http.get("/livez")).status_code == 503
            server.start()
            assert (await http.get("/livez")).text == "alive"


async def test_where_no_node_answers_people_read_so_in_french_first(tmp_path: Path) -> None:
    program()
    with nginx(tmp_path, free_port(), free_port()) as proxy:
        async with client(proxy) as http:
            answer = await http.get("/", headers={"Accept": "text/html"})
            voted = await http.post("/live/vote", json={})
    assert (answer.status_code, voted.status_code) == (503, 503)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert int(answer.headers["retry-after"]) > 0
    french = answer.text.index("Le service ne répond pas en ce moment")
    assert french < answer.text.index('lang="de"') < answer.text.index('lang="en"')


async def test_where_a_node_is_full_the_next_is_asked_and_its_own_words_are_kept_where_there_is_none(
    tmp_path: Path,
) -> None:
    program()
    with (
        running(tmp_path / "full", IMAGINEST_MOST_CONNECTIONS="1") as full,
        closing(socket.create_connection(("127.0.0.1", full.port), DEADLINE)) as first,
    ):
        first.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert first.recv(100).startswith(b"HTTP/1.1 200 ")  # it stays connected, and nobody else may be
        with running(tmp_path / "data") as server, nginx(tmp_path, full.port, server.port) as proxy:
            async with client(proxy) as http:
                assert [(await http.get("/livez")).text for _ in range(4)] == ["alive"] * 4
        with nginx(tmp_path, full.port) as proxy:
            async with client(proxy) as http:
                answer = await http.get("/livez")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/plain; charset=utf-8")


async def kinds_until(socket: Any, last: str) -> set[str]:
    """Answers the pings: who is silent for long is cut off."""
    kinds: set[str] = set()
    while last not in kinds:
        kind = json.loads(await asyncio.wait_for(socket.recv(), DEADLINE))["t"]
        kinds.add(kind)
        if kind == "ping":
            await socket.send(json.dumps({"t": "pong"}))
    return kinds


async def test_pages_are_compressed_but_for_what_one_person_reads_or_a_link_can_put_words_into(
    served: tuple[Running, Nginx],
) -> None:
    server, proxy = served
    async with client(proxy) as http:
        page = await http.get(f"/sujets/{server.topic(OPEN)}")
        built = re.findall(r'"(/static/main-\w+\.(?:css|js))"', page.text)
        assert len(built) == 2
        for path in ("/", *built):
            assert (await http.get(path)).headers.get("content-encoding") == "gzip", path
        for path in (
            "/recherche?mots=x",
            "/proposer",
            "/profil",
            "/contact",
            "/mes-votes",
            "/console/connexion",
        ):
            answer = await http.get(path)
            assert answer.text and "content-encoding" not in answer.headers, path


def test_the_configuration_is_what_nginx_itself_calls_correct(served: tuple[Running, Nginx]) -> None:
    _, proxy = served
    arguments = [
        program(),
        "-t",
        "-p",
        str(proxy.folder),
        "-e",
        "stderr",
        "-c",
        str(proxy.folder / "nginx.conf"),
    ]
    checked = subprocess.run(arguments, capture_output=True, text=True, timeout=DEADLINE)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr
