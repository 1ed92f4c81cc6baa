"""A long show: a screen and a telephone hold after many questions and films what they held after the first."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from storage.values_events import StepContent, StepKind
from storage.values_show import Gesture
from tests.journeys.booth import Booth, screen, shown
from tests.shows import METZ, QUESTION

pytestmark = pytest.mark.usefixtures("free_halls")


@dataclass(frozen=True)
class Held:
    """Nodes and listeners that a page keeps, in the page or not, once its garbage is collected."""

    nodes: int
    listeners: int


def held(session: CDPSession) -> Held:
    for _ in range(3):  # what the first leaves to finalizers
        session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: int(one["value"]) for one in session.send("Performance.getMetrics")["metrics"]}
    return Held(told["Nodes"], told["JSEventListeners"])


def watched(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    return session


def test_a_screen_and_a_telephone_hold_no_more_after_many_questions_and_films(
    booth: Booth, hall: BrowserContext, other_hall: BrowserContext
) -> None:
    rounds = 4
    show = booth.event(StepContent(StepKind.FILM, film=booth.film()), *[QUESTION] * rounds)
    film, *questions = show.steps
    url = booth.two.nodes[0].url
    wall, phone = screen(hall, url, METZ, booth, show.by), other_hall.new_page()
    booth.go(show, Gesture.LAUNCH)
    phone.goto(f"{url}/evenements/{show.event}")
    expect(phone.locator("body")).to_have_attribute("data-connected", "true")
    pages = watched(wall), watched(phone)
    after: list[tuple[Held, ...]] = []
    for question in questions:
        for step in (question, film):
            booth.go(show, Gesture.JUMP, step)
            shown(wall, step)
            phone.locator(f'.act[data-step="{step}"]').wait_for()
        expect(wall.locator(".scene-film .join")).to_be_visible()
        kept = wall.locator(".scene-film video").evaluate("film => (window.first ??= film) === film")
        assert kept, "a vote that opens leaves the film that is there"
        after.append(tuple(map(held, pages)))
    (_, (wall_then, phone_then), *_, (wall_now, phone_now)) = after
    assert wall_now.listeners <= wall_then.listeners and phone_now.listeners <= phone_then.listeners, after
    # A video that stays is some 150 nodes, twice that with its captions; Chromium keeps a few of what it wrote.
    assert wall_now.nodes <= wall_then.nodes + 20 and phone_now.nodes <= phone_then.nodes + 60, after
