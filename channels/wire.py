"""Every message of the wire, both directions, and their encoding (pure).

A message is a map whose ``t`` names it; the two formats carry the same maps. ``PROTOCOL.md`` has a section
and an example for each. What a client sends is parsed strictly: a wrong message is a ``Fault`` value, not an
exception that travels.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgpack

from realtime.delta import Changes
from realtime.notice import Banner, Notice
from realtime.notice import Fresh as Opened
from realtime.refusals import Refusal
from realtime.tally import Counts, Hall, PublicTally, Sign, Version
from storage.values_desk import DeskLoad
from storage.values_show import NOTHING_ON, Show

PROTOCOL = 1
MAX_MESSAGE = 4096
"""Bytes of one inbound message."""

MAX_DEPTH = 5
"""Nesting of an inbound message; ours need three."""

MAX_INTEGER = 2**53 - 1
"""The largest integer that every client can hold."""


class Format(StrEnum):
    """The two subprotocols; the value is the name offered in the handshake."""

    MSGPACK = "imaginest.v1.msgpack"
    JSON = "imaginest.v1.json"


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

# --- from the client ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subscription:
    """One channel to follow, from what the client has (``at``) and may see (``seen``).

    ``hidden`` says whether the state at ``at`` is one without results; None where the client did not say.
    """

    channel: str
    at: Version | None = None
    seen: str | None = None
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class Sub:
    subs: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Unsub:
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    topic: int
    sign: Sign
    op: str


@dataclass(frozen=True, slots=True)
class Resync:
    channel: str


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Clock:
    """What the client's own clock says now, in ms: the answer tells what the server's says."""

    sent: int


ClientMessage = Sub | Unsub | Vote | Resync | Pong | Clock


# --- from the server ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """``time`` is the server's clock in ms since 1970; ``ping`` the interval between pings in ms."""

    time: int
    ping: int


@dataclass(frozen=True, slots=True)
class Snap:
    channel: str
    version: Version
    tally: PublicTally


@dataclass(frozen=True, slots=True)
class DeltaMessage:
    channel: str
    base: Version
    version: Version
    changes: Changes


@dataclass(frozen=True, slots=True)
class Ack:
    """A vote was committed; ``seen`` lets the client subscribe with results from now on.

    It is empty for who withdrew a vote that was never cast, and so may see no results.
    """

    op: str
    topic: int
    sign: Sign
    seen: str


@dataclass(frozen=True, slots=True)
class No:
    """A refusal; ``op`` is None where the message was not a vote, ``channel`` where it named none."""

    code: Refusal
    op: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """What is shown may be old (the database does not answer)."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is shown is current again."""


@dataclass(frozen=True, slots=True)
class Ping:
    pass


@dataclass(frozen=True, slots=True)
class Bye:
    """The server goes away; ``within`` is how many ms the client may take, at random, to come back."""

    within: int


@dataclass(frozen=True, slots=True)
class Watching:
    """``watching`` connections follow the channel, on all nodes."""

    channel: str
    watching: int


@dataclass(frozen=True, slots=True)
class Steps:
    """What became of the channel's topic; ``number`` is another with each step that is told or corrected."""

    channel: str
    number: int


@dataclass(frozen=True, slots=True)
class Noticed:
    """What staff have switched for everybody."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for staff, to those who follow the console."""

    load: DeskLoad


@dataclass(frozen=True, slots=True)
class Time:
    """The answer to ``Clock``: the server's clock in ms since 1970, and what the client sent."""

    sent: int
    time: int


@dataclass(frozen=True, slots=True)
class Showing:
    """What is on in an event or on a hall's screen; ``event`` is None where nothing is on in a hall.

    ``program`` is another whenever the run of show has changed.
    """

    channel: str
    event: int | None = None
    program: int = 0
    show: Show = NOTHING_ON


ServerMessage = (
    Hello
    | Snap
    | DeltaMessage
    | Ack
    | No
    | Stale
    | Fresh
    | Ping
    | Bye
    | Watching
    | Steps
    | Noticed
    | Desk
    | Time
    | Showing
)

CLOSE_COME_BACK = 4000
CLOSE_SILENT = 4008
CLOSE_SIGNED_OUT = 4401
CLOSE_HOSTILE = 4500
CLOSE_NO_SUBPROTOCOL = 4501
CLOSE_TOO_LARGE = 4502


# --- encoding -------------------------------------------------------------------------------------------


def encode(message: ServerMessage, format: Format) -> bytes:
    """The payload of one message; equal messages give equal bytes."""
    plain = to_plain(message)
    if format is Format.MSGPACK:
        packed: bytes = msgpack.packb(plain)
        return packed
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def to_plain(message: ServerMessage) -> dict[str, Any]:
    """The map of one message, as both formats carry it."""
    match message:
        case Hello(time, ping):
            return {"t": "hello", "protocol": PROTOCOL, "time": time, "ping": ping}
        case Snap(channel, version, tally):
            return {"t": "snap", "channel": channel, "version": list(version), "tally": plain_tally(tally)}
        case DeltaMessage(channel, base, version, changes):
            return {
                "t": "delta",
                "channel": channel,
                "base": list(base),
                "version": list(version),
                "changed": plain_changes(changes),
            }
        case Ack(op, topic, sign, seen):
            return {"t": "ack", "op": op, "topic": topic, "sign": int(sign), "seen": seen}
        case No(code, op, channel):
            plain: dict[str, Any] = {"t": "no", "code": str(code), "retry": code.retry}
            if op is not None:
                plain["op"] = op
            if channel is not None:
                plain["channel"] = channel
            return plain
        case Stale():
            return {"t": "stale"}
        case Fresh():
            return {"t": "fresh"}
        case Ping():
            return {"t": "ping"}
        case Bye(within):
            return {"t": "bye", "within": within}
        case Watching(channel, watching):
            return {"t": "watching", "channel": channel, "watching": watching}
        case Steps(channel, number):
            return {"t": "steps", "channel": channel, "number": number}
        case Noticed(notice):
            return _plain_notice(notice)
        case Desk(load):
            return _plain_desk(load)
        case Time(sent, time):
            return {"t": "time", "sent": sent, "time": time}
        case Showing(channel, event, program, show):
            named = {"t": "show", "channel": channel, "event": event, "program": program}
            return named | _plain_show(show)


def _plain_desk(load: DeskLoad) -> dict[str, Any]:
    return {
        "t": "desk",
        "mark": load.mark,
        "waiting": load.waiting,
        "oldest": load.oldest,
        "themes": dict(load.themes),
        "reports": load.reports,
        "contact": load.contact,
    }


def _plain_show(show: Show) -> dict[str, Any]:
    return {
        "number": show.number,
        "mode": str(show.mode),
        "step": show.step,
        "since": show.since,
        "at": show.at,
        "before": show.before,
        "paused": show.paused_at,
        "held": show.is_held,
    }


def plain_tally(tally: PublicTally) -> dict[str, Any]:
    """A public tally as a map; a hidden one has ``voters`` only."""
    if tally.headline is None:
        return {"voters": tally.voters}
    return {
        "plus": tally.headline.plus,
        "minus": tally.headline.minus,
        "voters": tally.voters,
        "series": {key: _plain_counts(counts) for key, counts in tally.series.items()},
    }


def plain_changes(changes: Changes) -> dict[str, Any]:
    """The changed counters as a map; a series of null publishes nothing any more."""
    plain: dict[str, Any] = {}
    for name in ("plus", "minus", "voters"):
        value = getattr(changes, name)
        if value is not None:
            plain[name] = value
    if changes.series:
        plain["series"] = {
            key: None if counts is None else _plain_counts(counts) for key, counts in changes.series.items()
        }
    return plain


def _plain_notice(notice: Notice) -> dict[str, Any]:
    return {
        "t": "notice",
        "number": notice.number,
        "posting": notice.posting,
        "banner": None if notice.banner is None else _plain_banner(notice.banner),
        "paused": {str(topic): why for topic, why in notice.paused.items()},
        **({"fresh": [_plain_fresh(one) for one in notice.fresh]} if notice.fresh else {}),
    }


def _plain_fresh(fresh: Opened) -> dict[str, Any]:
    return {"sort": str(fresh.sort), "id": fresh.id, "title": fresh.title, "opened": fresh.opened_at}


def _plain_banner(banner: Banner) -> dict[str, Any]:
    return {"text": banner.text, "severity": str(banner.severity), "until": banner.until}


def _plain_counts(counts: Counts) -> dict[str, int]:
    return {"plus": counts.plus, "minus": counts.minus}


# --- parsing --------------------------------------------------------------------------------------------


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
    return op if isinstance(op, str) and _OP.fullmatch(op) else None


_OP = re.compile(r"[A-Za-z0-9_-]{8,40}")
_CHANNEL = re.compile(r"[a-z]{1,16}(?::[a-z0-9-]{1,24})?")
_SEEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
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


def is_op(text: str) -> bool:
    """Whether ``text`` may be the id of an operation: 8 to 40 letters, digits, ``_`` or ``-``."""
    return _OP.fullmatch(text) is not None


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
        op=_matching(plain.get("op"), _OP, Refusal.BAD_OP),
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
