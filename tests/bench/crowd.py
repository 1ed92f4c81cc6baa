"""Thousands of raw websocket connections in one process: bytes are read and counted, only samples are parsed."""

import contextlib
import json
import resource
import select
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
READ_AT_ONCE = 50
"""Connections that are read before the sampled ones have their turn again."""

PROTOCOL = "imaginest.v1.json"
DEADLINE = 60.0
"""Seconds after which a row gives up instead of waiting for what will not come."""

BROWSER = (
    "User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7\r\n"
    "Cache-Control: no-cache\r\nPragma: no-cache\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
)


def raise_limits() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def masked(text: str) -> bytes:
    payload = text.encode()
    head = bytes([0x81, 0x80 | len(payload)])
    if len(payload) > 125:
        head = b"\x81\xfe" + struct.pack("!H", len(payload))
    return head + bytes(4) + payload


@dataclass
class Crowd:
    """Connections to one server. ``received`` counts bytes by descriptor; ``sampled`` are parsed."""

    port: int
    sockets: dict[int, socket.socket] = field(default_factory=dict)
    received: dict[int, int] = field(default_factory=dict)
    sampled: dict[int, bytearray] = field(default_factory=dict)
    hear: Callable[[int, dict[str, object]], None] = lambda fd, message: None
    epoll: select.epoll = field(default_factory=select.epoll)
    first: select.epoll = field(default_factory=select.epoll)
    """Sampled connections are read before all others: what is measured is the server, not this reader."""

    _joined: bool = False

    def connect(
        self,
        number: int,
        *,
        port: int | None = None,
        cookie: Callable[[int], str] | None = None,
        samples: int = 0,
        source: str = "127.0.0.1",
    ) -> list[int]:
        """Open connections with a browser's headers, ``samples`` of them spread evenly; their descriptors.

        ``source`` is the address that they share.
        """
        made = []
        for index in range(number):
            raw = socket.create_connection(("127.0.0.1", port or self.port), source_address=(source, 0))
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            raw.sendall(self._handshake(f"Cookie: {cookie(index)}\r\n" if cookie else "", port))
            heard = b""
            while b"\r\n\r\n" not in heard:
                chunk = raw.recv(4096)
                assert chunk, heard
                heard += chunk
            raw.setblocking(False)
            fd = raw.fileno()
            self.sockets[fd] = raw
            self.received[fd] = 0
            if samples and index % (number // samples) == 0:
                self.sampled[fd] = bytearray(heard.partition(b"\r\n\r\n")[2])
            (self.first if fd in self.sampled else self.epoll).register(fd, select.EPOLLIN)
            made.append(fd)
        if not self._joined:
            self.epoll.register(self.first.fileno(), select.EPOLLIN)
            self._joined = True
        return made

    def _handshake(self, more: str = "", port: int | None = None) -> bytes:
        port = port or self.port
        return (
            f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n{BROWSER}{more}\r\n"
        ).encode()

    def storm(self, number: int, first_words: str, wanted: bytes) -> float:
        """Everybody connects at once, says ``first_words`` once accepted; seconds until all have got ``wanted``."""
        started = time.perf_counter()
        heard: dict[int, bytes] = {}
        for _ in range(number):
            raw = socket.create_connection(("127.0.0.1", self.port))
            raw.sendall(self._handshake())
            raw.setblocking(False)
            self.sockets[raw.fileno()] = raw
            heard[raw.fileno()] = b""
            self.epoll.register(raw, select.EPOLLIN)
        words = masked(first_words)
        while heard:
            for fd, _ in self.epoll.poll(DEADLINE):
                if fd not in heard:
                    continue
                before = heard[fd]
                now = heard[fd] = before + self.sockets[fd].recv(65536)
                if b"\r\n\r\n" in now and b"\r\n\r\n" not in before:
                    self.sockets[fd].send(words)
                if wanted in now:
                    del heard[fd]
            if time.perf_counter() - started > DEADLINE:
                raise TimeoutError(f"{len(heard)} of the connections are not live")
        return time.perf_counter() - started

    def say(self, fd: int, text: str) -> None:
        self.sockets[fd].send(masked(text))

    def pump(self, seconds: float) -> int:
        """Read what comes for at most ``seconds``; bytes read."""
        total = 0
        for fd, _ in self.epoll.poll(seconds, READ_AT_ONCE):
            if fd in self.sockets:
                total += self._read(fd)
        for fd, _ in self.first.poll(0):
            total += self._read(fd)
        return total

    def _read(self, fd: int) -> int:
        try:
            data = self.sockets[fd].recv(65536)
        except BlockingIOError:
            return 0
        if not data:
            (self.first if fd in self.sampled else self.epoll).unregister(fd)
        self.received[fd] += len(data)
        if fd in self.sampled:
            self.sampled[fd] += data
            for message in _messages(self.sampled[fd]):
                self.hear(fd, message)
        return len(data)

    def forget(self) -> None:
        """Count from nothing again."""
        self.received = dict.fromkeys(self.received, 0)

    def hear_all(self, fds: Iterable[int] | None = None) -> None:
        """Read until every one of these connections (all) has got something; TimeoutError after a while."""
        silent = set(self.sockets if fds is None else fds)

        def all_have_heard() -> bool:
            silent.difference_update([fd for fd in silent if self.received[fd]])
            return not silent

        self.pump_until(all_have_heard)

    def pump_until(self, condition: Callable[[], bool]) -> None:
        """Read until ``condition()``; raises TimeoutError after a while."""
        end = time.monotonic() + DEADLINE
        while not condition():
            self.pump(1.0)
            if time.monotonic() > end:
                raise TimeoutError("what the row waits for did not happen")

    def settle(self, quiet: float = 0.4) -> None:
        """Read until nothing has come for ``quiet`` seconds."""
        last = time.monotonic()
        while time.monotonic() - last < quiet:
            if self.pump(0.05):
                last = time.monotonic()

    def close(self) -> None:
        for raw in self.sockets.values():
            with contextlib.suppress(OSError):
                raw.close()
        self.epoll.close()
        self.first.close()


def _messages(buffer: bytearray) -> Iterator[dict[str, object]]:
    while len(buffer) >= 2:
        length, start = buffer[1], 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4]), 4
        if len(buffer) < start + length:
            return
        payload = bytes(buffer[start : start + length])
        del buffer[: start + length]
        if payload.startswith(b"{"):
            yield json.loads(payload)
