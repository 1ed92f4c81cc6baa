"""The live doors for where websockets do not pass: a stream of events, polls that wait, and votes by POST.

Who watches here is a watcher of fan-out like any other. What is said is the wire's JSON, and what is allowed is
decided in the corridor that the websocket leads to as well.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from channels import encoding, parsing, query, wire
from channels.corridor import OUTLET_EXTENSION, Corridor, Receive, Scope, Send, Visitor
from channels.framing import Framing, framed
from channels.outlet import GatheringOutlet, SendingOutlet
from channels.parsing import Fault
from channels.session import VOTES_A_SECOND, VOTES_AT_ONCE, Buckets, Session
from channels.wire import Format, No
from realtime.refusals import Refusal
from realtime.watcher import Outlet, Watcher

LIVE = "/live"
EVENTS = "/live/events"
POLL = "/live/poll"
VOTE = "/live/vote"
TIME = "/live/time"

MOST_POLLERS = 5_000
"""Polls that may wait on one node; whoever comes then is asked to try again."""

BODY_SECONDS = 10.0

_NEVER_SILENT = float("inf")

_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),
]

Door = Callable[[Scope, Receive, Send], Awaitable[None]]


class Fallback:
    """The ASGI applications of the addresses, found by ``door``."""

    def __init__(self, corridor: Corridor) -> None:
        self.waiting = 0
        self._corridor = corridor
        self._votes = Buckets(VOTES_A_SECOND, VOTES_AT_ONCE)
        self._doors: dict[str, tuple[str, Door]] = {
            EVENTS: ("GET", self._events),
            POLL: ("GET", self._poll),
            VOTE: ("POST", self._vote),
            TIME: ("GET", self._time),
            LIVE: ("GET", _want_upgrade),
        }

    def door(self, scope: Scope) -> Door | None:
        """The application of a request, None where its address is none of ours.

        That of the websocket is ours too: what comes there as a request asked for no websocket.
        """
        if scope["type"] != "http" or scope["path"] not in self._doors:
            return None
        method, door = self._doors[scope["path"]]
        return door if scope["method"] == method else _only(method)

    # --- a stream of events

    async def _events(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = self._corridor.identify(scope)
        asked = self._asked(visitor, scope)
        if isinstance(asked, No):
            await self._answer(send, asked)
            return
        await send(_start(200, b"text/event-stream"))
        greeting = framed(self._corridor.greeting(Framing.EVENTS), Framing.EVENTS)
        await send({"type": "http.response.body", "body": greeting, "more_body": True})
        given: Callable[[], Outlet] | None = scope.get("extensions", {}).get(OUTLET_EXTENSION)
        outlet = SendingOutlet(send, _chunk) if given is None else given()
        watcher = Watcher(outlet, str(Framing.EVENTS), _NEVER_SILENT)
        watcher.pinged = self._corridor.monotonic()
        self._corridor.fanout.join(watcher, asked.notice)
        try:
            await self._follow(watcher, visitor, asked.sub)
            del asked
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._corridor.leave(watcher)
            if isinstance(outlet, SendingOutlet):
                await outlet.close()

    # --- the clock

    async def _time(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = self._corridor.identify(scope)
        asked = query.read_clock(scope["query_string"])
        if visitor.refused is not None or isinstance(asked, Fault):
            await self._answer(send, No(visitor.refused or Refusal.BAD_MESSAGE))
            return
        body = encoding.encode(wire.Time(asked.sent, self._corridor.wall()), Format.JSON)
        await send(_start(200, b"application/json", len(body)))
        await send({"type": "http.response.body", "body": body})

    # --- polls

    async def _poll(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = self._corridor.identify(scope)
        asked = self._asked(visitor, scope)
        if not isinstance(asked, No) and asked.wait and self.waiting >= MOST_POLLERS:
            asked = No(Refusal.TRY_AGAIN)
        if isinstance(asked, No):
            await self._answer(send, asked)
            return
        self.waiting += 1
        try:
            lines = await self._news(visitor, asked, receive)
        finally:
            self.waiting -= 1
        if lines is not None:
            await send(_start(200, b"application/x-ndjson", len(lines)))
            await send({"type": "http.response.body", "body": lines})

    async def _news(self, visitor: Visitor, asked: query.Asked, receive: Receive) -> bytes | None:
        """What is newer than what was asked from, waiting for it; None where the client has gone."""
        outlet = GatheringOutlet((*_background(asked), _STEPS))
        watcher = Watcher(outlet, str(Framing.LINES), self._corridor.monotonic())
        self._corridor.fanout.join(watcher, asked.notice)
        try:
            if asked.stale and not outlet.lines:  # nobody was told anything when this watcher came
                outlet.write(framed(wire.Fresh(), Framing.LINES))
            await self._follow(watcher, visitor, asked.sub)
            outlet.background = _background(asked)  # what became of a topic is news from here on
            if asked.wait and not outlet.news.is_set() and await _gone(receive, outlet.news, asked.wait):
                return None
        finally:
            self._corridor.leave(watcher)
        if not asked.wait:
            return framed(self._corridor.greeting(Framing.LINES), Framing.LINES) + outlet.taken()
        return outlet.taken() if outlet.news.is_set() else outlet.taken() + framed(wire.Ping(), Framing.LINES)

    # --- votes

    async def _vote(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = self._corridor.identify(scope)
        op = None
        try:
            body = await _read(receive)
            message = Fault(body) if isinstance(body, Refusal) else parsing.parse(body, Format.JSON)
            op = getattr(message, "op", None)
            answer = await self._voted(visitor, message)
        except asyncio.CancelledError:  # the node ends: whether it was committed, the same op will tell
            answer = No(Refusal.TRY_AGAIN, op)
        await self._answer(send, answer)

    async def _voted(self, visitor: Visitor, message: wire.ClientMessage | Fault) -> wire.Ack | No:
        if visitor.refused is not None:
            return No(visitor.refused, getattr(message, "op", None))
        if isinstance(message, Fault):
            return No(message.code, message.op)
        if not isinstance(message, wire.Vote):
            return No(Refusal.UNKNOWN_TYPE)
        device = visitor.device
        if device is not None and not self._votes.take(device, self._corridor.monotonic()):
            return No(Refusal.TOO_FAST, message.op)
        return await self._corridor.enter(visitor, message)

    # ---

    def _asked(self, visitor: Visitor, scope: Scope) -> query.Asked | No:
        if visitor.refused is not None:
            return No(visitor.refused)
        last_event = next((value for name, value in scope["headers"] if name == b"last-event-id"), b"")
        asked = query.read(scope["query_string"], last_event.decode("latin-1"))
        if isinstance(asked, Fault):
            return No(asked.code)
        refusal = Session().admit(asked.sub, subscribed=0, now=0.0)
        return asked if refusal is None else No(refusal)

    async def _follow(self, watcher: Watcher, visitor: Visitor, message: wire.Sub) -> None:
        for sub in message.subs:
            refused = await self._corridor.follow(watcher, visitor, sub)
            if refused is not None:
                self._corridor.refusals[refused.code] += 1
                watcher.write(framed(refused, Framing(watcher.format)))

    async def _answer(self, send: Send, message: wire.Ack | No) -> None:
        if isinstance(message, No):
            self._corridor.refusals[message.code] += 1
        await _answer(send, message)


_STEPS = b'{"t":"steps"'


def _background(asked: query.Asked) -> tuple[bytes, ...]:
    """How lines begin for which no poll is answered: they go along with the next that matters."""
    return (b'{"t":"watching"', b'{"t":"ping"', *((b'{"t":"stale"',) if asked.stale else ()))


async def _gone(receive: Receive, news: asyncio.Event, seconds: float) -> bool:
    """Wait for news, at most so long; whether the client went away meanwhile."""
    leaving = asyncio.create_task(_left(receive), name="poll: client")
    coming = asyncio.create_task(news.wait(), name="poll: news")
    try:
        await asyncio.wait({leaving, coming}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return leaving.done() and not coming.done()
    finally:
        leaving.cancel()
        coming.cancel()
        await asyncio.gather(leaving, coming, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(receive: Receive) -> str | Refusal:
    """The text of a body; nothing larger than a message is read."""
    body = b""
    more = True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more:
                event = await receive()
                body += event.get("body", b"")
                more = event.get("more_body", False)
                if len(body) > parsing.MAX_MESSAGE:
                    return Refusal.TOO_LARGE
        return body.decode()
    except (TimeoutError, UnicodeDecodeError):
        return Refusal.BAD_ENCODING


def status_of(message: wire.Ack | No) -> int:
    """What a program that knows nothing of the wire makes of it."""
    if isinstance(message, wire.Ack):
        return 200
    match message.code:
        case Refusal.TOO_FAST:
            return 429
        case Refusal.TOO_LARGE:
            return 413
        case Refusal.UNKNOWN_VOTER | Refusal.FORGED_COOKIE | Refusal.MISSING_ORIGIN | Refusal.FOREIGN_ORIGIN:
            return 403
        case Refusal.UNKNOWN_TOPIC:
            return 404
        case Refusal.TRY_AGAIN:
            return 503
        case code if code in parsing.FAULTS:
            return 400
    return 409


async def _answer(send: Send, message: wire.Ack | No) -> None:
    body = encoding.encode(message, Format.JSON)
    await send(_start(status_of(message), b"application/json", len(body)))
    await send({"type": "http.response.body", "body": body})


def _only(method: str) -> Door:
    async def refuse(_: Scope, __: Receive, send: Send) -> None:
        start = _start(405, b"text/plain", 0)
        start["headers"].append((b"allow", method.encode()))
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    return refuse


async def _want_upgrade(_: Scope, __: Receive, send: Send) -> None:
    body = b"This address opens a websocket: ask for an upgrade to it (subprotocol imaginest.v1.json).\n"
    start = _start(426, b"text/plain", len(body))
    start["headers"] += [(b"upgrade", b"websocket"), (b"connection", b"upgrade")]
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _start(status: int, kind: bytes, length: int | None = None) -> dict[str, Any]:
    headers = [(b"content-type", kind), *_HEADERS]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    return {"type": "http.response.start", "status": status, "headers": headers}


def _chunk(joined: bytes) -> list[dict[str, Any]]:
    return [{"type": "http.response.body", "body": joined, "more_body": True}]
