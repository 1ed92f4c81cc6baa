"""What each fault test found is written down: ``--reliability FILE`` makes docs/reliability.md of it."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

HEAD = """# What breaks, and what is lost

Written by the tests that break it: `./dev test tests/faults tests/realtime --reliability docs/reliability.md`. Each
row is one fault, injected into real processes (where a row says so, into one node's code); the seconds are those of
the run that wrote the table, on a small machine. “The whole test” bounds an outage, it is none; tests make the
product's waits shorter where they can.

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
    config.addinivalue_line(
        "markers",
        "fault(breaks, lost): what a test breaks and what was lost; it is written down once it passes",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    marker = item.get_closest_marker("fault")
    if marker is not None and report.when == "call" and report.passed:
        breaks, lost = marker.args
        how_long = f"right again by itself; the whole test took {report.duration:.1f} s"
        item.config.stash[_ROWS][breaks] = f"| {breaks} | {lost} | {how_long} |\n"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    target: Path | None = session.config.getoption("--reliability")
    if target is not None:
        rows = session.config.stash[_ROWS]
        target.write_text(HEAD + "".join(rows[name] for name in sorted(rows)))
