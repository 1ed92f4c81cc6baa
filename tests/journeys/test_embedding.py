"""A topic in a page of another site: a second origin, in a real browser that keeps third-party cookies back."""

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.journeys.waiting import until
from tests.running import Running, citizen, running

ALWAYS = TopicRules(0, None, results=ResultPolicy.ALWAYS)
WIDE_OPEN = "<!DOCTYPE html><title>Ailleurs</title><h1>Ailleurs</h1>"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


class OtherSite:
    """Pages of another origin: another port, and under ``localhost`` another site as well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def frame(self, server: Running, path: str) -> None:
        script = f'<script src="{server.url}/integrer.js"></script>'
        frame = f'<iframe src="{server.url}{path}" title="Un sujet" style="width:100%;height:50px"></iframe>'
        (self.folder / "index.html").write_text(WIDE_OPEN + script + frame, encoding="utf-8")

    def __enter__(self) -> "OtherSite":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def other_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherSite]:
    with OtherSite(tmp_path_factory.mktemp("other")) as site:
        yield site


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory, other_site: OtherSite) -> Iterator[Running]:
    """A server that lets the other site show its topics."""
    allowed = f"http://localhost:{other_site.port}"
    with running(tmp_path_factory.mktemp("framed"), IMAGINEST_EMBED_SITES=allowed) as server:
        yield server


async def _votes(server: Running, topic: int, number: int) -> None:
    for _ in range(number):
        async with citizen(server, server.cookie()) as voter:
            assert (await voter.vote(topic, 1))["t"] == "ack"


def votes(server: Running, topic: int, number: int) -> None:
    """The browser's own loop runs in this thread, so the voters' runs in another."""
    thread = threading.Thread(target=lambda: asyncio.run(_votes(server, topic, number)))
    thread.start()
    thread.join()


def test_a_topic_lives_in_another_sites_page_without_a_cookie(
    framed: Running, other_site: OtherSite, page: Page
) -> None:
    topic = framed.topic(ALWAYS)
    other_site.frame(framed, f"/integrer/{topic}")
    page.goto(f"http://localhost:{other_site.port}/")
    inside = page.frame_locator("iframe")
    expect(inside.locator("body")).to_have_attribute("data-connected", "true")
    votes(framed, topic, 10)
    expect(inside.locator(".gauge-voters")).to_have_text("10 votants")
    expect(inside.locator("[data-roll=plus-share]")).to_have_text("100\u202f%")
    until(page, "document.querySelector('iframe').clientHeight > 200")
    fits = "() => document.documentElement.scrollHeight <= innerHeight"
    until(page.frames[1], fits)
    assert page.context.cookies() == []
    with page.context.expect_page() as opened:
        inside.get_by_role("link", name="Voter sur Imagin'Est").click()
    expect(opened.value).to_have_url(f"{framed.url}/sujets/{topic}")
    expect(opened.value.locator("form.vote")).to_be_visible()


def test_another_site_shows_no_page_but_that_one(framed: Running, other_site: OtherSite, page: Page) -> None:
    topic = framed.topic(ALWAYS)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    for path in (f"/sujets/{topic}", "/", "/profil"):
        other_site.frame(framed, path)
        refused.clear()
        page.goto(f"http://localhost:{other_site.port}/")
        assert any("frame-ancestors" in text for text in refused), path


def test_a_site_that_is_not_named_shows_nothing(framed: Running, other_site: OtherSite, page: Page) -> None:
    other_site.frame(framed, f"/integrer/{framed.topic(ALWAYS)}")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"http://127.0.0.1:{other_site.port}/")
    assert any("frame-ancestors" in text for text in refused)


def test_a_height_is_taken_from_our_own_frames_only(
    framed: Running, other_site: OtherSite, page: Page
) -> None:
    other_site.frame(framed, f"/integrer/{framed.topic(ALWAYS)}")
    page.goto(f"http://localhost:{other_site.port}/")
    until(page, "document.querySelector('iframe').clientHeight > 200")
    page.evaluate(
        """() => new Promise(heard => {
            addEventListener("message", heard, { once: true });
            postMessage({ imaginest: { height: 4000 } }, "*");
        }).then(() => undefined)"""
    )
    assert page.evaluate("document.querySelector('iframe').clientHeight") < 2000
