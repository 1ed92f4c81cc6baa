"""What a client sends, parsed strictly: a wrong message is a ``Fault``, not an exception that travels (pure)."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgpack

from channels.names import OP
from channels.wire import (
    ClientMessage,
    Clock,
    Format,
    Pong,
    Resync,
    Sub,
    Subscription,
    Unsub,
    Vote,
)
from realtime.refusals import Refusal
from realtime.tally import Sign, Version

MAX_MESSAGE = 4096
"""Bytes of one inbound message."""

MAX_DEPTH = 5
"""Nesting of an inbound message; ours need three."""

MAX_INTEGER = 2**53 - 1
"""The largest integer that every client can hold."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A message that is merely wrong (the connection lives on) or hostile (it is closed)."""

    code: Refusal
    hostile: bool = False
    op: str | None = None


FAULTS = frozenset(
    {
        Refusal.BAD_ENCODING,
        Refusal.BAD_MESSAGE,
        Refusal.DUPLICATE_KEY,
        Refusal.TOO_DEEP,
        Refusal.TOO_LARGE,
        Refusal.WRONG_FRAME,
        Refusal.UNKNOWN_TYPE,
        Refusal.BAD_TOPIC,
        Refusal.BAD_SIGN,
        Refusal.BAD_OP,
        Refusal.BAD_CHANNEL,
        Refusal.BAD_VERSION,
        Refusal.TOO_MANY_SUBSCRIPTIONS,
    }
)
"""What is wrong with a message itself, whatever the state of things."""


class _Wrong(Exception):
    """Inside this module only: carries a fault out of nested parsing."""

    def __init__(self, code: Refusal, *, hostile: bool = False) -> None:
        super().__init__(code)
        self.fault = Fault(code, hostile)


def parse(data: str | bytes, format: Format) -> ClientMessage | Fault:
    """The client's message in one websocket frame of ``format``, or what is wrong with it."""
    if isinstance(data, str) is not (format is Format.JSON):
        return Fault(Refusal.WRONG_FRAME, hostile=True)
    raw = data.encode(errors="surrogatepass") if isinstance(data, str) else data
    if len(raw) > MAX_MESSAGE:
        return Fault(Refusal.TOO_LARGE, hostile=True)
    try:
        plain = _from_json(raw) if format is Format.JSON else _from_msgpack(raw)
    except _Wrong as wrong:
        return wrong.fault
    return understand(plain)


def understand(plain: Any) -> ClientMessage | Fault:
    """The client's message that a decoded map is, or what is wrong with it."""
    try:
        return _from_plain(plain)
    except _Wrong as wrong:
        return Fault(wrong.fault.code, wrong.fault.hostile, _op_of(plain))


def _from_plain(plain: Any) -> ClientMessage:
    if not isinstance(plain, dict):
        raise _Wrong(Refusal.BAD_MESSAGE)
    kind = plain.get("t")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise _Wrong(Refusal.UNKNOWN_TYPE)
    return reader(plain)


def _from_json(raw: bytes) -> Any:
    _refuse_depth(raw)
    try:
        return json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _Wrong(Refusal.BAD_ENCODING) from error


def _refuse_depth(raw: bytes) -> None:
    """Refuse deep nesting before a recursive parser meets it; brackets inside strings do not count."""
    depth = 0
    for token in _JSON_BRACKETS.findall(raw):
        if token in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise _Wrong(Refusal.TOO_DEEP, hostile=True)
        elif token in b"]}":
            depth -= 1


_JSON_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]')


def _unique(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    plain = dict(pairs)
    if len(plain) != len(pairs):
        raise _Wrong(Refusal.DUPLICATE_KEY)
    return plain


def _no_constant(_name: str) -> Any:
    """``NaN`` and ``Infinity`` are no JSON, though Python reads them."""
    raise _Wrong(Refusal.BAD_ENCODING)


def _from_msgpack(raw: bytes) -> Any:
    try:
        plain = msgpack.unpackb(raw, strict_map_key=True, object_pairs_hook=_unique)
    except _Wrong:
        raise
    except (msgpack.exceptions.StackError, RecursionError) as error:
        raise _Wrong(Refusal.TOO_DEEP, hostile=True) from error
    except Exception as error:  # the library's own errors have no common base
        raise _Wrong(Refusal.BAD_ENCODING) from error
    if _deeper_than(plain, MAX_DEPTH):
        raise _Wrong(Refusal.TOO_DEEP, hostile=True)
    return plain


def _deeper_than(plain: Any, levels: int) -> bool:
    if not isinstance(plain, dict | list):
        return False
    if levels == 0:
        return True
    inner = plain.values() if isinstance(plain, dict) else plain
    return any(_deeper_than(item, levels - 1) for item in inner)


def _op_of(plain: Any) -> str | None:
    """The op of a wrong vote, so that the client knows which one was refused."""
    op = plain.get("op") if isinstance(plain, dict) else None
    return op if isinstance(op, str) and OP.fullmatch(op) else None


_CHANNEL = re.compile(r"[a-z]{1,16}(?::[a-z0-9-]{1,24})?")
_SEEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _integer(value: Any, code: Refusal, *, least: int, most: int = MAX_INTEGER) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _Wrong(code)
    return value


def _matching(value: Any, pattern: re.Pattern[str], code: Refusal) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _Wrong(code)
    return value


def _only(plain: Mapping[str, Any], *names: str) -> None:
    if not plain.keys() <= {"t", *names}:
        raise _Wrong(Refusal.BAD_MESSAGE)


def _version(value: Any) -> Version | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise _Wrong(Refusal.BAD_VERSION)
    epoch, number = (_integer(part, Refusal.BAD_VERSION, least=0) for part in value)
    return Version(epoch, number)


def _read_subscription(plain: Any) -> Subscription:
    if not isinstance(plain, dict):
        raise _Wrong(Refusal.BAD_MESSAGE)
    _only(plain, "channel", "at", "seen")
    seen = plain.get("seen")
    return Subscription(
        channel=_matching(plain.get("channel"), _CHANNEL, Refusal.BAD_CHANNEL),
        at=_version(plain.get("at")),
        seen=None if seen is None else _matching(seen, _SEEN, Refusal.BAD_MESSAGE),
    )


def _read_sub(plain: Mapping[str, Any]) -> Sub:
    _only(plain, "subs")
    subs = plain.get("subs")
    if not isinstance(subs, list) or not subs:
        raise _Wrong(Refusal.BAD_MESSAGE)
    return Sub(tuple(_read_subscription(item) for item in subs))


def _read_unsub(plain: Mapping[str, Any]) -> Unsub:
    _only(plain, "channels")
    channels = plain.get("channels")
    if not isinstance(channels, list) or not channels:
        raise _Wrong(Refusal.BAD_MESSAGE)
    return Unsub(tuple(_matching(item, _CHANNEL, Refusal.BAD_CHANNEL) for item in channels))


def _read_vote(plain: Mapping[str, Any]) -> Vote:
    _only(plain, "topic", "sign", "op")
    return Vote(
        topic=_integer(plain.get("topic"), Refusal.BAD_TOPIC, least=1),
        sign=Sign(_integer(plain.get("sign"), Refusal.BAD_SIGN, least=-1, most=1)),
        op=_matching(plain.get("op"), OP, Refusal.BAD_OP),
    )


def _read_resync(plain: Mapping[str, Any]) -> Resync:
    _only(plain, "channel")
    return Resync(_matching(plain.get("channel"), _CHANNEL, Refusal.BAD_CHANNEL))


def _read_pong(plain: Mapping[str, Any]) -> Pong:
    _only(plain)
    return Pong()


def _read_clock(plain: Mapping[str, Any]) -> Clock:
    _only(plain, "sent")
    return Clock(_integer(plain.get("sent"), Refusal.BAD_MESSAGE, least=0))


_READERS: dict[str, Callable[[Mapping[str, Any]], ClientMessage]] = {
    "sub": _read_sub,
    "unsub": _read_unsub,
    "vote": _read_vote,
    "resync": _read_resync,
    "pong": _read_pong,
    "clock": _read_clock,
}
