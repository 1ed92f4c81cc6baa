"""The show goes on while a telephone asks the three questions that stand before a vote."""

import re

import pytest
from playwright.sync_api import Page, expect

from storage.event_steps import add_step
from storage.values_events import StepContent, StepKind
from storage.values_show import Gesture
from tests.journeys.booth import Booth, now
from tests.shows import QUESTION, THANKS, Launch

pytestmark = pytest.mark.usefixtures("free_halls")

TOO_LATE = re.compile("Le vote s.est terminé pendant que vous répondiez.*n.a pas été compté.$")
VOTE_NOW = re.compile("n.a pas été compté.*vous pouvez voter maintenant")


def follows(booth: Booth, page: Page, show: Launch) -> None:
    """Launch it, and open its page."""
    booth.go(show, Gesture.LAUNCH)
    page.goto(f"{booth.two.nodes[0].url}/evenements/{show.event}")
    page.locator(f'.act[data-step="{show.steps[0]}"]').wait_for()
    expect(page.locator("body")).to_have_attribute("data-connected", "true")


def asks_first(page: Page) -> None:
    page.locator(".vote-plus").click()
    expect(page.locator("#profile")).to_be_visible()


def test_a_vote_that_ends_behind_the_questions_is_told(booth: Booth, page: Page) -> None:
    show = booth.event(QUESTION)
    for number, content in enumerate(
        (StepContent(StepKind.TOPIC, again=show.steps[0]), StepContent(StepKind.RESULTS), QUESTION)
    ):
        step = booth.do(
            add_step(show.database, show.event, content, op=f"goes-on-{number}", by=show.by, now=now())
        )
        show.steps.append(step)
    follows(booth, page, show)
    missed, dialog = page.locator("#missed"), page.locator("#profile")
    moselle = page.locator("[name=departement][value='57']")
    asks_first(page)
    moselle.check()
    booth.go(show, Gesture.NEXT)
    expect(missed).to_have_text(VOTE_NOW)
    expect(dialog).to_be_hidden()
    expect(missed).to_be_focused()
    asks_first(page)
    expect(moselle).to_be_checked()
    booth.go(show, Gesture.NEXT)
    expect(missed).to_have_text(TOO_LATE)
    expect(dialog).to_be_hidden()
    booth.go(show, Gesture.NEXT)
    page.locator(f'.act[data-step="{show.steps[3]}"]').wait_for()
    expect(missed).to_be_empty()
    asks_first(page)
    booth.go(show, Gesture.STOP)
    page.locator(".page-event-over").wait_for(state="attached")
    expect(missed).to_have_text(TOO_LATE)


def test_a_vote_that_goes_on_behind_the_questions_is_counted_and_told(booth: Booth, page: Page) -> None:
    show = booth.event(QUESTION, THANKS)
    follows(booth, page, show)
    asks_first(page)
    booth.go(show, Gesture.NEXT)
    page.locator(f'.act[data-step="{show.steps[1]}"]').wait_for(state="attached")
    page.get_by_role("button", name="Passer et voter").click()
    expect(page.locator("#missed")).to_contain_text("votre vote est bien compté")
    expect(page.locator("#missed")).to_contain_text(QUESTION.title[:20])
    expect(page.locator("#missed")).to_be_focused()
