"""What each fault test found is written down: ``--reliability FILE`` makes docs/reliability.md of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

HEAD = """# What breaks, and what is lost

Written by the tests that break it: `./dev test tests/faults --reliability docs/reliability.md`. Each row is one
fault, injected into real processes; the seconds are those of the run that wrote the table, on a small machine.

| what breaks | what was lost | how long |
| --- | --- | --- |
"""

Tell = Callable[..., None]
_ROWS = pytest.StashKey[dict[str, str]]()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Call it at the end of a test: ``tell("what breaks", "what was lost", "how long")``."""

    def write(breaks: str, lost: str, how_long: str) -> None:
        request.config.stash[_ROWS][breaks] = f"| {breaks} | {lost} | {how_long} |\n"

    return write


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ROWS] = {}


def pytest_sessionfinish(session: pytest.Session) -> None:
    target: Path | None = session.config.getoption("--reliability")
    if target is not None:
        rows = session.config.stash[_ROWS]
        target.write_text(HEAD + "".join(rows[name] for name in sorted(rows)))
