"""Websocket frames, built once and written to every watcher alike (RFC 6455, section 5.2; pure).

Frames from a server are not masked, so the same bytes serve everybody.
"""

from collections.abc import Iterator

_FINAL_TEXT = 0x81
_FINAL_BINARY = 0x82


def frame(payload: bytes, *, text: bool) -> bytes:
    """One whole message with its header."""
    opcode = _FINAL_TEXT if text else _FINAL_BINARY
    length = len(payload)
    if length < 126:
        return bytes((opcode, length)) + payload
    if length < 65536:
        return bytes((opcode, 126)) + length.to_bytes(2) + payload
    return bytes((opcode, 127)) + length.to_bytes(8) + payload


def payloads(joined: bytes) -> Iterator[tuple[bytes, bool]]:
    """The messages in frames made by ``frame`` and joined, each with whether it is text."""
    start = 0
    while start < len(joined):
        opcode, length = joined[start], joined[start + 1]
        start += 2
        if length > 125:
            width = 2 if length == 126 else 8
            length = int.from_bytes(joined[start : start + width])
            start += width
        yield joined[start : start + length], opcode == _FINAL_TEXT
        start += length
