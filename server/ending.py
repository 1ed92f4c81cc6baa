"""The last requests of a node: each gets its answer before the database closes; whoever asks then, a 503."""

import asyncio
import contextlib
from typing import Any

from starlette.requests import Request

from storage.database import StorageUnavailable
from web.citizen.errors import unavailable

FINISH_SECONDS = 1.0
"""How long requests may go on once the node takes nobody new; most began before the watchers left."""

UNWIND_SECONDS = 0.5
"""How long those that were cut off after that may take to say so."""


class Ending:
    """ASGI middleware around the pages, behind what names the visitor's language."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._begun = False
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        """From now on whoever asks is told to come back."""
        self._begun = True

    async def finished(self, seconds: float) -> None:
        """Wait until every request has its answer, at most so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._begun:
            await _turn_away(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        started = False

        async def watched(message: Any) -> None:
            nonlocal started
            started = True
            await send(message)

        self._running += 1
        self._idle.clear()
        try:
            await self._app(scope, receive, watched)
        except asyncio.CancelledError:
            if started or not self._begun:
                raise
            await _turn_away(scope, receive, send)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()


async def _turn_away(scope: Any, receive: Any, send: Any) -> None:
    answer = await unavailable(Request(scope), StorageUnavailable("the node ends"))
    answer.headers["connection"] = "close"
    await answer(scope, receive, send)
