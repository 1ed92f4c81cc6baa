"""Citizens whom no websocket reaches: they read a stream of events, poll, and vote by POST."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.running import DEADLINE, NO_TLS, Running


@dataclass
class Reader:
    """An open stream of events."""

    lines: AsyncIterator[str]
    last_id: str = ""
    ids: list[str] = field(default_factory=list)

    async def hear(self) -> dict[str, Any]:
        """The data of the next event, which is one line."""
        async with asyncio.timeout(DEADLINE):
            while True:
                line = await anext(self.lines)
                if line.startswith("id: "):
                    self.last_id = line.removeprefix("id: ")
                elif line.startswith("data: "):
                    message: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    if message["t"] != "watching":  # it comes by the clock
                        return message

    async def hear_a(self, kind: str) -> dict[str, Any]:
        while True:
            message = await self.hear()
            if message["t"] == kind:
                return message


@dataclass
class Visitor:
    """One device, or none, that uses the doors for where no websocket passes."""

    http: httpx2.AsyncClient

    @asynccontextmanager
    async def reads(self, *subs: str, last_id: str = "") -> AsyncIterator[Reader]:
        """A stream of events that has said hello."""
        headers = {"Last-Event-ID": last_id} if last_id else {}
        async with self.http.stream("GET", address("events", subs), headers=headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            reader = Reader(answer.aiter_lines())
            assert (await reader.hear())["t"] == "hello"
            yield reader

    async def polls(self, *subs: str, **more: int) -> list[dict[str, Any]]:
        answer = await self.http.get(address("poll", subs, **more))
        assert answer.status_code == 200, answer.text
        messages = [json.loads(line) for line in answer.text.splitlines()]
        return [message for message in messages if message["t"] != "watching"]  # it comes by the clock

    async def votes(self, topic: int, sign: int, op: str | None = None) -> dict[str, Any]:
        vote = {"t": "vote", "topic": topic, "sign": sign, "op": op or secrets.token_urlsafe(16)}
        answer: dict[str, Any] = (await self.http.post("/live/vote", json=vote)).json()
        return answer


def channel(topic: int) -> str:
    return f"topic:{topic}"


def address(door: str, subs: Sequence[str], **more: int) -> str:
    return f"/live/{door}?" + "&".join([f"sub={sub}" for sub in subs] + [f"{k}={v}" for k, v in more.items()])


def known(message: dict[str, Any]) -> str:
    """What a client has after a snap, as the query says it."""
    epoch, number = message["version"]
    return f"{message['channel']}@{epoch}.{number}{'' if 'plus' in message['tally'] else 'h'}"


@asynccontextmanager
async def visitor(url: str | Running, cookie: str | None = None, **more: str) -> AsyncIterator[Visitor]:
    base = url if isinstance(url, str) else url.url
    headers = {"Origin": base} | ({} if cookie is None else {"Cookie": cookie}) | more
    headers = {name: value for name, value in headers.items() if value}
    async with httpx2.AsyncClient(
        base_url=base, headers=headers, timeout=2 * DEADLINE, verify=NO_TLS
    ) as http:
        yield Visitor(http)


def of_kind(kind: str, messages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (message for message in messages if message["t"] == kind)
