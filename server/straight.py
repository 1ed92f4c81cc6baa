"""A transport that hands what is written to the kernel at once, and the event loop only what is left over.

The loop's own transport queues each write until the end of the turn. Asking it whether anything is queued
reads half a dozen objects that thousands of others have pushed out of the processor's cache since the last tick.
"""

import socket
from typing import Any


class StraightTransport:
    """Around the ``transport`` of a connection without TLS; whatever is not written is asked of that.

    What the kernel does not take, the transport keeps: it must pause its protocol as soon as it holds anything, and
    the protocol has to say so here (``is_full``). ``let_go`` when the connection is lost.
    """

    __slots__ = ("_connection", "_is_closed", "_transport", "is_full")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._connection = socket.socket(fileno=transport.get_extra_info("socket").fileno())
        self._is_closed = False
        self.is_full = False
        transport.set_write_buffer_limits(high=0, low=0)

    def write(self, data: bytes) -> None:
        if self.is_full:
            if not self._is_closed:
                self._transport.write(data)
            return
        try:
            taken = self._connection.send(data)
        except OSError:  # full, or gone: the transport finds out, and says so
            taken = 0
        if taken < len(data):
            self._transport.write(data[taken:])

    def close(self) -> None:
        """What is left is sent, what is written from now on is not."""
        self._is_closed = self.is_full = True
        self._transport.close()

    def abort(self) -> None:
        self._is_closed = self.is_full = True
        self._transport.abort()

    def is_closing(self) -> bool:
        return bool(self._transport.is_closing())

    def let_go(self) -> None:
        """The descriptor is the transport's to close, and may be another connection's after that."""
        self._is_closed = self.is_full = True
        self._connection.detach()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
