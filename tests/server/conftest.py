import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operated import Operated


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Operated]:
    """A server with a port for its operators; a test may end it before."""
    server = Operated(tmp_path)
    server.start()
    yield server
    if server.process is not None:
        server.end(signal.SIGKILL)
