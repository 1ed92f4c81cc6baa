"""Outlets that are no transport: one sends by ASGI, for servers that give no access to theirs, one gathers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

SLOW_BYTES = 16 * 1024
"""Unsent bytes above which a watcher is slow."""

Send = Callable[[dict[str, Any]], Awaitable[None]]
Messages = Callable[[bytes], Iterable[dict[str, Any]]]
"""Makes ASGI's messages of joined frames."""


class SendingOutlet:
    """Keeps at most what makes a watcher slow, and one task that sends it. ``close`` ends the task."""

    def __init__(self, send: Send, messages: Messages) -> None:
        self.on_slow: Callable[[bool], None] | None = None
        self._slow = False
        self._send = send
        self._messages = messages
        self._unsent: list[bytes] = []
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name="outlet")

    def write(self, data: bytes) -> None:
        self._unsent.append(data)
        self._bytes += len(data)
        self._turn(self._slow or self._bytes > SLOW_BYTES)
        self._arrived.set()

    def abort(self) -> None:
        self._task.cancel()

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            joined = b"".join(self._unsent)
            self._unsent.clear()
            for message in self._messages(joined):
                await self._send(message)
            self._bytes -= len(joined)
            if not self._unsent:
                self._turn(False)

    def _turn(self, slow: bool) -> None:
        if slow is not self._slow:
            self._slow = slow
            if self.on_slow is not None:
                self.on_slow(slow)


class GatheringOutlet:
    """Keeps lines until they are taken, and says when one of them is worth an answer.

    ``background`` are the beginnings of lines that are not. It is never slow: whoever gathers takes soon.
    """

    def __init__(self, background: tuple[bytes, ...]) -> None:
        self.on_slow: Callable[[bool], None] | None = None
        self.news = asyncio.Event()
        self.lines: list[bytes] = []
        self.background = background

    def write(self, data: bytes) -> None:
        self.lines.append(data)
        if not all(line.startswith(self.background) for line in data.splitlines()):
            self.news.set()

    def abort(self) -> None:
        self.news.set()

    def taken(self) -> bytes:
        return b"".join(self.lines)
