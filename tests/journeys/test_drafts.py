"""What is typed is never lost: a tab that closes, a network that is away, a form that is sent later, each once."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.journeys.test_vote import connected
from tests.journeys.waiting import until
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
IDEA = "Un abri à vélos à la gare de Bar-le-Duc"
ARGUMENT = "Il pleut souvent"
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('imaginest.draft'))"


def anew(page: Page) -> Page:
    """The tab closes without a word, as where a battery dies; another one in the same browser."""
    context = page.context
    page.close()
    return context.new_page()


def nothing_is_kept(page: Page) -> None:
    """What has arrived is forgotten by a program of the page that says so."""
    until(page, f"{KEPT}.length === 0")


def away(context: BrowserContext, page: Page, button: str) -> None:
    """Pressed while there is no network: the browser's own page of a failure stands there."""
    context.set_offline(True)
    page.get_by_role("button", name=button).click()
    page.wait_for_url(re.compile("chrome-error"))
    context.set_offline(False)


def test_an_idea_outlives_the_tab_and_the_network_and_goes_when_it_has_arrived(
    server: Running, page: Page
) -> None:
    where, context = f"{server.url}/proposer", page.context
    page.goto(where)
    page.locator("#text").fill(IDEA)
    page.get_by_role("radio", name="Un débat").check()
    page.get_by_role("radio", name="Transports").check()
    page.locator("#departement").select_option("55")
    page = anew(page)
    page.goto(where)
    expect(page.locator("#text")).to_have_value(IDEA)
    expect(page.get_by_role("radio", name="Un débat")).to_be_checked()
    expect(page.get_by_role("radio", name="Transports")).to_be_checked()
    expect(page.locator("#departement")).to_have_value("55")
    page.get_by_role("button", name="Voir l'aperçu").click()
    expect(page.locator(".post-preview")).to_contain_text(IDEA)
    op = page.locator("[name=op]").input_value()
    away(context, page, "Envoyer au modérateur")
    page.goto(where)
    page.get_by_role("button", name="Voir l'aperçu").click()
    expect(page.locator("[name=op]")).to_have_value(
        op
    )  # the server may have taken it: one message all the same
    page.get_by_role("button", name="Envoyer au modérateur").click()
    expect(page.locator(".own-post")).to_contain_text(IDEA)
    nothing_is_kept(page)
    page.goto(where)
    expect(page.locator("#text")).to_have_value("")


def test_an_argument_outlives_the_tab_and_the_network_and_goes_when_it_has_arrived(
    server: Running, page: Page
) -> None:
    topic, context = server.topic(OPEN), page.context
    connected(page, server, topic)
    page.locator(".argument-add summary").click()
    page.locator(".argument-form").get_by_label("Contre").check()
    page.locator("#argument-text").fill(ARGUMENT)
    page = anew(page)
    for is_sent in (False, True):
        page.goto(f"{server.url}/sujets/{topic}")
        page.locator(".argument-add summary").click()
        expect(page.locator("#argument-text")).to_have_value(ARGUMENT)
        expect(page.locator(".argument-form").get_by_label("Contre")).to_be_checked()
        if not is_sent:
            away(context, page, "Envoyer mon argument")
    page.get_by_role("button", name="Envoyer mon argument").click()
    expect(page.locator(".debate-sent")).to_be_visible()
    nothing_is_kept(page)
    page.locator(".argument-add summary").click()
    page.locator("#argument-text").fill("Encore un")
    page.goto(f"{server.url}/sujets/{server.topic(OPEN)}")
    page.locator(".argument-add summary").click()
    expect(page.locator("#argument-text")).to_have_value("")  # what is written elsewhere is not written here
    page.go_back()
    page.reload()
    page.locator(".argument-add summary").click()
    expect(page.locator("#argument-text")).to_have_value("Encore un")
    page.goto(f"{server.url}/effacer")
    page.get_by_role("button", name="Tout effacer").click()
    expect(page.locator("body")).to_have_attribute("data-erased", "true")
    nothing_is_kept(page)


def test_a_kiosk_keeps_nothing_of_what_is_typed(server: Running, page: Page) -> None:
    page.goto(f"{server.url}/borne?code={server.keys.kiosk_code('agence-metz')}")
    page.get_by_role("button", name="Commencer").click()
    expect(page.get_by_role("button", name="Terminer")).to_be_visible()
    for path, field in (
        ("/proposer", "#text"),
        (f"/sujets/{server.topic(OPEN)}", "#argument-text"),
        ("/contact", "#text"),
    ):
        page.goto(server.url + path)
        for summary in page.locator(".argument-add summary").all():
            summary.click()
        page.locator(field).fill(IDEA)
        page.reload()
        assert IDEA not in page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
