"""A real Redis in a process of its own, on a free port, and what a test does to it."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.lifeline import Lifeline
from tests.ports import free_port

DEADLINE = 20.0


def redis_program() -> str:
    """The path of redis-server. In continuous integration a missing one is a failure."""
    path = os.environ.get("IMAGINEST_REDIS_SERVER") or shutil.which("redis-server")
    if path:
        return path
    if os.environ.get("CI"):
        pytest.fail("there is no redis-server")
    pytest.skip("there is no redis-server; ./dev test brings one")


class RunningRedis:
    """``start``, ``kill`` and ``start`` may follow each other; the port stays."""

    def __init__(self, folder: Path, *options: str, sentinel: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._lifeline: Lifeline | None = None
        self._options = options
        self._sentinel = sentinel

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        """What starts it."""
        if self._sentinel:
            return [redis_program(), str(self.folder / "sentinel.conf"), "--sentinel"]
        options = ("--save", "", "--appendonly", "no", "--port", str(self.port), "--bind", "127.0.0.1")
        return [redis_program(), *options, *self._options]

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        if self._sentinel:
            lines = (f"port {self.port}", *self._options)
            (self.folder / "sentinel.conf").write_text("\n".join(lines) + "\n")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=log)
        self._lifeline = Lifeline(self.process.pid)
        end = time.monotonic() + DEADLINE
        while not self._listens():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, "redis-server does not listen"
            time.sleep(0.01)

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
            probe.settimeout(1)
            probe.sendall(b"PING\r\n")
            answer = probe.recv(64)
            return b"LOADING" not in answer and answer != b""
        return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()  # frozen or not
            self.process.wait(DEADLINE)
            if self._lifeline is not None:
                self._lifeline.let_go()
            self.process = self._lifeline = None

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def ask(self, *command: Any, **login: str) -> Any:
        """The answer of one command."""
        with Redis(port=self.port, socket_timeout=DEADLINE, **login) as client:  # type: ignore[arg-type]
            return client.execute_command(*command)


@contextmanager
def running_redis(folder: Path, *options: str, sentinel: bool = False) -> Iterator[RunningRedis]:
    """A Redis that answers; killed with the block."""
    redis = RunningRedis(folder, *options, sentinel=sentinel)
    redis.start()
    try:
        yield redis
    finally:
        redis.kill()


class Proxy:
    """A TCP proxy in front of a Redis that a test can disturb."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self.black_hole = False
        self._target = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._towards_clients: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def inject(self, data: bytes) -> None:
        """Say this to every client, as if Redis had."""
        for writer in self._towards_clients:
            writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._towards_clients.append(writer)
        try:
            upstream, downstream = await asyncio.open_connection("127.0.0.1", self._target)
            try:
                await asyncio.gather(self._pump(reader, downstream), self._pump(upstream, writer))
            finally:
                downstream.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._towards_clients.remove(writer)
            writer.transport.abort()
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not self.black_hole:
                writer.write(data)
        raise ConnectionResetError
