"""``/live``: one connection, one reading task. Everything that answers one client goes the normal ASGI way."""

from dataclasses import dataclass
from typing import Any

from channels import encoding, names, parsing, wire
from channels.corridor import OUTLET_EXTENSION, Corridor, Receive, Send, Visitor
from channels.framing import Framing
from channels.outlet import SendingOutlet
from channels.session import Session
from channels.wire import Format, No
from realtime.frames import payloads
from realtime.refusals import Refusal
from realtime.watcher import Outlet, Watcher


@dataclass(frozen=True, slots=True)
class Live:
    """The ASGI application of the endpoint."""

    corridor: Corridor

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        visitor = self.corridor.identify(scope)
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
        outlet = given or SendingOutlet(send, _messages)
        watcher = Watcher(outlet, str(format), self.corridor.monotonic())
        connection = Connection(self.corridor, watcher, visitor, send)
        try:
            await connection.run(receive)
        finally:
            self.corridor.leave(watcher)
            if isinstance(outlet, SendingOutlet):
                await outlet.close()


class Connection:
    """One client: reads its messages in turn and answers each before it reads the next."""

    __slots__ = ("_corridor", "_send", "_session", "_visitor", "watcher")

    def __init__(self, corridor: Corridor, watcher: Watcher, visitor: Visitor, send: Send) -> None:
        self.watcher = watcher
        self._corridor = corridor
        self._visitor = visitor
        self._send = send
        self._session = Session()

    async def run(self, receive: Receive) -> None:
        """Until the client leaves or is closed."""
        await self._say(self._corridor.greeting(Framing(self.watcher.format)))
        self._corridor.fanout.join(self.watcher)
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            self.watcher.heard = self._corridor.monotonic()
            text = event.get("text")
            parsed = parsing.parse(event["bytes"] if text is None else text, self._format)
            del event, text  # the last message is not kept while waiting for the next
            if isinstance(parsed, parsing.Fault):
                if not await self._fault(parsed):
                    return
            else:
                await self._handle(parsed)
                del parsed

    @property
    def _format(self) -> Format:
        return Format(self.watcher.format)

    async def _fault(self, fault: parsing.Fault) -> bool:
        """Say what is wrong; False where the connection is closed for it."""
        await self._say(No(fault.code, fault.op))
        if not self._session.fails(fault):
            return True
        code = wire.CLOSE_TOO_LARGE if fault.code is Refusal.TOO_LARGE else wire.CLOSE_HOSTILE
        await _close(self._send, code, fault.code)
        return False

    async def _handle(self, message: wire.ClientMessage) -> None:
        named = {one.channel for one in message.subs} if isinstance(message, wire.Sub) else ()
        others = sum(names.topic_channel(topic) not in named for topic in self.watcher.topics) if named else 0
        refusal = self._session.admit(message, subscribed=others, now=self._corridor.monotonic())
        if refusal is not None:
            await self._say(No(refusal, message.op if isinstance(message, wire.Vote) else None))
            return
        match message:
            case wire.Sub(subs):
                for sub in subs:
                    await self._subscribe(sub)
            case wire.Unsub(channels):
                for channel in channels:
                    self._corridor.unfollow(self.watcher, channel)
            case wire.Vote():
                await self._vote(message)
            case wire.Clock(sent):
                await self._say(wire.Time(sent, self._corridor.wall()))
            case wire.Resync(channel):
                topic = names.topic_of(channel)
                if topic is None or not self._corridor.fanout.resync(self.watcher, topic):
                    await self._say(No(Refusal.BAD_CHANNEL, channel=channel))

    async def _subscribe(self, sub: wire.Subscription) -> None:
        if sub.channel == names.CONSOLE:
            refused = await self._corridor.console.follow(self.watcher, self._visitor.staff, self._close)
        else:
            refused = await self._corridor.follow(self.watcher, self._visitor, sub)
        if refused is not None:
            await self._say(refused)

    async def _close(self, code: int, reason: Refusal) -> None:
        await _close(self._send, code, reason)

    async def _vote(self, vote: wire.Vote) -> None:
        answer = await self._corridor.enter(self._visitor, vote)
        await self._say(answer)
        if isinstance(answer, wire.Ack) and answer.seen:
            self._corridor.fanout.reveal(self.watcher, vote.topic)

    async def _say(self, message: wire.ServerMessage) -> None:
        if isinstance(message, No):
            self._corridor.refusals[message.code] += 1
        payload = encoding.encode(message, self._format)
        if self._format is Format.JSON:
            await self._send({"type": "websocket.send", "text": payload.decode()})
        else:
            await self._send({"type": "websocket.send", "bytes": payload})


def _chosen(offered: list[str]) -> Format | None:
    """The first subprotocol offered that is ours."""
    ours = {str(format): format for format in Format}
    return next((ours[name] for name in offered if name in ours), None)


def _messages(joined: bytes) -> list[dict[str, Any]]:
    """ASGI's messages of joined frames."""
    return [
        {"type": "websocket.send"} | ({"text": payload.decode()} if is_text else {"bytes": payload})
        for payload, is_text in payloads(joined)
    ]


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
