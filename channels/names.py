"""What the wire calls things: channels by what they follow, operations by what a client chose (pure)."""

import re

from realtime.tally import Hall

CONSOLE = "console"
"""The channel of what waits for staff."""

_TOPIC_CHANNEL = re.compile(r"topic:([1-9][0-9]{0,15})")
_EVENT_CHANNEL = re.compile(r"event:([1-9][0-9]{0,15})")
_SCREEN_CHANNEL = re.compile(r"screen:([a-z0-9-]{1,20})")


def topic_channel(topic: int) -> str:
    """The channel of one topic."""
    return f"topic:{topic}"


def topic_of(channel: str) -> int | None:
    """The topic a channel names, or None for another kind of channel."""
    match = _TOPIC_CHANNEL.fullmatch(channel)
    return int(match[1]) if match else None


def event_channel(event: int) -> str:
    """The channel of what is on in an event."""
    return f"event:{event}"


def event_of(channel: str) -> int | None:
    """The event a channel names, or None for another kind of channel."""
    match = _EVENT_CHANNEL.fullmatch(channel)
    return int(match[1]) if match else None


def screen_channel(hall: Hall) -> str:
    """The channel of the big screens of a hall."""
    return f"screen:{hall}"


def hall_of(channel: str) -> Hall | None:
    """The hall whose screens a channel is for, or None for another kind of channel."""
    match = _SCREEN_CHANNEL.fullmatch(channel)
    return Hall(match[1]) if match else None


OP = re.compile(r"[A-Za-z0-9_-]{8,40}")


def is_op(text: str) -> bool:
    """Whether ``text`` may be the id of an operation: 8 to 40 letters, digits, ``_`` or ``-``."""
    return OP.fullmatch(text) is not None
