"""A neighbour's visit: everything in German, or in English, on the smallest phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicKind, TopicRules
from tests.journeys.axe import Axe
from tests.journeys.test_accessibility import ADDRESSES
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
SMALLEST = 320
ALL_DETAILS = "document.querySelectorAll('details').forEach((each) => (each.open = true))"


@pytest.fixture
def german(browser: Browser) -> Iterator[Page]:
    """The smallest phone of a new visitor from beyond the Rhine, without the worker, which loads twice."""
    context = browser.new_context(
        viewport={"width": SMALLEST, "height": 640},
        locale="de-DE",
        reduced_motion="reduce",
        bypass_csp=True,
        service_workers="block",
    )
    yield context.new_page()
    context.close()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= SMALLEST)


def test_a_first_visit_in_german(server: Running, german: Page) -> None:
    topic = server.topic(OPEN)
    german.goto(f"{server.url}/sujets/{topic}")
    expect(german.locator("html")).to_have_attribute("lang", "de")
    expect(german.locator("body")).to_have_attribute("data-connected", "true")
    expect(german.locator("h1")).to_have_attribute("lang", "fr")
    german.get_by_role("button", name="Plus").click()
    for step, question, answer in ((1, "Wo wohnen Sie?", "Moselle"), (2, "Sie sind", "Eine andere Antwort")):
        expect(german.get_by_text(f"Schritt {step} von 3")).to_be_visible()
        german.get_by_role("group", name=question).get_by_text(answer, exact=True).click()
    assert fits(german)
    german.get_by_role("group", name="Ihr Alter").get_by_text("20 bis 39 Jahre").click()
    expect(german.locator(".vote-note")).to_have_text("Ihre Stimme ist gezählt.")
    expect(german.locator(".vote-own")).to_have_text("Sie haben mit Plus gestimmt.")
    expect(german.locator(".gauge-voters")).to_have_text("1 Stimme")
    for word in ("Minus", "Plus", "Minus", "Plus"):
        german.locator(".vote-buttons").get_by_role("button", name=word).click()
    expect(german.locator(".vote-note")).to_contain_text("heute schon dreimal geändert")
    assert fits(german)


def test_a_choice_of_language_keeps_the_page_and_stays(server: Running, german: Page) -> None:
    topic = server.topic(OPEN)
    german.goto(f"{server.url}/sujets/{topic}")
    german.get_by_role("navigation", name="Sprache").get_by_role("link", name="English").click()
    expect(german).to_have_url(re.compile(f"/sujets/{topic}$"))
    expect(german.locator("html")).to_have_attribute("lang", "en")
    german.reload()
    expect(german.locator("body")).to_have_attribute("data-connected", "true")
    german.get_by_role("button", name="Minus").click()
    german.locator("dialog").get_by_role("button", name="Skip and vote").click()
    expect(german.locator(".vote-note")).to_have_text("Your vote is counted.")
    expect(german.locator("[aria-current=true]")).to_have_text("English")


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_fits_and_axe_finds_nothing(
    server: Running, german: Page, ended: int, language: str
) -> None:
    """In usual and in large type; each page is loaded once. Their colours are looked at in French."""
    topic = server.topic(OPEN, kind=TopicKind.IDEA)
    german.goto(f"{server.url}/langue/{language}")
    for path in ADDRESSES:
        german.goto(server.url + path.format(topic=topic, hidden=topic, ended=ended))
        german.evaluate(ALL_DETAILS)
        assert fits(german), path
        assert Axe().faults_of_words(german) == "", path
        assert fits(german), f"{path} in large type"


@pytest.mark.parametrize(
    ("language", "percent", "moment"),
    [("de", "\u00a0%", r"^\d+\. \w+, \d\d:\d\d$"), ("en", "%", r"^\d+ \w+, \d\d:\d\d$")],
)
def test_numbers_and_moments_are_written_in_the_language(
    server: Running, german: Page, ended: int, language: str, percent: str, moment: str
) -> None:
    german.goto(f"{server.url}/langue/{language}")
    german.goto(f"{server.url}/sujets/{ended}")
    share = german.locator('[data-roll="plus-share"]').text_content() or ""
    assert re.fullmatch(rf"\d+{percent}", share)
    assert re.match(moment, (german.locator(".timeline-days span").first.text_content() or "").strip())
