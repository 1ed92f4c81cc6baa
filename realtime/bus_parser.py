"""Reads what Redis sends, without ever holding a long message.

redis-py reads a value whole before anybody may look at it, and copies it: a message of 64 MB raised a node's memory
by 128 to 193 MiB. The parser here throws a value away piece by piece as soon as its length is known to be too long.
"""

from asyncio import IncompleteReadError

from redis._parsers import _AsyncRESP2Parser
from redis.exceptions import ConnectionError as NotConnected

from realtime.bus_message import MOST_BYTES

TOO_LONG = bytes(bytearray(b"too long"))
"""What stands for a value that was thrown away; compare it with ``is``."""

_PIECE = 64 * 1024


class BoundedParser(_AsyncRESP2Parser):
    """A parser of redis-py for which a value above ``MOST_BYTES`` is ``TOO_LONG``."""

    async def _read(self, length: int) -> bytes:
        if length <= MOST_BYTES:
            value: bytes = await super()._read(length)
            return value
        if self._stream is None:
            raise NotConnected("there is no connection")
        left = length + len(b"\r\n")
        while left:
            piece = await self._stream.read(min(left, _PIECE))
            if not piece:
                raise NotConnected("the connection ended within a message") from IncompleteReadError(
                    b"", left
                )
            left -= len(piece)
        return TOO_LONG
