"""A handshake that is none is refused in words, and is no fault of the server's."""

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPResponse
from socket import create_connection

import pytest

from tests.running import DEADLINE, Running

UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade"}
KEY = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
VERSION = {"Sec-WebSocket-Version": "13"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("handshakes")
    server = Running(folder / "data", log=folder / "log")
    server.start()
    yield server
    server.end()


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        pytest.param("GET", {}, 426, id="no upgrade"),
        pytest.param(
            "GET", {"Upgrade": "h2c", "Connection": "Upgrade"} | KEY | VERSION, 426, id="another upgrade"
        ),
        pytest.param(
            "GET", {"Upgrade": "websocket"} | KEY | VERSION, 426, id="an upgrade that is not asked for"
        ),
        pytest.param("GET", UPGRADE | VERSION, 400, id="no key"),
        pytest.param("GET", UPGRADE | VERSION | {"Sec-WebSocket-Key": "x"}, 400, id="a key that is none"),
        pytest.param("GET", UPGRADE | KEY, 400, id="no version"),
        pytest.param("GET", UPGRADE | KEY | {"Sec-WebSocket-Version": "8"}, 400, id="another version"),
        pytest.param("POST", UPGRADE | KEY | VERSION, 405, id="another method"),
        pytest.param("POST", {}, 405, id="another method and no upgrade"),
    ],
)
def test_what_is_no_handshake_is_refused_and_the_log_tells_of_no_fault(
    server: Running, method: str, headers: dict[str, str], status: int
) -> None:
    told = {"Host": f"127.0.0.1:{server.port}", "Origin": server.url, "Content-Length": "0"} | headers
    lines = [f"{method} /live HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    with closing(create_connection(("127.0.0.1", server.port), DEADLINE)) as raw:
        raw.sendall("\r\n".join(lines).encode())
        answer = HTTPResponse(raw, method=method)
        answer.begin()
        body = answer.read().decode()
    assert answer.status == status
    assert "ebSocket" in body or "websocket" in body or answer.headers["allow"] == "GET"
    if status == 426:
        assert answer.headers["upgrade"] == "websocket"
    assert server.log is not None
    log = server.log.read_text()
    assert "Traceback" not in log and '"level": "error"' not in log
