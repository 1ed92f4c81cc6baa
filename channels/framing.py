"""How a message lies in the stream of each door: prebuilt bytes, the same for every watcher of that door (pure)."""

from enum import StrEnum

from channels.encoding import encode
from channels.wire import DeltaMessage, Format, ServerMessage, Snap
from realtime.delta import Changes
from realtime.frames import frame
from realtime.tally import Version


class Framing(StrEnum):
    """A watcher's ``format``: the websocket's two subprotocols, server-sent events, lines that answer a poll."""

    MSGPACK = Format.MSGPACK.value
    JSON = Format.JSON.value
    EVENTS = "events"
    LINES = "lines"


PING_SECONDS: dict[Framing, float] = {
    Framing.MSGPACK: 25.0,
    Framing.JSON: 25.0,
    Framing.EVENTS: 15.0,
    Framing.LINES: 25.0,
}
"""How often a watcher is pinged; a poll is answered after so long at the latest."""


def framed(message: ServerMessage, framing: Framing) -> bytes:
    """The bytes of one message; those of several may be joined."""
    match framing:
        case Framing.MSGPACK:
            return frame(encode(message, Format.MSGPACK), text=False)
        case Framing.JSON:
            return frame(encode(message, Format.JSON), text=True)
        case Framing.LINES:
            return encode(message, Format.JSON) + b"\n"
        case Framing.EVENTS:
            return _id(message) + b"data: " + encode(message, Format.JSON) + b"\n\n"


def event_id(channel: str, version: Version, *, hidden: bool) -> str:
    """What a client has of a channel, as the doors without a websocket write it."""
    return f"{channel}@{version.epoch}.{version.number}{'h' if hidden else ''}"


def _id(message: ServerMessage) -> bytes:
    """Names what the client has once it has taken the message.

    A change of the number of voters alone does not tell whether results are shown: the id before it stays.
    """
    match message:
        case Snap(channel, version, tally):
            return f"id: {event_id(channel, version, hidden=tally.headline is None)}\n".encode()
        case DeltaMessage(channel, _, version, changes) if changes != Changes(voters=changes.voters):
            return f"id: {event_id(channel, version, hidden=False)}\n".encode()
    return b""
