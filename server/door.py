"""The HTTP protocol class of the server: what uvicorn's own lacks, deadlines and bounds for whoever connects."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from channels.corridor import OUTLET_EXTENSION
from server.doorkeeper import Cut, Doorkeeper, Leave
from server.protocol import LAST_WORD_SECONDS, LiveProtocol, bound_buffers

HEAD_BYTES = 16 * 1024
"""How large a request's line and headers may be."""

HEAR_OUT_SECONDS = 1.0
"""How long a connection for which there is no room may take to ask."""

UNHEARD_SECONDS = 60
"""A watcher whose side takes nothing of what was sent for so long is gone: it never says anything itself."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a request's line and headers, for its body, and for a client that does not read the answer."""

    head: float
    body: float
    stalled: float


class DoorProtocol(HttpToolsProtocol):
    """HTTP with deadlines and bounds, until a connection becomes a websocket; it then lets go of all it knew."""

    def __init__(
        self, *args: Any, doorkeeper: Doorkeeper, patience: Patience, full: bytes = b"", **kwargs: Any
    ) -> None:
        """``full`` is what a person reads where there is no room for them (plain text in UTF-8)."""
        super().__init__(*args, **kwargs)
        self._doorkeeper = doorkeeper
        self._patience = patience
        self._full = full
        self._leave: Leave | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._is_head = True
        self._head_bytes = 0
        self.on_slow: Callable[[bool], None] | None = None
        self._is_outlet = False
        self._is_refused = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        entered = self._doorkeeper.enter(self.client[0] if self.client else "")
        if isinstance(entered, Cut):
            self._turn_away()
            return
        self._leave = entered
        self._due(self._patience.head, Cut.HEAD_LATE)

    def _turn_away(self) -> None:
        """There is no room. The answer follows the question: before it, proxies may lose it."""
        self._leave = self._doorkeeper.hear_out()
        if self._leave is None:
            self._say_full()
        else:
            self._is_refused = True
            self._deadline = self.loop.call_later(HEAR_OUT_SECONDS, self._say_full)

    def _say_full(self) -> None:
        self._not_due()
        self._answer(503, self._full, b"retry-after: 10\r\n")

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._is_refused:
            self._say_full()
            return
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._due(self._patience.head, Cut.HEAD_LATE)
        while data and not self.transport.is_closing():
            piece = data[: HEAD_BYTES + 1 - self._head_bytes] if self._is_head else data
            data = data[len(piece) :]
            self._head_bytes += len(piece) if self._is_head else 0
            super().data_received(piece)
            if self.parser is None:  # it is a websocket now
                return
            if self._is_head and self._head_bytes > HEAD_BYTES:
                self._cut(Cut.HEAD_LARGE, 431)

    def on_headers_complete(self) -> None:
        self._is_head = False
        self._head_bytes = 0
        self._due(self._patience.body, Cut.BODY_LATE)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_head = True
        self._not_due()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._not_due()
        leave, self._leave = self._leave, None
        shared = self._share()
        if isinstance(shared, Cut):
            self._leave = leave
            self._say_full()
            return
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, LiveProtocol):
            protocol.watch_over(self._doorkeeper, [leave, shared])
        # its parser refers to it: together they would stay until the next full collection
        self.parser = self.flow = self.scope = self.headers = None  # type: ignore[assignment]

    def _share(self) -> Leave | Cut:
        """Behind our own proxy the peer is known by what the proxy says of it."""
        if self.client is None or not self._doorkeeper.is_proxy(self.client[0]):
            return self._doorkeeper.share("")
        named = next((value for name, value in reversed(self.headers) if name == b"x-forwarded-for"), b"")
        return self._doorkeeper.share(named.decode("latin-1").rpartition(",")[2].strip())

    # --- an ``Outlet``, for an answer of chunks that never ends

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions: dict[str, Any] = {OUTLET_EXTENSION: self._become_outlet}
        self.scope["extensions"] = extensions

    def _become_outlet(self) -> "DoorProtocol":
        self._is_outlet = True
        bound_buffers(self.transport)
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_SECONDS * 1000)
        return self

    def write(self, data: bytes) -> None:
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    def abort(self) -> None:
        self.transport.abort()

    def shutdown(self) -> None:
        """The server ends: an answer that never ends by itself ends now."""
        super().shutdown()
        if self._is_outlet and not self.transport.is_closing():
            self.transport.write(b"0\r\n\r\n")
            self.transport.close()

    def _tell(self, *, slow: bool) -> None:
        if self.on_slow is not None:
            self.on_slow(slow)

    # --- how much it takes

    def pause_writing(self) -> None:
        super().pause_writing()
        self._tell(slow=True)
        if self._stall is None:
            self._stall = self.loop.call_later(self._patience.stalled, self._abort, Cut.STALLED)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._not_stalled()
        self._tell(slow=False)

    def connection_lost(self, exc: Exception | None) -> None:
        self._tell(slow=True)  # nothing is written to it any more
        self._not_due()
        self._not_stalled()
        if self._leave is not None:
            self._leave()
        super().connection_lost(exc)

    # --- deadlines

    def _due(self, seconds: float, why: Cut) -> None:
        self._not_due()
        self._deadline = self.loop.call_later(seconds, self._cut, why, 408)

    def _not_due(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _not_stalled(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _cut(self, why: Cut, status: int) -> None:
        self._doorkeeper.cuts[why] += 1
        self._answer(status)

    def _answer(self, status: int, text: bytes = b"", more: bytes = b"") -> None:
        """A last answer, where none has begun; whoever does not take it is cut off."""
        if self.cycle is None or self.cycle.response_complete:
            head = STATUS_LINE[status] + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            self.transport.write(head + more + b"content-length: %d\r\n\r\n" % len(text) + text)
        self.transport.close()
        self.loop.call_later(LAST_WORD_SECONDS, self.transport.abort)

    def _abort(self, why: Cut) -> None:
        self._doorkeeper.cuts[why] += 1
        self.transport.abort()
