"""Runs the application under uvicorn, with the protocol class that lets fan-out write to transports."""

import asyncio
import gc
import logging
import resource
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import uvicorn

from realtime.bus import MEMORY
from server.app import Application, create_app, wall_ms
from server.door import DoorProtocol, Patience
from server.doorkeeper import Doorkeeper
from server.drain import SPREAD_SECONDS
from server.ending import FINISH_SECONDS
from server.logs import configure
from server.operations import OperationsListener, operations_app
from server.protocol import LiveProtocol
from server.public_address import http_address
from server.settings import BadSetting, Settings
from storage.data_lock import DataLock
from web.catalogue import Language, load_catalogue

log = logging.getLogger("imaginest.server")

GRACE_SECONDS = 1
"""How long connections have to end after the last requests; whatever then still runs is cut off."""

SPARE_DESCRIPTORS = 200
"""What the process needs beside its connections."""

INBOUND_BYTES = 16 * 1024
"""A message above this is refused before it is read whole; the endpoint's own limit is 4 KiB."""


def listen(settings: Settings) -> socket.socket:
    """The public listening socket; port 0 takes a free one. Raises BadSetting where the port is taken."""
    return _listen(settings.host, settings.port)


def listen_for_operators(settings: Settings) -> socket.socket | None:
    """The listening socket of ``metrics``, where the settings want one. Raises BadSetting."""
    return None if settings.metrics is None else _listen(*settings.metrics, whose="IMAGINEST_METRICS: ")


def _listen(host: str, port: int, *, whose: str = "") -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(4096)
    except OSError as error:
        listener.close()
        raise BadSetting(f"{whose}port {port} on {host} cannot be used: {error.strerror}") from error
    return listener


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return http_address(host, port)


class Server(uvicorn.Server):
    """Asks its watchers to come back elsewhere, spread over a while, before it ends."""

    def __init__(
        self, config: uvicorn.Config, application: Application, operations: OperationsListener | None
    ) -> None:
        super().__init__(config)
        self._application = application
        self._operations = operations

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            if self._operations is not None:
                await self._operations.start()
            log.info("the node serves", extra={"event": "started"})

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        at_once = self.force_exit or signal.SIGINT in self._captured_signals
        log.info("the node asks its watchers to leave", extra={"event": "draining"})
        await self._application.drain.run(0.0 if at_once else SPREAD_SECONDS)
        self._application.ending.begin()
        self._take_nobody_new(sockets or [])
        await self._application.drain.close()
        await self._application.ending.finished(FINISH_SECONDS)
        if self._operations is not None:
            await self._operations.stop()
        await super().shutdown(sockets)
        log.info("the node has ended", extra={"event": "ended"})

    def _take_nobody_new(self, sockets: list[socket.socket]) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets:
            listener.close()


def make_server(
    settings: Settings,
    listener: socket.socket,
    *,
    for_operators: socket.socket | None = None,
    wall: Callable[[], int] = wall_ms,
) -> Server:
    """A server for these listeners; run it with ``serve(sockets=[listener])``."""

    def tell(lock: DataLock) -> None:
        lock.tell(url_of(listener))
        print(f"Imagin'Est listens on {url_of(listener)}", flush=True)

    app = create_app(settings, on_ready=tell, wall=wall)
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(settings.most_connections, descriptors - SPARE_DESCRIPTORS)
    doorkeeper = Doorkeeper(most, settings.most_an_address, settings.proxies)
    app.metrics.parts.doorkeepers.append(doorkeeper)
    operations = None
    if for_operators is not None:
        operations = OperationsListener(operations_app(app.health, app.metrics), for_operators)
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
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
        ),
        app,
        operations,
    )


def _full() -> bytes:
    """In every language: who comes is not known yet."""
    return "\n".join(load_catalogue(language).say("live", "full") for language in Language).encode()


def serve(settings: Settings) -> bool:
    """Serve until a signal; whether it started."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a descriptor for each watcher
    configure(settings.log, settings.node)
    if settings.is_shared and settings.bus_url == MEMORY:
        log.warning(
            "no bus between the nodes: what other nodes of this database count is seen up to two seconds late "
            "and said of nobody; set IMAGINEST_BUS_URL where there is more than one"
        )
    listener, for_operators = listen(settings), listen_for_operators(settings)
    if for_operators is not None:
        print(f"Imagin'Est tells operators at {url_of(for_operators)}", flush=True)
    server = make_server(settings, listener, for_operators=for_operators)
    gc.freeze()  # what is loaded by now stays: no collection looks at it again
    gc.enable()
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
    return server.started
