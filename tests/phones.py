"""Telephones as a server sees them: requests of one address, and cookies that are kept."""

import asyncio
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.running import Running


class Phone:
    """``cookie`` is the header with which it comes back. Each request has a connection of its own."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._cookies: dict[str, str] = {}

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
            "connection: close",
            "content-type: application/x-www-form-urlencoded",
            f"content-length: {len(body)}",
        )
        answer, question = await asyncio.open_connection("127.0.0.1", self._server.port)
        question.write("\r\n".join((*lines, "", body)).encode())
        head, _, content = (await answer.read()).partition(b"\r\n\r\n")
        question.close()
        await question.wait_closed()
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in rest:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                self._cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return int(first.split()[1]), headers.get("location", ""), content.decode()
