"""A server whose clock is wrong by as many ms as a file says: ``python -m tests.faults.wrong_clock DATA FILE``.

Everything else it is told as any other, by its environment.
"""

import asyncio
import sys
from pathlib import Path

from server import serving
from server.app import wall_ms
from server.settings import Settings


def main(data: str, file: str) -> None:
    settings = Settings.of(data=Path(data), port=0)
    offset = Path(file)
    listener = serving.listen(settings)
    server = serving.make_server(settings, listener, wall=lambda: wall_ms() + int(offset.read_text()))
    asyncio.run(server.serve(sockets=[listener]))


if __name__ == "__main__":
    main(*sys.argv[1:])
