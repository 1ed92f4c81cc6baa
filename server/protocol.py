"""The protocol classes of the server: they give the endpoint its transport, and keep an idle watcher small.

ASGI has no way to write one prebuilt frame to many connections. ``scope["extensions"]`` gets this connection's
outlet; uvicorn's own classes do everything else. Figures on what an idle watcher holds: docs/decisions.md.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from channels.endpoint import OUTLET_EXTENSION
from channels.outlet import SLOW_BYTES

KERNEL_BYTES = 32 * 1024
"""What the kernel may hold for one watcher; by default that is 2.5 MB for one who reads slowly."""


class Inbox:
    """What the websocket class uses of ``asyncio.Queue``, for one reader: idle, it holds one future."""

    __slots__ = ("_events", "_waiter")

    def __init__(self) -> None:
        self._events: list[Mapping[str, Any]] = []
        self._waiter: asyncio.Future[None] | None = None

    def put_nowait(self, event: Mapping[str, Any]) -> None:
        self._events.append(event)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Mapping[str, Any]:
        while not self._events:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._events.pop(0)

    def empty(self) -> bool:
        return not self._events


class Writable:
    """What the websocket class uses of ``asyncio.Event``: whether ``send`` may go on."""

    __slots__ = ("_is_set", "_waiters")

    def __init__(self) -> None:
        self._is_set = True
        self._waiters: list[asyncio.Future[None]] = []

    def set(self) -> None:
        self._is_set = True
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def clear(self) -> None:
        self._is_set = False

    async def wait(self) -> None:
        while not self._is_set:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)


class DoorProtocol(HttpToolsProtocol):
    """HTTP, until a connection becomes a websocket; it then lets go of all it knew."""

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        # its parser refers to it: together they would stay until the next full collection
        self.parser = self.flow = self.scope = self.headers = None  # type: ignore[assignment]


class LiveProtocol(WebSocketsSansIOProtocol):
    """A connection that is also an ``Outlet``: whole frames are written straight to the transport."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Writable()  # type: ignore[assignment]
        self.on_slow: Callable[[bool], None] | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        transport.set_write_buffer_limits(high=SLOW_BYTES, low=0)
        self.write = transport.write
        self.abort = transport.abort

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[OUTLET_EXTENSION] = self

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            self.request.headers.clear()
            self.response.headers.clear()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._tell(slow=True)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._tell(slow=False)

    def connection_lost(self, exc: Exception | None) -> None:
        self._tell(slow=True)  # nothing is written to it any more
        super().connection_lost(exc)

    def _tell(self, *, slow: bool) -> None:
        if self.on_slow is not None:
            self.on_slow(slow)
