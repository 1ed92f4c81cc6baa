"""What nodes say to each other on the bus, as bytes (pure).

A message is ``IE``, one byte of format, 16 bytes of HMAC-SHA-256 over channel and body, and a body in msgpack:
``[kind, node, number, …]``. ``number`` rises with each message of a node. Whoever lacks the key can say
nothing, and what was said on one channel means nothing on another.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import msgpack

from realtime.bus import Headcount
from realtime.delta import Changes, Delta
from realtime.tally import Counts, Version

MOST_BYTES = 64 * 1024
"""A longer message is refused before anything is read of it."""

_HEADCOUNT_BYTES = MOST_BYTES - 1024
_ENTRY_BYTES = 16
"""What an entry of a headcount takes beside its name, at most."""

_FORMAT = b"IE\x01"
_MAC_BYTES = 16
_HEAD_BYTES = len(_FORMAT) + _MAC_BYTES
_MOST = 2**63 - 1
_MOST_SERIES = 200
_NAME_BYTES = 64


class Unreadable(StrEnum):
    """Why bytes are no message."""

    TOO_LONG = "too-long"
    NO_MESSAGE = "no-message"
    OTHER_FORMAT = "other-format"  # of a newer or older program
    FORGED = "forged"
    MALFORMED = "malformed"
    MISPLACED = "misplaced"  # what is said does not belong on this channel


class _Kind(IntEnum):
    DELTA = 1
    HEADCOUNT = 2
    PROBE = 3


@dataclass(frozen=True, slots=True)
class Probe:
    """What a node sends to itself to see whether anything arrives."""


Content = Delta | Headcount | Probe


@dataclass(frozen=True, slots=True)
class Message:
    node: str
    number: int
    content: Content


def encode(message: Message, channel: str, key: bytes) -> bytes:
    """The bytes of a message on ``channel``."""
    body: bytes = msgpack.packb([*_head(message), *_fields(message.content)])
    return _FORMAT + _mac(key, channel, body) + body


def decode(data: bytes, channel: str, key: bytes) -> Message | Unreadable:
    """The message that ``data`` is on ``channel``, or why it is none. Never raises."""
    if len(data) > MOST_BYTES:
        return Unreadable.TOO_LONG
    if len(data) <= _HEAD_BYTES or data[:2] != _FORMAT[:2]:
        return Unreadable.NO_MESSAGE
    if data[:3] != _FORMAT:
        return Unreadable.OTHER_FORMAT
    body = data[_HEAD_BYTES:]
    if not hmac.compare_digest(data[len(_FORMAT) : _HEAD_BYTES], _mac(key, channel, body)):
        return Unreadable.FORGED
    try:
        return _message(msgpack.unpackb(body))
    except (ValueError, TypeError, KeyError, RecursionError, msgpack.UnpackException):
        return Unreadable.MALFORMED


def largest(counts: Mapping[str, int]) -> dict[str, int]:
    """The channels that somebody watches; those with most watchers where one message can't name them all."""
    room, kept = _HEADCOUNT_BYTES, {}
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        room -= len(name.encode()) + _ENTRY_BYTES
        if count <= 0 or room < 0:
            break
        kept[name] = count
    return kept


def _mac(key: bytes, channel: str, body: bytes) -> bytes:
    return hmac.digest(key, channel.encode() + b"\0" + body, "sha256")[:_MAC_BYTES]


def _head(message: Message) -> list[object]:
    match message.content:
        case Delta():
            kind = _Kind.DELTA
        case Headcount():
            kind = _Kind.HEADCOUNT
        case Probe():
            kind = _Kind.PROBE
    return [int(kind), message.node, message.number]


def _fields(content: Content) -> list[object]:
    match content:
        case Delta(topic, base, version, changes):
            series = [[name, *(counts or ())] for name, counts in changes.series.items()]
            return [topic, *base, *version, changes.voters, changes.plus, changes.minus, series]
        case Headcount():
            return [list(content.counts.items())]
        case Probe():
            return []


def _message(fields: object) -> Message:
    """Raises ValueError, TypeError or KeyError where ``fields`` are not those of a message."""
    kind, node, number, *rest = _list(fields)
    content: Content
    match _Kind(_count(kind)):
        case _Kind.DELTA:
            content = _delta(rest)
        case _Kind.HEADCOUNT:
            [counts] = rest
            content = Headcount(_name(node), {_name(k): _count(v) for k, v in map(_list, _list(counts))})
        case _Kind.PROBE:
            [] = rest
            content = Probe()
    return Message(_name(node), _count(number), content)


def _delta(fields: list[object]) -> Delta:
    topic, base_epoch, base, epoch, number, voters, plus, minus, series = fields
    found = _list(series)
    if len(found) > _MOST_SERIES:
        raise ValueError("more series than there are")
    changes = Changes(
        voters=_maybe(voters), plus=_maybe(plus), minus=_maybe(minus), series=dict(map(_series, found))
    )
    before, after = Version(_count(base_epoch), _count(base)), Version(_count(epoch), _count(number))
    if before >= after:
        raise ValueError("versions only rise")
    return Delta(_count(topic), before, after, changes)


def _series(fields: object) -> tuple[str, Counts | None]:
    name, *counts = _list(fields)
    if not counts:
        return _name(name), None
    plus, minus = counts
    return _name(name), Counts(_count(plus), _count(minus))


def _list(value: object) -> list[object]:
    if type(value) is not list:
        raise ValueError("no list")
    return value


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise ValueError("no count")
    return value


def _maybe(value: object) -> int | None:
    return None if value is None else _count(value)


def _name(value: object) -> str:
    if type(value) is not str or not 0 < len(value) <= _NAME_BYTES:
        raise ValueError("no name")
    return value
