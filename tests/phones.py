"""Telephones as a server sees them: one connection for pages, and cookies that are kept."""

import asyncio
from http.cookies import SimpleCookie
from typing import Self
from urllib.parse import urlencode

from tests.running import Running


class Phone:
    """``async with`` opens its connection; ``cookie`` is the header with which it comes back."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._cookies: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self._answers, self._asks = await asyncio.open_connection("127.0.0.1", self._server.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._asks.close()
        await self._asks.wait_closed()

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    async def get(self, path: str) -> tuple[int, str, str]:
        """The status, where it leads on to, and what is there."""
        return await self._ask("GET", path, "")

    async def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        return await self._ask("POST", path, urlencode(fields))

    async def _ask(self, method: str, path: str, body: str) -> tuple[int, str, str]:
        lines = (
            f"{method} {path} HTTP/1.1",
            f"host: 127.0.0.1:{self._server.port}",
            f"origin: {self._server.url}",
            f"cookie: {self.cookie}",
            "accept: text/html",
            "content-type: application/x-www-form-urlencoded",
            f"content-length: {len(body)}",
        )
        self._asks.write("\r\n".join((*lines, "", body)).encode())
        first, *rest = (await self._answers.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in rest:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                self._cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        content = await self._answers.readexactly(int(headers["content-length"]))
        return int(first.split()[1]), headers.get("location", ""), content.decode()
