"""Looking for a subject on a phone, by keyboard, and without JavaScript."""

import itertools

from playwright.sync_api import Browser, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.journeys.axe import Axe
from tests.running import Running

RULES = TopicRules(0, None, results=ResultPolicy.ALWAYS)
STATIONS = itertools.count(1)
FOUND = "/recherche?mots=ornithorynque"


def subject(server: Running) -> int:
    return server.topic(RULES, title=f"Des nichoirs à ornithorynques dans la gare {next(STATIONS)}")


def test_a_word_on_the_home_page_leads_to_a_card_that_is_live(server: Running, page: Page) -> None:
    topic = subject(server)
    page.goto(server.url)
    page.get_by_role("searchbox", name="Mots à chercher").fill("ORNITHORYNQUE gare")
    page.keyboard.press("Enter")
    card = page.locator(f"#sujet-{topic}")
    expect(card).to_be_visible()
    expect(card).to_be_in_viewport()
    expect(page.locator("body[data-connected=true]")).to_be_attached()
    card.get_by_role("button", name="Plus").click()
    page.locator("#profile").get_by_role("button", name="Passer et voter").click()
    expect(card.locator(".vote-own")).to_have_text("Vous avez voté plus.")
    expect(card.locator(".gauge-voters")).to_have_text("1 votant")


def test_filters_are_chosen_and_taken_back_without_javascript(server: Running, browser: Browser) -> None:
    topic = subject(server)
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, locale="fr-FR", java_script_enabled=False
    )
    page = context.new_page()
    page.goto(server.url + FOUND)
    page.get_by_text("Filtrer et trier").click()
    page.locator("select[name=etat]").select_option("Terminé")
    page.get_by_role("button", name="Appliquer").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("Aucun sujet ne répond à")
    page.get_by_role("link", name="Retirer le filtre Terminé").click()
    expect(page.locator(f"#sujet-{topic}")).to_be_visible()
    context.close()


def test_axe_finds_nothing_with_or_without_results(server: Running, browser: Browser) -> None:
    subject(server)
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    for path in (FOUND, "/recherche?mots=dinosaure&theme=sport&tri=divided"):
        page.set_viewport_size({"width": 320, "height": 780})
        page.goto(server.url + path)
        page.get_by_text("Filtrer et trier").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert Axe().by_day_and_night(page) == "", path
    context.close()
