"""The websocket protocol class of the server: gives the endpoint its transport, and keeps an idle watcher small.

ASGI has no way to write one prebuilt frame to many connections. ``scope["extensions"]`` gets this connection's
outlet; uvicorn's own class does everything else.
"""

import socket
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from channels.endpoint import OUTLET_EXTENSION
from channels.outlet import SLOW_BYTES

KERNEL_BYTES = 32 * 1024
"""What the kernel may hold for one watcher; by default that is 2.5 MB for one who reads slowly."""


class LiveProtocol(WebSocketsSansIOProtocol):
    """A connection that is also an ``Outlet``: whole frames are written straight to the transport."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slow = False
        self.on_drain: Any = None

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

    def pause_writing(self) -> None:
        super().pause_writing()
        self.slow = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.slow = False
        if self.on_drain is not None:
            self.on_drain()

    def connection_lost(self, exc: Exception | None) -> None:
        self.slow = True  # nothing is written to it any more
        super().connection_lost(exc)
