"""A topic passed on, and what whoever scans its code meets."""

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.values import TopicRules
from tests.running import Running


@pytest.mark.parametrize("scripted", [True, False])
def test_from_the_code_to_the_first_vote_are_two_taps(
    server: Running, browser: Browser, scripted: bool
) -> None:
    topic = server.topic(TopicRules(0, None))
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, locale="fr-FR", java_script_enabled=scripted
    )
    page = context.new_page()
    page.goto(f"{server.url}/s/{topic}")
    page.get_by_role("button", name="Plus", exact=False).first.click()
    page.locator("button[name=skip]:visible").click()
    expect(page).to_have_url(f"{server.url}/sujets/{topic}")
    expect(page.locator(".vote-own")).to_have_text("Vous avez voté plus.")
    context.close()


def test_a_topic_is_copied_and_hung_up(server: Running, page: Page) -> None:
    topic = server.topic(TopicRules(0, None), title="Faut-il plus de trains le soir ?")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server.url}/sujets/{topic}")
    page.get_by_role("link", name="Partager").click()
    page.get_by_role("button", name="Copier l'adresse").click()
    expect(page.get_by_role("status").filter(has_text="copiée")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{server.url}/s/{topic}"
    drawn = "image => image.decode().then(() => image.naturalWidth)"
    assert page.get_by_role("img", name="Code QR").evaluate(drawn) > 0
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Imprimer l'affiche")).to_be_hidden()
    expect(page.locator(".top")).to_be_visible()
    for shown in (".sharing h1", ".sharing-code img", ".sharing-link"):
        expect(page.locator(shown)).to_be_visible()
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert pages == 1
