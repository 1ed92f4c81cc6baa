"""What we are measured against: a bare loop of ``socket.send``, and Starlette as uvicorn serves it.

Run as ``python -m tests.bench.references floor|starlette PORT``; each datagram on UDP PORT+1 is one broadcast.
"""

import asyncio
import base64
import hashlib
import resource
import select
import socket
import sys

FRAME = b"\x81\x64" + b"x" * 100
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def floor(port: int) -> None:
    """Accepts websockets and writes one prebuilt frame to all of them, nothing else."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    control = _control(port)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    poll.register(control, select.EPOLLIN)
    print("ready", flush=True)
    watchers: list[socket.socket] = []
    while True:
        for fd, _ in poll.poll():
            if fd == control.fileno():
                control.recv(100)
                for watcher in watchers:
                    watcher.send(FRAME)
            else:
                raw, _ = listener.accept()
                request = raw.recv(8192).decode()
                if "Sec-WebSocket-Key" not in request:  # somebody looked whether we listen
                    raw.close()
                    continue
                key = request.split("Sec-WebSocket-Key: ")[1].split("\r\n")[0]
                accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
                raw.sendall(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
                )
                raw.setblocking(False)
                watchers.append(raw)


def starlette(port: int) -> None:
    """The loop of ``send_bytes`` that a chat tutorial writes, under uvicorn's defaults."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket

    watchers: set[WebSocket] = set()

    async def live(websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="imaginest.v1.json")
        watchers.add(websocket)
        async for _ in websocket.iter_text():
            pass

    async def broadcasts() -> None:
        loop = asyncio.get_running_loop()
        while True:
            await loop.sock_recv(control, 100)
            for watcher in list(watchers):
                await watcher.send_bytes(FRAME[2:])

    async def run() -> None:
        config = uvicorn.Config(app, port=port, log_level="error", backlog=4096)
        task = asyncio.create_task(broadcasts())
        await uvicorn.Server(config).serve()
        task.cancel()

    control = _control(port)
    control.setblocking(False)
    app = Starlette(routes=[WebSocketRoute("/live", live)])
    print("ready", flush=True)
    asyncio.run(run())


def _control(port: int) -> socket.socket:
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    control.bind(("127.0.0.1", port + 1))
    return control


if __name__ == "__main__":
    {"floor": floor, "starlette": starlette}[sys.argv[1]](int(sys.argv[2]))
