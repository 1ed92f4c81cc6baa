"""A proxy as some networks have it: it refuses websockets, and keeps back answers until they are whole."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
SOCKET = b"GET /live HTTP/1.1"
EVENTS = b"GET /live/events"
MOST_HEAD = 16 * 1024


class BlockingProxy:
    """Between a browser, which connects to ``url``, and ``127.0.0.1:target``; in a thread of its own."""

    def __init__(self, target: int, *, sockets: bool, events: bool) -> None:
        """What passes: ``sockets`` (else refused) and ``events`` (else kept back for good)."""
        self.port = 0
        self.sockets = sockets
        self.events = events
        self.asked: list[bytes] = []
        """The request lines, in order."""

        self._target = target
        self._browsers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self, start: bytes) -> int:
        return sum(line.startswith(start) for line in list(self.asked))

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        for browser in self._browsers:
            browser.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, browser: asyncio.StreamWriter) -> None:
        answers, server = await asyncio.open_connection("127.0.0.1", self._target)
        passes = asyncio.Event()
        passes.set()
        self._browsers.add(browser)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._requests(reader, browser, server, passes))
                group.create_task(self._answers(answers, browser, passes))
        except* (OSError, EOFError):
            pass
        finally:
            self._browsers.discard(browser)
            browser.transport.abort()
            server.transport.abort()

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        browser: asyncio.StreamWriter,
        server: asyncio.StreamWriter,
        passes: asyncio.Event,
    ) -> None:
        """A browser sends a request and waits for its answer, so each begins what is read."""
        while data := await reader.read(MOST_HEAD):
            line = data.partition(b"\r\n")[0]
            if line.endswith(b" HTTP/1.1"):
                self.asked.append(line)
            if data.startswith(SOCKET) and not self.sockets:
                browser.write(REFUSAL)
                await browser.drain()
                raise EOFError
            if data.startswith(EVENTS) and not self.events:
                passes.clear()
            server.write(data)
            await server.drain()
        raise EOFError

    async def _answers(
        self, answers: asyncio.StreamReader, browser: asyncio.StreamWriter, passes: asyncio.Event
    ) -> None:
        while data := await answers.read(MOST_HEAD):
            await passes.wait()
            browser.write(data)
            await browser.drain()
        raise EOFError


@contextmanager
def blocking(target: int, *, sockets: bool = False, events: bool = True) -> Iterator[BlockingProxy]:
    proxy = BlockingProxy(target, sockets=sockets, events=events)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
