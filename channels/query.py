"""What a client without a websocket asks for, in the query of its address (pure).

``sub=CHANNEL[@EPOCH.NUMBER[h]][~SEEN]`` for each channel: what the client has of it (``h``: without results) and
its token. ``notice`` is the number of the newest notice it has. A poll adds ``wait``, in seconds, and ``stale``
where it was told so. As strict as the wire's messages.
"""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from channels import parsing, wire
from channels.framing import PING_SECONDS, Framing
from channels.parsing import Fault
from channels.wire import Sub, Subscription
from realtime.refusals import Refusal

MAX_QUERY = 7 * 1024
"""Bytes; a request's line must fit into the 8 KiB that proxies allow."""

LONGEST_WAIT = int(PING_SECONDS[Framing.LINES])

_VERSION = re.compile(r"([0-9]{1,16})\.([0-9]{1,16})(h?)")
_WAIT = re.compile(r"[0-9]{1,2}")
_SENT = re.compile(r"sent=([0-9]{1,15})")
_NOTICE = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Asked:
    """``wait`` is in seconds; ``stale`` says that the client believes what it shows to be old.

    ``notice`` is the number of the notice that it has.
    """

    sub: Sub
    wait: int = 0
    stale: bool = False
    notice: int | None = None


def read(query: bytes, last_event: str = "") -> Asked | Fault:
    """What a query asks for. The id of the last event goes before what the query says of its channel."""
    if len(query) > MAX_QUERY:
        return Fault(Refusal.TOO_LARGE)
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        return Fault(Refusal.BAD_ENCODING)
    more = [pair for pair in pairs if pair[0] != "sub"]
    options = dict(more)
    if len(options) != len(more):
        return Fault(Refusal.DUPLICATE_KEY)
    wait, stale = options.pop("wait", "0"), options.pop("stale", "0")
    notice = options.pop("notice", None)
    if notice is not None and not _NOTICE.fullmatch(notice):
        return Fault(Refusal.BAD_MESSAGE)
    if options or not _WAIT.fullmatch(wait) or stale not in {"0", "1"}:
        return Fault(Refusal.BAD_MESSAGE)
    texts = [value for name, value in pairs if name == "sub"]
    message = parsing.understand({"t": "sub", "subs": [_plain(text) for text in texts]}) if texts else Sub(())
    if isinstance(message, Fault):
        return message
    assert isinstance(message, Sub)  # noqa: S101 - its ``t`` says so
    subs = tuple(
        _resumed(replace(sub, hidden=_is_hidden(text)), last_event)
        for sub, text in zip(message.subs, texts, strict=True)
    )
    known = None if notice is None else int(notice)
    return Asked(Sub(subs), min(int(wait), LONGEST_WAIT), stale == "1", known)


def read_clock(query: bytes) -> wire.Clock | Fault:
    """What a query for the time says (``sent``): the client's own clock."""
    match = _SENT.fullmatch(query.decode("latin-1"))
    return Fault(Refusal.BAD_MESSAGE) if match is None else wire.Clock(int(match[1]))


def _plain(text: str) -> dict[str, Any]:
    known, _, seen = text.partition("~")
    channel, at_sign, version = known.partition("@")
    plain: dict[str, Any] = {"channel": channel}
    if at_sign:
        match = _VERSION.fullmatch(version)
        plain["at"] = [int(match[1]), int(match[2])] if match else version
    if "~" in text:
        plain["seen"] = seen
    return plain


def _is_hidden(text: str) -> bool | None:
    known = text.partition("~")[0]
    return known.endswith("h") if "@" in known else None


def _resumed(sub: Subscription, last_event: str) -> Subscription:
    """From where the client's last event left it; an id that is none of ours says nothing."""
    channel, _, version = last_event.partition("@")
    match = _VERSION.fullmatch(version) if channel == sub.channel else None
    if match is None:
        return sub
    later = parsing.understand({"t": "sub", "subs": [_plain(last_event)]})
    return replace(sub, at=later.subs[0].at, hidden=bool(match[3])) if isinstance(later, Sub) else sub
