"""A real browser (Chromium) before a real server."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.cluster import cluster
from tests.journeys.booth import Booth
from tests.journeys.ended import ended_topic
from tests.once import once
from tests.running import DEADLINE, Running, running
from tests.running_postgres import RunningPostgres

expect.set_options(timeout=DEADLINE * 1000)

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
SPEAKS_FRENCH = "--accept-lang=fr-FR"
"""What a page asks for whose test names no language."""


def chromium() -> str | None:
    return os.environ.get("IMAGINEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="package")  # a browser kept longer would keep its event loop in the way of others
def browser() -> Iterator[Browser]:
    """In continuous integration a missing browser is a failure."""
    path = chromium()
    if not path:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium")
        pytest.skip("there is no Chromium; ./dev test installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, SPEAKS_FRENCH])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def with_ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A folder of data, to copy, and the topic in it whose vote has ended."""
    folder = tmp_path_factory.mktemp("with-ended")
    number = folder / "ended"
    once("with-ended", folder, lambda: number.write_text(str(ended_topic(folder))))
    return folder, int(number.read_text())


@pytest.fixture(scope="module")  # a page lists what the tests of this file have made, nobody else's
def data(with_ended: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    return shutil.copytree(with_ended[0], folder, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def ended(with_ended: tuple[Path, int]) -> int:
    """A topic whose vote has ended."""
    return with_ended[1]


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Running]:
    with running(data) as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's page of a new citizen, without the service worker: to install it takes long."""
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, locale="fr-FR", service_workers="block"
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def other_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="fr-FR", service_workers="block"
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def restartable(tmp_path: Path) -> Iterator[Running]:
    """A server that a test ends and starts again."""
    with running(tmp_path) as server:
        yield server


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory, postgres: RunningPostgres) -> Iterator[Booth]:
    """Leads the evening of two nodes over Redis."""
    with cluster(tmp_path_factory.mktemp("halls"), 2, postgres) as two:
        made = Booth(two)
        yield made
        made.close()


@pytest.fixture
def free_halls(booth: Booth) -> Iterator[None]:
    """Ends what a test has begun: its halls are free for the next."""
    yield
    booth.stop()


@pytest.fixture
def hall(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, service_workers="block")
    yield context
    context.close()


@pytest.fixture
def other_hall(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1024, "height": 768}, service_workers="block")
    yield context
    context.close()
