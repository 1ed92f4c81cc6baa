"""The websocket protocol class of the server: gives the endpoint its transport, and keeps an idle watcher small.

ASGI has no way to write one prebuilt frame to many connections. ``scope["extensions"]`` gets this connection's
outlet; uvicorn's own class does everything else. Figures on what an idle watcher holds: docs/decisions.md.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import PayloadTooBig
from websockets.frames import Close, Frame, Opcode

from channels.corridor import OUTLET_EXTENSION
from channels.framing import Framing, framed
from channels.outlet import SLOW_BYTES
from channels.wire import CLOSE_HOSTILE, CLOSE_TOO_LARGE, No
from realtime.refusals import Refusal
from server.doorkeeper import FRAME_BYTES, Allowance, Cut, Doorkeeper, Leave
from server.straight import StraightTransport

KERNEL_BYTES = 32 * 1024
"""What the kernel may hold for one watcher; by default that is 2.5 MB for one who reads slowly."""

LAST_WORD_SECONDS = 5.0
"""How long a connection that is being closed may take to end."""

MOST_FRAGMENTS = 16
"""Parts of one message; no browser sends ours in more than one."""

SLICE_BYTES = 1024
"""What is parsed before its frames are counted: 170 empty ones at most."""


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


def bound_buffers(transport: Any) -> None:
    """From now on little is kept for whoever is slow at this end, here and in the kernel."""
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
    transport.set_write_buffer_limits(high=SLOW_BYTES, low=0)


class LiveProtocol(WebSocketsSansIOProtocol):
    """A connection that is also an ``Outlet``: whole frames are written straight to the transport."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Writable()  # type: ignore[assignment]
        self.on_slow: Callable[[bool], None] | None = None
        self._doorkeeper: Doorkeeper | None = None
        self._leaves: list[Leave | None] = []
        self._allowance = Allowance()
        self._fragments = 0
        self._framing: Framing | None = None

    def watch_over(self, doorkeeper: Doorkeeper, leaves: list[Leave | None]) -> None:
        """From now on count for this doorkeeper; ``leaves`` are called at the end."""
        self._doorkeeper = doorkeeper
        self._leaves = leaves

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        bound_buffers(transport)
        self._straight = StraightTransport(transport)
        self.transport = self._straight  # type: ignore[assignment]
        self.write = self._straight.write
        self.abort = self._straight.abort

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[OUTLET_EXTENSION] = self

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            self._framing = Framing(message["subprotocol"]) if message["subprotocol"] else None
            self.request.headers.clear()
            self.response.headers.clear()
        elif message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # refused as it should be: uvicorn would log a fault
        elif message["type"] == "websocket.close" and self.close_timer is not None:
            # uvicorn would close, which waits for what a stalled client never takes
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(LAST_WORD_SECONDS, self.transport.abort)

    # --- what a client may send

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), SLICE_BYTES):
            if self.transport.is_closing():
                return
            part = data[start : start + SLICE_BYTES]
            if self.handshake_initiated and not self._allowance.take(len(part), self.loop.time()):
                self._cut(Cut.TOO_MUCH)
                return
            super().data_received(part)

    def handle_cont(self, event: Any) -> None:
        self._fragments += 1
        if self._fragments > MOST_FRAGMENTS:
            self._cut(Cut.FRAGMENTS)
            return
        if event.fin:
            self._fragments = 0
        self._charge()
        super().handle_cont(event)

    def handle_text(self, event: Any) -> None:
        self._charge()
        super().handle_text(event)

    def handle_bytes(self, event: Any) -> None:
        self._charge()
        super().handle_bytes(event)

    def handle_ping(self) -> None:
        self._charge()
        super().handle_ping()

    def handle_pong(self, event: Any) -> None:
        self._charge()
        super().handle_pong(event)

    def handle_parser_exception(self) -> None:
        """A message that is too large to be read at all is refused as every other that is too large."""
        if self._framing is None or not isinstance(self.conn.parser_exc, PayloadTooBig):
            super().handle_parser_exception()
            return
        self.conn.data_to_send()  # the library's own farewell: its 1009 would let the client come back
        self.queue.put_nowait({"type": "websocket.disconnect", "code": CLOSE_TOO_LARGE})
        close = Close(CLOSE_TOO_LARGE, str(Refusal.TOO_LARGE)).serialize()
        self.transport.write(framed(No(Refusal.TOO_LARGE), self._framing))
        self.transport.write(Frame(Opcode.CLOSE, close).serialize(mask=False))
        self.close_sent = True
        self.transport.close()

    def _charge(self) -> None:
        if not self._allowance.take(FRAME_BYTES, self.loop.time()):
            self._cut(Cut.TOO_MUCH)

    def _cut(self, why: Cut) -> None:
        """Say why, and end; whoever does not listen is cut off."""
        if self.transport.is_closing():
            return
        if self._doorkeeper is not None:
            self._doorkeeper.cuts[why] += 1
        self.conn.fail(CLOSE_HOSTILE, str(why))
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self.loop.call_later(LAST_WORD_SECONDS, self.transport.abort)

    # --- how much it takes

    def pause_writing(self) -> None:
        self._straight.is_full = True
        super().pause_writing()
        self._tell(slow=True)

    def resume_writing(self) -> None:
        self._straight.is_full = self._straight.is_closing()
        super().resume_writing()
        self._tell(slow=False)

    def connection_lost(self, exc: Exception | None) -> None:
        self._straight.let_go()
        self._tell(slow=True)  # nothing is written to it any more
        for leave in self._leaves:
            if leave is not None:
                leave()
        super().connection_lost(exc)

    def _tell(self, *, slow: bool) -> None:
        if self.on_slow is not None:
            self.on_slow(slow)
