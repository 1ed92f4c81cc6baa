"""An outlet for servers that give no access to the transport: frames go out by ASGI's ``send``."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from realtime.frames import payloads

SLOW_BYTES = 16 * 1024
"""Unsent bytes above which a watcher is slow."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


class SendingOutlet:
    """Keeps at most what makes a watcher slow, and one task that sends it. ``close`` ends the task."""

    def __init__(self, send: Send) -> None:
        self.on_slow: Callable[[bool], None] | None = None
        self._slow = False
        self._send = send
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
            for payload, is_text in payloads(joined):
                key, value = ("text", payload.decode()) if is_text else ("bytes", payload)
                await self._send({"type": "websocket.send", key: value})
                self._bytes -= len(payload)
            if not self._unsent:
                self._bytes = 0
                self._turn(False)

    def _turn(self, slow: bool) -> None:
        if slow is not self._slow:
            self._slow = slow
            if self.on_slow is not None:
                self.on_slow(slow)
