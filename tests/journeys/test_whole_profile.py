"""Votes that count only with a whole profile, in a real browser: all is asked for, nothing is lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.journeys.test_vote import connected, skip_profile
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
NEEDS_ALL = TopicRules(0, None, results=ResultPolicy.ALWAYS, profile_required=True)
ANSWERS = ("Meuse", "Une femme", "75 ans")


@pytest.fixture
def questions(server: Running, page: Page) -> Locator:
    """The questions, before somebody who has skipped them once, and votes now where all are needed."""
    connected(page, server, server.topic(OPEN))
    page.locator(".vote-plus").first.click()
    skip_profile(page)
    expect(page.locator("body")).to_have_attribute("data-profile", "skipped")
    connected(page, server, server.topic(NEEDS_ALL))
    page.locator(".vote-minus").first.click()
    return page.locator("dialog#profile")


def answer(questions: Locator) -> None:
    for word in ANSWERS:
        questions.locator(".choice:visible", has_text=word).first.click()


def counted(page: Page, side: str) -> None:
    expect(page.locator(".vote-note").first).to_have_text("Votre vote est compté.")
    expect(page.locator(f".vote-{side}").first).to_have_attribute("aria-pressed", "true")


def test_all_is_asked_for_and_nothing_can_be_skipped(questions: Locator, page: Page) -> None:
    expect(questions).to_contain_text("il a besoin de vos trois réponses")
    expect(questions.locator("[name=skip]")).to_be_hidden()
    expect(questions.get_by_text("Je préfère ne pas le dire").first).to_be_hidden()
    questions.get_by_role("button", name="Suivant").click()
    note, buttons = questions.locator(".profile-note"), questions.locator(".profile-buttons")
    expect(note).to_contain_text("Ce vote a besoin de cette réponse")
    told, pressed = note.bounding_box(), buttons.bounding_box()
    assert told is not None and pressed is not None
    assert told["y"] + told["height"] <= pressed["y"]  # nobody looks for it under the buttons
    answer(questions)
    counted(page, "minus")


def test_who_would_rather_not_answer_does_not_vote_and_is_told_so(questions: Locator, page: Page) -> None:
    questions.get_by_role("button", name="Ne pas voter").click()
    expect(questions).to_be_hidden()
    expect(page.locator(".vote-note").first).to_have_text(re.compile("pas compté.*aux trois questions"))


def test_a_vote_that_is_refused_for_want_of_answers_is_cast_with_them(server: Running, page: Page) -> None:
    connected(page, server, server.topic(OPEN))
    page.locator(".vote-plus").first.click()
    answer(page.locator("dialog#profile"))
    expect(page.locator("body")).to_have_attribute("data-profile", "complete")
    connected(page, server, server.topic(NEEDS_ALL))
    other = page.context.new_page()  # answers are taken back there, of which this page knows nothing
    other.goto(f"{server.url}/profil")
    other.get_by_role("button", name="Ne rien dire").click()
    expect(other.locator("body")).to_have_attribute("data-profile", "skipped")
    page.locator(".vote-plus").first.click()
    questions = page.locator("dialog#profile")
    expect(questions).to_be_visible()
    answer(questions)
    counted(page, "plus")
