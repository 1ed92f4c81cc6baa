"""The doors for whoever keeps the service running.

On the public port only whether the node lives (``/livez``) and is ready (``/readyz``), one word each: balancers ask
there, and more than that is nobody's business. Metrics and what each check found are told on a listener of their
own (``IMAGINEST_METRICS``): an address or a firewall keeps it inside, no token can leak out of a scraper's
configuration, and it answers when the public port is full.
"""

import asyncio
import socket
from functools import partial
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.server import ServerState

from server.door import DoorProtocol, Patience
from server.doorkeeper import Doorkeeper
from server.health import Health, is_ready
from server.metrics import CONTENT_TYPE, Metrics

MOST_CONNECTIONS = 50
PATIENCE = Patience(head=5, body=5, stalled=5)

_NO_STORE = {"cache-control": "no-store"}


def public_routes(health: Health) -> list[Route]:
    async def readyz(_: Request) -> Response:
        ready = is_ready(await health.examine())
        return PlainTextResponse("ready" if ready else "not ready", 200 if ready else 503, _NO_STORE)

    return [Route("/livez", _livez), Route("/readyz", readyz)]


def operations_app(health: Health, metrics: Metrics) -> Any:
    """The ASGI application of the operators' own listener."""

    async def readyz(_: Request) -> Response:
        findings = await health.examine()
        ready = is_ready(findings)
        checks = {name: {"condition": found.condition, **found.details} for name, found in findings.items()}
        told = {"ready": ready, "node": metrics.parts.node, "checks": checks}
        return JSONResponse(told, 200 if ready else 503, _NO_STORE)

    async def read_metrics(_: Request) -> Response:
        return Response(metrics.text(), headers={"content-type": CONTENT_TYPE} | _NO_STORE)

    return Starlette(
        routes=[Route("/livez", _livez), Route("/readyz", readyz), Route("/metrics", read_metrics)]
    )


class OperationsListener:
    """Serves the operators on a listening socket of its own; ``start`` in the loop, ``stop`` ends all it began."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        door: Any = partial(
            DoorProtocol, doorkeeper=Doorkeeper(MOST_CONNECTIONS, MOST_CONNECTIONS), patience=PATIENCE
        )
        self._listener = listener
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self._config = uvicorn.Config(
            app,
            http=door,
            ws="none",
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )

    async def start(self) -> None:
        self._config.load()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, sock=self._listener)

    def _protocol(self) -> asyncio.Protocol:
        protocol: Any = self._config.http_protocol_class
        made: asyncio.Protocol = protocol(config=self._config, server_state=self._state, app_state={})
        return made

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _livez(_: Request) -> Response:
    """That this is answered is the answer."""
    return PlainTextResponse("alive", headers=_NO_STORE)
