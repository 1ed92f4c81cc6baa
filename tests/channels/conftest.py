from collections.abc import Iterator

import pytest

from tests.running import Running, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for a module; each test makes its own topic and voters."""
    with running(tmp_path_factory.mktemp("data")) as server:
        yield server
