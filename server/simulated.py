"""Simulated citizens: they come in by the public door, page, profile and websocket, as a browser does."""

import asyncio
import contextlib
import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

from channels.wire import Format
from realtime.tally import Cell, Hall, Sign
from server.identity import COOKIE
from storage.values import Provenance
from web.halls import HALL_COOKIE

CONNECTING_AT_ONCE = 20
MOST_TRIES = 60
RETRY_SECONDS = 0.25
ANSWER_SECONDS = 20.0

_LOST = (OSError, http.client.HTTPException, WebSocketException, TimeoutError)


class DoorClosed(Exception):
    """The server does not answer, or not as ours does; ``content`` is what it said."""

    def __init__(self, told: str, content: bytes = b"") -> None:
        super().__init__(told)
        self.content = content


@dataclass(frozen=True, slots=True)
class Door:
    """The address of a running server; ``is_own`` where whoever asks runs it."""

    url: str
    is_own: bool = False

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One HTTP request; raises DoorClosed where the server refuses or fails."""
        host = urlsplit(self.url).netloc
        connection = http.client.HTTPConnection(host, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, body, {"Origin": self.url, **headers})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise DoorClosed(f"{method} {path} was answered with {answer.status}: {content[:200]!r}", content)
        return answer, content

    def order(self, name: str, token: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Order something at the operator's door; what it answers."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        _, content = self.ask("POST", f"/operator/{name}", json.dumps(wanted).encode(), **headers)
        answer: dict[str, Any] = json.loads(content)
        return answer

    def operate(self, name: str, token: str, wanted: dict[str, Any]) -> list[int]:
        """The same, where ids are answered."""
        return [int(one) for one in self.order(name, token, wanted)["ids"]]

    def mark(self, topics: list[int], token: str, provenance: Provenance) -> None:
        """Say of topics where their votes come from."""
        self.operate("provenance", token, {"ids": topics, "provenance": str(provenance)})

    def enter(self) -> str:
        """The Cookie header of somebody who opens the home page for the first time."""
        answer, _ = self.ask("GET", "/")
        morsel = SimpleCookie(answer.headers.get("set-cookie", "")).get(COOKIE)
        if morsel is None:
            raise DoorClosed(f"{self.url} gives no cookie")
        return f"{COOKIE}={morsel.value}"

    def tell(self, cookie: str, cell: Cell) -> None:
        """Fill in the profile's form."""
        fields = {"departement": cell.departement or "", "sex": cell.sex or "", "age": cell.age or ""}
        self.ask(
            "POST",
            "/profil",
            urlencode(fields).encode(),
            **{
                "Cookie": cookie,
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )


class SimulatedCitizen:
    """One voter with one websocket; votes one after the other and comes back where the connection is lost."""

    def __init__(
        self, door: Door, cell: Cell | None, connecting: asyncio.Semaphore, hall: Hall | None = None
    ) -> None:
        """``hall`` is where they sit."""
        self._hall = hall
        self._door = door
        self._cell = cell
        self._connecting = connecting
        self._cookie = ""
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def enter(self) -> None:
        """Get a cookie, tell the profile, open the websocket; does nothing while it is open."""
        if self._reader is not None and not self._reader.done():
            return
        async with self._connecting:
            if not self._cookie:
                cookie = await asyncio.to_thread(self._door.enter)
                if self._cell is not None:
                    await asyncio.to_thread(self._door.tell, cookie, self._cell)
                self._cookie = cookie
            self._socket = await connect(
                self._door.url.replace("http", "ws", 1) + "/live",
                origin=Origin(self._door.url),
                subprotocols=[Subprotocol(Format.MSGPACK)],
                additional_headers={"Cookie": self._cookies},
                compression=None,
                ping_interval=None,
            )
        self._reader = asyncio.create_task(self._read(self._socket))

    @property
    def _cookies(self) -> str:
        return self._cookie if self._hall is None else f"{self._cookie}; {HALL_COOKIE}={self._hall}"

    async def vote(self, topic: int, sign: Sign) -> str | None:
        """Vote, again under the same op while that may help; None, or the code of the refusal.

        Raises DoorClosed where the server stays away.
        """
        op = secrets.token_urlsafe(16)
        why: object = "it asks to try again"
        for _ in range(MOST_TRIES):
            try:
                answer = await self._send({"t": "vote", "topic": topic, "sign": int(sign), "op": op}, op)
            except _LOST as error:
                why = repr(error)
            else:
                if answer["t"] == "ack":
                    return None
                if not answer["retry"]:
                    return str(answer["code"])
            await asyncio.sleep(RETRY_SECONDS)
        raise DoorClosed(f"a vote was not taken after {MOST_TRIES} tries: {why}")

    async def leave(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(*_LOST):
                await self._socket.close()
        if self._reader is not None:
            await self._reader

    async def _send(self, message: dict[str, Any], op: str) -> dict[str, Any]:
        await self.enter()
        if self._socket is None:
            raise ConnectionError("not connected")
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[op] = answer
        try:
            await self._socket.send(msgpack.packb(message))
            async with asyncio.timeout(ANSWER_SECONDS):  # unlike wait_for it loses no cancellation
                return await answer
        finally:
            self._answers.pop(op, None)

    async def _read(self, socket: ClientConnection) -> None:
        """Answer pings, hand answers to who waits; ends with the connection."""
        try:
            async for data in socket:
                message = msgpack.unpackb(data) if isinstance(data, bytes) else {"t": ""}
                if message["t"] == "ping":
                    await socket.send(msgpack.packb({"t": "pong"}))
                elif message["t"] in {"ack", "no"}:
                    waiting = self._answers.get(message.get("op") or "")
                    if waiting is not None and not waiting.done():
                        waiting.set_result(message)
        except _LOST:
            pass
        finally:
            for waiting in self._answers.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionError("the connection was lost"))
