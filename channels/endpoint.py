"""``/live``: one connection, one reading task. Everything that answers one client goes the normal ASGI way."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from channels import wire
from channels.outlet import SendingOutlet
from channels.session import Session
from channels.topics import cast_vote
from channels.wire import Format, No
from realtime.fanout import Fanout
from realtime.refusals import Refusal
from realtime.watcher import Outlet, Watcher
from storage.ballot_box import BallotBox
from storage.database import StorageUnavailable
from storage.keys import Keys
from storage.values import CastVote, Receipt

log = logging.getLogger("imaginest.live")

OUTLET_EXTENSION = "imaginest.outlet"
"""Where the server puts the connection's ``Outlet`` in the scope's extensions, if it has one to give."""

PING_SECONDS = 25.0

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who connects: the voter's device (None without a valid cookie), and why not at all."""

    device: bytes | None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """What a connection needs; also the ASGI application of the endpoint."""

    fanout: Fanout
    ballots: BallotBox
    keys: Keys
    identify: Callable[[Scope], Visitor]
    wall: Callable[[], int]
    monotonic: Callable[[], float]
    refusals: Counter[Refusal] = field(default_factory=Counter)
    """What was answered `no`, and how often."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        visitor = self.identify(scope)
        if visitor.refused is not None:
            await _reject(send, visitor.refused)
            return
        format = _chosen(scope["subprotocols"])
        given: Outlet | None = scope["extensions"].get(OUTLET_EXTENSION)
        await send({"type": "websocket.accept", "subprotocol": format and str(format)})
        scope.clear()  # an idle watcher keeps nothing of its handshake
        if format is None:
            await _close(send, wire.CLOSE_NO_SUBPROTOCOL, Refusal.NO_SUBPROTOCOL)
            return
        outlet = given or SendingOutlet(send)
        connection = Connection(self, Watcher(outlet, str(format), self.monotonic()), visitor.device, send)
        try:
            await connection.run(receive)
        finally:
            self.fanout.leave(connection.watcher)
            if isinstance(outlet, SendingOutlet):
                await outlet.close()


class Connection:
    """One client: reads its messages in turn and answers each before it reads the next."""

    __slots__ = ("_device", "_live", "_send", "_session", "watcher")

    def __init__(self, live: Live, watcher: Watcher, device: bytes | None, send: Send) -> None:
        self.watcher = watcher
        self._live = live
        self._device = device
        self._send = send
        self._session = Session()

    async def run(self, receive: Receive) -> None:
        """Until the client leaves or is closed."""
        self._live.fanout.join(self.watcher)
        await self._say(wire.Hello(time=self._live.wall(), ping=int(PING_SECONDS * 1000)))
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            self.watcher.heard = self._live.monotonic()
            text = event.get("text")
            parsed = wire.parse(event["bytes"] if text is None else text, self._format)
            del event, text  # the last message is not kept while waiting for the next
            if isinstance(parsed, wire.Fault):
                if not await self._fault(parsed):
                    return
            else:
                await self._handle(parsed)
                del parsed

    @property
    def _format(self) -> Format:
        return Format(self.watcher.format)

    async def _fault(self, fault: wire.Fault) -> bool:
        """Say what is wrong; False where the connection is closed for it."""
        await self._say(No(fault.code, fault.op))
        if not self._session.fails(fault):
            return True
        code = wire.CLOSE_TOO_LARGE if fault.code is Refusal.TOO_LARGE else wire.CLOSE_HOSTILE
        await _close(self._send, code, fault.code)
        return False

    async def _handle(self, message: wire.ClientMessage) -> None:
        refusal = self._session.admit(
            message, subscribed=len(self.watcher.topics), now=self._live.monotonic()
        )
        if refusal is not None:
            await self._say(No(refusal, message.op if isinstance(message, wire.Vote) else None))
            return
        match message:
            case wire.Sub(subs):
                for sub in subs:
                    await self._subscribe(sub)
            case wire.Unsub(channels):
                for channel in channels:
                    topic = wire.topic_of(channel)
                    if topic is not None:
                        self._live.fanout.unsubscribe(self.watcher, topic)
            case wire.Vote():
                await self._vote(message)
            case wire.Resync(channel):
                topic = wire.topic_of(channel)
                if topic is None or not self._live.fanout.resync(self.watcher, topic):
                    await self._say(No(Refusal.BAD_CHANNEL, channel=channel))

    async def _subscribe(self, sub: wire.Subscription) -> None:
        topic = wire.topic_of(sub.channel)
        if topic is None:
            await self._say(No(Refusal.BAD_CHANNEL, channel=sub.channel))
            return
        fanout = self._live.fanout
        while not fanout.is_warm(topic):
            try:
                known = await fanout.warm(topic)
            except StorageUnavailable:
                await self._say(No(Refusal.TRY_AGAIN, channel=sub.channel))
                return
            if not known:
                await self._say(No(Refusal.UNKNOWN_TOPIC, channel=sub.channel))
                return
        voted = self._live.keys.has_seen(topic, self._device, sub.seen)
        fanout.subscribe(self.watcher, topic, sub.at, voted=voted)

    async def _vote(self, vote: wire.Vote) -> None:
        if self._device is None:
            await self._say(No(Refusal.UNKNOWN_VOTER, vote.op))
            return
        outcome = await cast_vote(self._live.ballots, CastVote(vote.topic, self._device, vote.sign, vote.op))
        if not isinstance(outcome, Receipt):
            await self._say(No(outcome, vote.op))
            return
        seen = self._live.keys.seen_token(vote.topic, self._device)
        await self._say(wire.Ack(outcome.op, outcome.topic, outcome.sign, seen))
        self._live.fanout.reveal(self.watcher, vote.topic)

    async def _say(self, message: wire.ServerMessage) -> None:
        if isinstance(message, No):
            self._live.refusals[message.code] += 1
        payload = wire.encode(message, self._format)
        if self._format is Format.JSON:
            await self._send({"type": "websocket.send", "text": payload.decode()})
        else:
            await self._send({"type": "websocket.send", "bytes": payload})


def _chosen(offered: list[str]) -> Format | None:
    """The first subprotocol offered that is ours."""
    ours = {str(format): format for format in Format}
    return next((ours[name] for name in offered if name in ours), None)


async def _close(send: Send, code: int, reason: Refusal) -> None:
    await send({"type": "websocket.close", "code": code, "reason": str(reason)})


async def _reject(send: Send, refusal: Refusal) -> None:
    """Refuse the handshake with the code in the body: 503 where another try may succeed, else 403."""
    body = f'{{"code":"{refusal}"}}'.encode()
    headers = [(b"content-type", b"application/json")]
    await send(
        {"type": "websocket.http.response.start", "status": 503 if refusal.retry else 403, "headers": headers}
    )
    await send({"type": "websocket.http.response.body", "body": body})
