"""Runs the application under uvicorn, with the protocol class that lets fan-out write to transports."""

import asyncio
import resource
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import uvicorn

from server.app import Application, create_app, wall_ms
from server.door import DoorProtocol, Patience
from server.doorkeeper import Doorkeeper
from server.drain import SPREAD_SECONDS
from server.protocol import LiveProtocol
from server.settings import Settings
from storage.data_lock import DataLock
from web.catalogue import load_catalogue

GRACE_SECONDS = 1
"""How long requests and connections have to end once all watchers were asked to come back elsewhere."""

SPARE_DESCRIPTORS = 200
"""What the process needs beside its connections."""

INBOUND_BYTES = 16 * 1024
"""A message above this is refused before it is read whole; the endpoint's own limit is 4 KiB."""


def listen(settings: Settings) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError where the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((settings.host, settings.port))
    listener.listen(4096)
    return listener


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """Asks its watchers to come back elsewhere, spread over a while, before it ends."""

    def __init__(self, config: uvicorn.Config, application: Application) -> None:
        super().__init__(config)
        self._application = application

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        at_once = self.force_exit or signal.SIGINT in self._captured_signals
        await self._application.drain.run(0.0 if at_once else SPREAD_SECONDS)
        await super().shutdown(sockets)


def make_server(
    settings: Settings,
    listener: socket.socket,
    *,
    access_log: bool = False,
    wall: Callable[[], int] = wall_ms,
) -> Server:
    """A server for this listener; run it with ``serve(sockets=[listener])``."""

    def tell(lock: DataLock) -> None:
        lock.tell(url_of(listener))
        print(f"Imagin'Est listens on {url_of(listener)}", flush=True)

    app = create_app(settings, on_ready=tell, wall=wall)
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(settings.most_connections, descriptors - SPARE_DESCRIPTORS)
    doorkeeper = Doorkeeper(most, settings.most_an_address, settings.proxies)
    patience = Patience(settings.head_seconds, settings.body_seconds, settings.stalled_seconds)
    door: Any = partial(DoorProtocol, doorkeeper=doorkeeper, patience=patience, full=_full())
    return Server(
        uvicorn.Config(
            cast(Any, app),
            ws=LiveProtocol,
            ws_max_size=INBOUND_BYTES,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            loop="uvloop",
            http=door,
            interface="asgi3",
            lifespan="on",
            log_level="warning",
            access_log=access_log,
            server_header=False,
            proxy_headers=False,
        ),
        app,
    )


def _full() -> bytes:
    return load_catalogue().say("live", "full").encode()


def serve(settings: Settings) -> bool:
    """Serve until a signal; whether it started."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a descriptor for each watcher
    listener = listen(settings)
    server = make_server(settings, listener)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
    return server.started
