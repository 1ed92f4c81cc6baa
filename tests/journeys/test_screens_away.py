"""Halls' screens, telephones and the remote while the network, a node, the database or the browser is away."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from storage.event_steps import add_step
from storage.screens import paired_screens, unpair
from storage.stages import get_stage
from storage.values_events import StepContent, StepKind
from storage.values_news import Picture
from storage.values_show import Gesture
from tests.journeys.booth import HOUR, REVEAL, Booth, now, remote, screen, shown
from tests.journeys.conftest import FLAGS, SPEAKS_FRENCH, chromium
from tests.journeys.waiting import until
from tests.running import DEADLINE
from tests.shows import METZ, QUESTION, THANKS, WAITING, Launch
from tests.tcp_proxy import tcp_proxy
from web.installable import ICONS

pytestmark = pytest.mark.usefixtures("free_halls")


AT_ITS_SECOND = """at => {
    const seconds = Math.ceil((at - Date.now()) / 1000);
    const told = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    return document.querySelector(".is-on .digits").textContent === told;
}"""
"""Whether a countdown of less than an hour tells what it is to; the clock of this machine is the server's."""


def test_a_countdown_goes_on_without_a_network_and_is_at_its_second_when_it_comes_back(
    booth: Booth, hall: BrowserContext
) -> None:
    ends = now() + HOUR
    show = booth.event(StepContent(StepKind.COUNTDOWN, at=ends), REVEAL)
    with tcp_proxy(booth.two.nodes[0].port) as proxy:
        page = screen(hall, f"http://127.0.0.1:{proxy.port}", METZ, booth, show.by)
        booth.go(show, Gesture.LAUNCH)
        shown(page, show.steps[0])
        proxy.cut(everything=True)
        expect(page.locator("#lost")).to_be_visible()
        before = page.locator(".is-on .digits").text_content() or ""
        expect(page.locator(".is-on .digits")).not_to_have_text(before)
        proxy.cut(everything=False)
        expect(page.locator("#lost")).to_be_hidden()
        until(page, AT_ITS_SECOND, ends)
        booth.go(show, Gesture.NEXT)
        shown(page, show.steps[1])
        expect(page.locator(".is-on .name")).to_have_text("Imagin'Est")


def voters(page: Page) -> Locator:
    return page.locator('.is-on .duel-voters [data-figure="voters"]')


def test_a_vote_keeps_its_numbers_without_a_network_and_catches_up_by_itself(
    booth: Booth, hall: BrowserContext
) -> None:
    show, node = booth.event(QUESTION), booth.two.nodes[0]
    with tcp_proxy(node.port) as proxy:
        page = screen(hall, f"http://127.0.0.1:{proxy.port}", METZ, booth, show.by)
        booth.go(show, Gesture.LAUNCH)
        shown(page, show.steps[0])
        booth.vote(node.url, show, 10)
        expect(voters(page)).to_have_text("10")
        proxy.cut(everything=True)
        expect(page.locator("#lost")).to_be_visible()
        booth.vote(node.url, show, 2)
        assert voters(page).text_content() == "10"
        expect(page.locator('.is-on .duel-figures [data-figure="plus"]')).to_have_text("100")
        proxy.cut(everything=False)
        expect(voters(page)).to_have_text("12")
        expect(page.locator("#lost")).to_be_hidden()


def test_a_show_whose_database_is_stopped_stays_on_and_goes_on_once_it_is_back(
    booth: Booth, hall: BrowserContext, other_hall: BrowserContext
) -> None:
    here, there = booth.two.nodes
    show = booth.event(StepContent(StepKind.COUNTDOWN, at=now() + HOUR), REVEAL)
    metz = screen(hall, here.url, METZ, booth, show.by)
    phone = other_hall.new_page()
    phone.goto(f"{there.url}/evenements/{show.event}")
    desk = remote(other_hall, there.url, show, booth)
    booth.go(show, Gesture.LAUNCH)
    shown(metz, show.steps[0])
    digits = (metz.locator(".is-on .digits"), phone.locator("[data-countdown]"))
    expect(desk.locator("[data-lead]")).to_be_hidden()
    before = [each.text_content() or "" for each in digits]
    booth.two.postgres.end(signal.SIGINT)
    try:
        desk.locator("[data-press=next]").click()
        expect(desk.locator("#remote-told")).to_contain_text("rien n'a bougé")
        for each, told in zip(digits, before, strict=True):
            expect(each).not_to_have_text(told)
            expect(each).to_be_visible()
    finally:
        booth.two.postgres.start()
    until(
        desk,
        """() => {
        if (document.getElementById("remote-told").textContent.includes("Étape suivante")) return true;
        document.querySelector("[data-press=next]").click();
    }""",
    )
    shown(metz, show.steps[1])
    expect(phone.locator("#scene")).to_contain_text("Imagin'Est")
    stage = booth.do(get_stage(booth.database, show.event))
    assert stage.show.step == show.steps[1] and stage.show.number == 2, "moved once"


def test_a_screen_catches_up_by_itself_once_its_killed_node_is_there_again(
    booth: Booth, hall: BrowserContext
) -> None:
    show = booth.event(QUESTION)
    other, killed = booth.two.nodes
    page = screen(hall, killed.url, METZ, booth, show.by)
    booth.go(show, Gesture.LAUNCH)
    shown(page, show.steps[0])
    booth.vote(other.url, show, 10)
    expect(voters(page)).to_have_text("10")
    killed.end(signal.SIGKILL)
    try:
        expect(page.locator("#lost")).to_be_visible()
        booth.vote(other.url, show, 2)
        assert voters(page).text_content() == "10"
    finally:
        killed.start()
    expect(voters(page)).to_have_text("12")
    expect(page.locator("#lost")).to_be_hidden()


def test_a_remote_whose_node_dies_goes_on_at_another_one_and_counts_a_press_once(
    booth: Booth, hall: BrowserContext
) -> None:
    show = booth.event(WAITING, REVEAL, THANKS)
    other, killed = booth.two.nodes
    with tcp_proxy(killed.port) as proxy:
        booth.go(show, Gesture.LAUNCH)
        desk = remote(hall, f"http://127.0.0.1:{proxy.port}", show, booth)
        heard: list[str] = []
        desk.on("websocket", lambda line: line.on("framereceived", lambda frame: heard.append(str(frame))))
        expect(desk.locator(".remote-on")).to_contain_text("Bienvenue")
        expect(desk.locator("[data-lead]")).to_be_hidden()

        def lose(route: Route) -> None:
            """The press arrives, and its answer does not."""
            if route.request.method == "POST":
                route.fetch()
            route.abort()

        desk.route("**/regie*", lose)
        desk.route("**/regie/etat", lambda route: route.abort())
        desk.locator("[data-press=next]").click()
        expect(desk.locator("#remote-told")).to_contain_text("Appuyez de nouveau")
        killed.end(signal.SIGKILL)
        try:
            proxy.lead_to(other.port)
            desk.unroute("**/regie*")
            desk.locator("[data-press=next]").click()
            expect(desk.locator("#remote-told")).to_contain_text("Étape suivante")
            assert booth.do(get_stage(booth.database, show.event)).show.number == 2, "counted once"
            desk.unroute("**/regie/etat")
            expect(desk.locator(".remote-on")).to_contain_text("Imagin'Est")
            until(desk, "() => document.querySelector('[data-lead]').hidden")
            booth.go(show, Gesture.NEXT)
            expect(desk.locator(".remote-on")).to_contain_text("Merci")
            end = time.monotonic() + DEADLINE
            while not any('"t":"show"' in frame and '"number":3' in frame for frame in heard):
                assert time.monotonic() < end, "its connection did not come back"
                desk.wait_for_timeout(20)
        finally:
            killed.start()


KEPT = """async hall => {
    const kept = await caches.open(`imaginest-screen-${hall}`);
    const said = await kept.match(`/ecran/${hall}/moment`);
    const moment = said && (await said.json());
    return moment && (await kept.match(`/ecran/${hall}`)) ? moment.show.step : null;
}"""
"""The step that the device would show without a network."""

FORGOTTEN = "async hall => !(await caches.has(`imaginest-screen-${hall}`))"


@pytest.fixture
def restart(browser: Browser, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """Starts a hall's own browser, which keeps what it holds as long as the test."""
    contexts: list[BrowserContext] = []

    def start() -> BrowserContext:
        if contexts:
            contexts.pop().close()
        arguments = [*FLAGS, SPEAKS_FRENCH]
        contexts.append(
            browser.browser_type.launch_persistent_context(
                tmp_path, executable_path=chromium(), args=arguments
            )
        )
        return contexts[0]

    yield start
    contexts.pop().close()


def pictured(booth: Booth, show: Launch) -> int:
    """A countdown with a picture, at the end of the run of show."""
    image = (ICONS / "icon-512.png").read_bytes()
    picture = Picture(sha256(image).hexdigest(), "Une place", 512, 512)
    content = StepContent(StepKind.COUNTDOWN, "Bientôt", at=now() + HOUR, picture=picture)
    step = booth.do(
        add_step(booth.database, show.event, content, op="pictured", by=show.by, now=now(), image=image)
    )
    assert isinstance(step, int), step
    return step


def test_a_browser_that_is_started_without_a_network_shows_the_last_step_and_catches_up(
    booth: Booth, restart: Callable[[], BrowserContext]
) -> None:
    show = booth.event(REVEAL)
    step = pictured(booth, show)
    with tcp_proxy(booth.two.nodes[1].port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}"
        page = screen(restart(), url, METZ, booth, show.by)
        booth.go(show, Gesture.LAUNCH)
        booth.go(show, Gesture.NEXT)
        until(page, f"async step => (await ({KEPT})('metz')) === step", step)
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        proxy.cut(everything=True)
        page = restart().new_page()
        page.goto(f"{url}/ecran/metz")
        expect(page.locator("#lost")).to_be_visible()
        shown(page, step)
        digits = page.locator(".is-on .digits")
        expect(digits).to_have_text(re.compile(r"^(59|1:00):\d\d"))
        expect(digits).not_to_have_text(digits.text_content() or "")
        until(page, "() => document.querySelector('.is-on .picture').naturalWidth > 0")
        booth.go(show, Gesture.BACK)
        proxy.cut(everything=False)
        shown(page, show.steps[0])
        expect(page.locator("#lost")).to_be_hidden()
        mine = booth.do(paired_screens(booth.database, (METZ,)))[-1]
        booth.do(unpair(booth.database, mine.id, by=show.by, now=now()))
        expect(page.locator("#code")).to_be_visible()
        until(page, FORGOTTEN, "metz")
        page.close()


def test_a_screen_whose_browser_is_closed_comes_back_paired_and_at_the_right_step(
    booth: Booth, restart: Callable[[], BrowserContext]
) -> None:
    url = booth.two.nodes[1].url
    show = booth.event(WAITING, REVEAL)
    screen(restart(), url, METZ, booth, show.by)
    booth.go(show, Gesture.LAUNCH)
    again = restart()
    booth.go(show, Gesture.NEXT)
    page = again.new_page()
    page.goto(f"{url}/ecran/metz")
    shown(page, show.steps[1])
