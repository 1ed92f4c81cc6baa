"""A real server in a process of its own, on a free port, and citizens that talk to it."""

import asyncio
import json
import os
import secrets
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from server.app import open_keys
from server.operator import plain_topic
from server.settings import Settings
from storage.keys import Keys
from storage.values import NewTopic, TopicKind, TopicRules
from tests.nursery import Forked, nursery
from tests.storage.house import with_tables

ROOT = Path(__file__).parent.parent
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For HTTP clients: each would read the machine's certificates, 40 ms long, though none is asked for."""

DEADLINE = 60.0
"""Seconds that anything may take here; a test that waits longer has failed."""


@dataclass
class Running:
    """A server; ``kill`` and ``start`` may follow each other."""

    data: Path
    port: int = 0
    process: subprocess.Popen[str] | Forked | None = None
    secret: str = ""
    """The master secret, where the environment gives one to the server."""

    log: Path | None = None
    """Where what the server logs is added; None: among what the test says."""

    migrates: bool = False
    """Whether it makes its tables itself; else an empty folder holds them before it starts, which is quicker."""

    apart: bool = False
    """An interpreter of its own, as in production: what is measured shares no memory with another process."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def keys(self) -> Keys:
        return open_keys(Settings(data=self.data, secret=self.secret))

    def start(self, *arguments: str, **environment: str) -> None:
        database = self.data / "imaginest.db"
        if not self.migrates and "IMAGINEST_DATABASE_URL" not in environment and not database.exists():
            self.data.mkdir(mode=0o700, exist_ok=True)
            with_tables(database)
        command = ["-m", "server.cli", "--data", str(self.data), "serve", "--port", str(self.port)]
        self.launch([*command, *arguments], environment)

    def launch(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start Python with these arguments and wait until it listens."""
        given = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {**environment}
        with nullcontext() if self.log is None else self.log.open("ab") as log:
            if self.apart:
                self.process = subprocess.Popen(
                    [sys.executable, *command],
                    cwd=ROOT,
                    text=True,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=given,
                )
            else:
                self.process = nursery().start(command, given, 2 if log is None else log.fileno())
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "listens on" in line:
                self.port = int(line.rsplit(":", 1)[1])
                return
        self.process.stdout.close()
        raise AssertionError(f"the server ended with {self.process.wait()}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(DEADLINE)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return code

    def rss(self) -> int:
        """KiB of resident memory."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def operate(self, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/operator/{path}",
            json.dumps(wanted).encode(),
            {"Authorization": f"Bearer {self.keys.operator}", "Origin": self.url},
        )
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            answered: dict[str, Any] = json.load(answer)
            return answered

    def topic(
        self, rules: TopicRules | None = None, title: str = "", kind: TopicKind = TopicKind.QUESTION
    ) -> int:
        return self.topics([rules or TopicRules(0, None)], title, kind)[0]

    def topics(
        self, rules: list[TopicRules], title: str = "", kind: TopicKind = TopicKind.QUESTION
    ) -> list[int]:
        """A topic for each of these rules."""
        new = [NewTopic(kind, title or f"Faut-il {secrets.token_hex(6)} ?", "sport", each) for each in rules]
        return list(self.operate("topics", {"topics": [plain_topic(one) for one in new]})["ids"])

    def cookie(self) -> str:
        """The Cookie header of a new voter."""
        with urllib.request.urlopen(self.url + "/", timeout=DEADLINE) as answer:
            jar = SimpleCookie(answer.headers["set-cookie"])
        return f"imaginest={jar['imaginest'].value}"


@contextmanager
def running(data: Path, **environment: str) -> Iterator[Running]:
    """A server that listens; ended with the block."""
    server = Running(data)
    server.start(**environment)
    try:
        yield server
    finally:
        if server.process is not None:
            server.end(signal.SIGKILL)


class Citizen:
    """One websocket of one voter."""

    def __init__(self, socket: ClientConnection, *, packs: bool) -> None:
        self.socket = socket
        self._packs = packs

    async def say(self, message: dict[str, Any]) -> None:
        if self._packs:
            await self.socket.send(msgpack.packb(message))
        else:
            await self.socket.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message but ``watching``, which comes by the clock."""
        while True:
            message = await self.hear_anything()
            if message["t"] != "watching":
                return message

    async def hear_anything(self) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE):  # unlike wait_for it loses no cancellation
            data = await self.socket.recv()
        message: dict[str, Any] = json.loads(data) if isinstance(data, str) else msgpack.unpackb(data)
        return message

    async def hear_a(self, kind: str) -> dict[str, Any]:
        """The next message of this kind; what comes before is passed over."""
        while True:
            message = await self.hear()
            if message["t"] == kind:
                return message

    async def follow(self, topic: int, **more: Any) -> dict[str, Any]:
        """Subscribe to a topic; its snapshot."""
        await self.say({"t": "sub", "subs": [{"channel": f"topic:{topic}", **more}]})
        return await self.hear_a("snap")

    async def vote(self, topic: int, sign: int, op: str | None = None) -> dict[str, Any]:
        """Vote; the answer, ``ack`` or ``no``."""
        await self.say({"t": "vote", "topic": topic, "sign": sign, "op": op or secrets.token_urlsafe(16)})
        while True:
            message = await self.hear()
            if message["t"] in {"ack", "no"}:
                return message


@asynccontextmanager
async def citizen(
    server: Running, cookie: str | None = None, *, packs: bool = False, **more: Any
) -> AsyncIterator[Citizen]:
    """Connect a voter; the greeting is already heard."""
    headers = {} if cookie is None else {"Cookie": cookie}
    options: dict[str, Any] = {
        "subprotocols": [Subprotocol("imaginest.v1.msgpack" if packs else "imaginest.v1.json")],
        "origin": server.url,
        "additional_headers": headers,
        "compression": None,
    } | more
    async with connect(server.url.replace("http", "ws") + "/live", **options) as socket:
        voter = Citizen(socket, packs=packs)
        await voter.hear_a("hello")
        yield voter


async def until_told(ask: Callable[[], Awaitable[Any]], wanted: Any, *, deadline: float = DEADLINE) -> None:
    """Ask until the answer is ``wanted``; AssertionError after ``deadline`` seconds."""
    end = time.monotonic() + deadline
    while (told := await ask()) != wanted:
        assert time.monotonic() < end, f"{told!r} is told, not {wanted!r}"
        await asyncio.sleep(0.05)


async def until(condition: Any, *, deadline: float = DEADLINE) -> None:
    """Wait until ``condition()`` is true; AssertionError after ``deadline`` seconds."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        await asyncio.sleep(0.01)
