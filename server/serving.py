"""Runs the application under uvicorn, with the protocol class that lets fan-out write to transports."""

import asyncio
import resource
import socket
from typing import Any

import uvicorn

from server.app import create_app
from server.protocol import LiveProtocol
from server.settings import Settings
from storage.data_lock import DataLock

GRACE_SECONDS = 4
"""How long requests and watchers have to end after SIGTERM."""

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


def make_server(settings: Settings, listener: socket.socket, *, access_log: bool = False) -> uvicorn.Server:
    """A server for this listener; run it with ``serve(sockets=[listener])``."""

    def tell(lock: DataLock) -> None:
        lock.tell(url_of(listener))
        print(f"Imagin'Est listens on {url_of(listener)}", flush=True)

    app: Any = create_app(settings, on_ready=tell)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            ws=LiveProtocol,
            ws_max_size=INBOUND_BYTES,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            loop="uvloop",
            http="httptools",
            lifespan="on",
            log_level="warning",
            access_log=access_log,
            server_header=False,
            proxy_headers=False,
        )
    )


def serve(settings: Settings) -> bool:
    """Serve until a signal; whether it started."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a descriptor for each watcher
    listener = listen(settings)
    server = make_server(settings, listener)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
    return server.started
