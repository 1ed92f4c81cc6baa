"""A TCP proxy that passes everything on until a test disturbs it. It runs in a thread of its own."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 24\r\n"
    b"connection: close\r\n\r\n<h1>502 Bad Gateway</h1>"
)

MOST_ON_THE_WAY = 64
"""Parts of 64 KiB that a slow network holds each way of a connection."""

_Way = asyncio.Queue[tuple[float, bytes]]
"""What is on its way, and when it arrives, by the loop's clock; nothing at its end."""


class TcpProxy:
    """Between a client and ``127.0.0.1:target``; the client connects to ``port``."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = 0
        self.rewrites: dict[bytes, bytes] = {}
        """What the server says, replaced."""

        self.cut_after: bytes = b""
        """Once a client has said this, the server hears it and answers, and both are cut before the answer."""

        self.delay = (0.0, 0.0)
        """How long what is said is on its way, each way, in seconds: at least and at most, by chance."""

        self._refuses: tuple[bytes, ...] = ()
        self.cuts = 0
        self._is_cut = False
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._passes = asyncio.Event()
        self._passes.set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy")

    def start(self) -> None:
        self._thread.start()
        self._call(self._listen)

    def stop(self) -> None:
        self.reset()
        self._call(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def reset(self) -> None:
        """Cut every connection, with a reset (RST) on the client's side."""
        self._call(self._reset)

    def cut(self, *, everything: bool) -> None:
        """From now on every connection is cut, new ones at once, as without a network; or all passes again."""
        self._is_cut = everything
        if everything:
            self.reset()

    def lead_to(self, target: int) -> None:
        """Lead every new connection to another server, as a proxy does before several nodes."""
        self._target = target

    def refuse(self, beginnings: tuple[bytes, ...]) -> None:
        """From now on requests that begin so are answered as a proxy does whose server is away."""
        self._refuses = beginnings
        if beginnings:
            self.reset()

    def swallow(self, *, everything: bool) -> None:
        """From now on nothing passes in either direction, and nobody learns of it; or all passes again."""
        self._call(self._passes.clear if everything else self._passes.set)

    def _call(self, work: Callable[[], object]) -> None:
        async def run() -> None:
            result = work()
            if asyncio.iscoroutine(result):
                await result

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _reset(self) -> None:
        for client, server in list(self._pairs):
            raw: socket.socket = client.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.transport.abort()
            server.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._late() + self._late())  # there and back, before anything is said
        try:
            answers, server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            client.transport.abort()
            return
        if self._is_cut:  # perhaps only since then: what is no pair yet, no reset reaches
            client.transport.abort()
            server.transport.abort()
            return
        pair = (client, server)
        self._pairs.add(pair)
        lost = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                there, back = _Way(MOST_ON_THE_WAY), _Way(MOST_ON_THE_WAY)
                group.create_task(self._hear(reader, there, lost, client))
                group.create_task(self._hear(answers, back, lost))
                group.create_task(_deliver(there, server))
                group.create_task(_deliver(back, client))
        except* (OSError, EOFError):
            pass
        finally:
            self._pairs.discard(pair)
            client.transport.abort()
            server.transport.abort()

    def _late(self) -> float:
        return random.uniform(*self.delay)

    async def _hear(
        self,
        reader: asyncio.StreamReader,
        way: _Way,
        lost: asyncio.Event,
        client: asyncio.StreamWriter | None = None,
    ) -> None:
        """``client`` is given where it is the one who speaks."""
        of_client = client is not None
        arrives = 0.0
        while data := await reader.read(65536):
            await self._passes.wait()
            if client is not None and self._refuses and data.startswith(self._refuses):
                client.write(BAD_GATEWAY)
                await client.drain()
                client.close()
                raise EOFError
            if of_client and self.cut_after and self.cut_after in data:
                self.cut_after = b""
                lost.set()
            elif not of_client and lost.is_set():
                self.cuts += 1
                raise EOFError
            if not of_client:
                for old, new in self.rewrites.items():
                    data = data.replace(old, new)
            arrives = max(arrives, self._loop.time() + self._late())  # nothing overtakes
            await way.put((arrives, data))
        await way.put((arrives, b""))


async def _deliver(way: _Way, writer: asyncio.StreamWriter) -> None:
    while True:
        arrives, data = await way.get()
        if (wait := arrives - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(wait)
        if not data:
            raise EOFError
        writer.write(data)
        await writer.drain()


@contextmanager
def tcp_proxy(target: int) -> Iterator[TcpProxy]:
    proxy = TcpProxy(target)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
