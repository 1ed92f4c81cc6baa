"""The menu, and what a phone's first screen holds."""

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.values import Provenance
from tests.journeys.axe import Axe
from tests.journeys.test_accessibility import TOO_WIDE
from tests.journeys.test_keyboard import press_until
from tests.journeys.test_posting import idea
from tests.journeys.test_region import Told, told  # noqa: F401 - a fixture
from tests.running import Running

ENDS = "(s) => Math.max(...s.map((one) => document.querySelector(one).getBoundingClientRect().bottom))"


def test_the_menu_leads_to_the_answers_by_keyboard_and_says_where_one_is(server: Running, page: Page) -> None:
    page.goto(f"{server.url}/credits")
    menu = page.locator("#menu")
    press_until(page, "Tab", "#menu summary")
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    link = menu.get_by_role("link", name="Ce que la Région a répondu")
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reponses")
    expect(menu).not_to_have_attribute("open", "")
    menu.locator("summary").click()
    expect(menu.locator("[aria-current=page]")).to_have_text("Ce que la Région a répondu")
    page.locator(".foot-name").click()
    expect(menu).not_to_have_attribute("open", "")


@pytest.mark.parametrize("language", ["fr", "de"])
def test_the_menu_opens_without_a_program_and_fits(server: Running, browser: Browser, language: str) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 780}, locale="fr-FR"
    )
    cookies = {"langue": language, "caracteres": "grands"}
    context.add_cookies([{"name": n, "value": v, "url": server.url} for n, v in cookies.items()])
    page = context.new_page()
    page.goto(f"{server.url}/statistiques")
    page.locator("#menu summary").click()
    links = page.locator("#menu a").all()
    assert len(links) == 10
    for link in links:
        box = link.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 320 and box["height"] >= 44
    page.set_viewport_size({"width": 1280, "height": 800})
    current = page.locator(".top-links > [aria-current=page]")
    expect(current).to_be_visible()
    expect(current).to_have_attribute("href", "/statistiques")
    context.close()


def test_nothing_lies_over_the_bar_and_ones_votes_stand_in_it(server: Running, page: Page) -> None:
    idea(server, "Une idée simulée ?", provenance=Provenance.SIMULATED)
    page.goto(server.url)
    expect(page.locator(".about-topics")).to_be_visible()
    page.locator("#menu summary").click()
    expect(page.locator("#menu")).to_have_attribute("open", "")
    page.locator(".top-links > a[href='/mes-votes']").click()
    page.wait_for_url("**/mes-votes")


def test_an_open_menu_is_for_everybody(server: Running, browser: Browser) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 780}, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{server.url}/reponses")
    page.locator("#menu summary").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(TOO_WIDE) == []
    context.close()


@pytest.mark.parametrize(
    ("width", "language", "size"), [(360, "fr", "normaux"), (320, "de", "normaux"), (320, "de", "grands")]
)
def test_a_topic_with_a_picture_takes_its_vote_in_the_first_screen(
    server: Running,
    browser: Browser,
    told: Told,  # noqa: F811
    width: int,
    language: str,
    size: str,
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 780}, reduced_motion="reduce")
    cookies = {"langue": language} | ({"caracteres": size} if size == "grands" else {})
    context.add_cookies([{"name": n, "value": v, "url": server.url} for n, v in cookies.items()])
    page = context.new_page()
    page.goto(server.url + told.news)
    page.locator("body[data-connected=true]").wait_for()
    assert page.locator(".picture-scene").count() == 1
    assert page.evaluate(ENDS, ["h1", ".scene-vote .gauge", ".scene-vote .vote-buttons"]) <= 780
    topic = told.news.rsplit("/", 1)[1]
    page.goto(f"{server.url}/recherche?mots=ligne&qui=region")
    card = f"#sujet-{topic}"
    page.locator(card).evaluate("(card) => card.scrollIntoView()")
    parts = [f"{card} .card-title", f"{card} .gauge", f"{card} .vote-buttons"]
    assert page.evaluate(ENDS, parts) <= 780
    assert page.evaluate(TOO_WIDE) == []
    context.close()
