"""Answering at the console in real browsers: an idea by keyboard, letters that arrive, two colleagues at one."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from storage import one_time
from tests.command import imaginest
from tests.journeys.axe import Axe
from tests.running import Running

PASSWORD = "une phrase assez longue"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = Running(tmp_path_factory.mktemp("office"))
    server.start("--demo")
    yield server
    server.end()


def account(server: Running, name: str, *options: str) -> str:
    """Somebody with a password; their address."""
    email = f"{name.lower()}@grandest.fr"
    added = ["staff", "add", email, "--name", name, "--password-stdin", *options]
    imaginest(server.data, *added, says=f"{PASSWORD}\n").check_returncode()
    return email


@contextmanager
def desk(browser: Browser, server: Running, email: str, viewport: dict[str, int] = DESK) -> Iterator[Page]:
    """The page of somebody who has signed in, with a telephone enrolled."""
    context = browser.new_context(viewport=viewport, locale="fr-FR")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server.url}/console")
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button[type=submit]").first.click()
    secret = "".join((page.locator(".secret").text_content() or "").split())
    page.locator("#code").fill(one_time.code_at(secret, int(time.time()) // 30))
    page.locator("form:has(#code) button[type=submit]").click()
    expect(page.locator(".recovery")).to_be_visible()
    yield page
    context.close()


@pytest.fixture(scope="module")
def colleagues(browser: Browser, office: Running) -> Iterator[tuple[Page, Page]]:
    """Bruno's page and Chloe's, moderators both."""
    emails = [account(office, name, "--role", "moderator") for name in ("Bruno", "Chloe")]
    with ExitStack() as desks:
        bruno, chloe = (desks.enter_context(desk(browser, office, email)) for email in emails)
        yield bruno, chloe


def write(page: Page, server: Running, text: str) -> None:
    page.goto(f"{server.url}/contact")
    page.get_by_label("De quoi s'agit-il").select_option("scheme")
    page.get_by_label("Votre message").fill(text)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text(text)).to_be_visible()


def is_clean(page: Page) -> None:
    """No fault that axe finds, and nothing wider than the page, at a desk and on a telephone."""
    size = page.viewport_size
    for viewport in (DESK, PHONE):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        found = Axe().run(page).response["violations"]
        assert not found, json.dumps(found, indent=1)[:2000]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    if size is not None:
        page.set_viewport_size(size)


def test_an_idea_is_answered_by_keyboard_and_its_citizen_reads_it(
    browser: Browser, office: Running, page: Page
) -> None:
    themes = ("economie", "transports", "sport", "sante", "environnement", "culture")
    email = account(office, "Anne", "--role", "referent", *(f"--theme={theme}" for theme in themes))
    with desk(browser, office, email) as anne:
        anne.goto(f"{office.url}/console/reponses")
        is_clean(anne)
        anne.keyboard.press("j")
        title = anne.locator(".row-title").first
        expect(title).to_be_focused()
        idea = title.get_attribute("href")
        anne.keyboard.press("Enter")
        anne.wait_for_url(f"**{idea}")
        is_clean(anne)
        anne.keyboard.press("e")
        expect(anne.locator("#text")).to_be_focused()
        anne.keyboard.type("Oui, dès le printemps.")
        anne.keyboard.press("Control+Enter")
        expect(anne.locator(".done")).to_be_visible()
        number = str(idea).rpartition("/")[2]
        page.goto(f"{office.url}/sujets/{number}")
        expect(page.locator("#suivi").get_by_text("Oui, dès le printemps.")).to_be_visible()


def connected(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("body[data-connected=true]")).to_be_attached()


def test_letters_arrive_by_themselves_and_a_colleague_who_answers_is_seen(
    office: Running, colleagues: tuple[Page, Page], page: Page
) -> None:
    bruno, chloe = colleagues
    write(page, office, "Première lettre")
    connected(bruno, f"{office.url}/console/courrier?a=moi")
    expect(bruno.locator(".empty")).to_be_visible()
    expect(bruno.locator("[data-keys]")).to_be_hidden()  # they would go nowhere
    connected(bruno, f"{office.url}/console/courrier")
    expect(bruno.locator("[data-keys]")).to_be_visible()
    expect(bruno.locator("[data-count=inbox]")).to_have_text("1")
    is_clean(bruno)
    first = bruno.locator(".row-title").first
    where = first.bounding_box()
    write(page, office, "Deuxième lettre")
    fresh = bruno.get_by_role("button", name="1 nouveauté")
    expect(fresh).to_be_visible()
    assert first.bounding_box() == where, "what the hand is about to press stays where it is"
    fresh.click()
    expect(bruno.locator("[data-key]")).to_have_count(2)
    thread = bruno.locator(".row-title").first.get_attribute("href")
    for one in (bruno, chloe):
        connected(one, f"{office.url}{thread}")
        expect(one.locator("[data-count=inbox]")).to_have_text("2")
    is_clean(bruno)
    chloe.locator("#text").press_sequentially("Je cherche")
    expect(chloe.get_by_text("Vous répondez")).to_be_visible()
    bruno.locator("#text").fill("Moi aussi")
    expect(bruno.get_by_text("Chloe répond…")).to_be_visible()
    chloe.keyboard.press("Control+Enter")
    expect(chloe.locator(".done")).to_be_visible()
    expect(bruno.locator("[data-changed]")).to_be_visible()
    expect(bruno.locator(".letters").get_by_text("Je cherche")).to_be_visible()
    expect(bruno.locator("#text")).to_have_value("Moi aussi")


def test_who_begins_second_is_told_though_the_socket_is_shut(
    office: Running, colleagues: tuple[Page, Page], page: Page
) -> None:
    _, chloe = colleagues
    write(page, office, "Une lettre que deux ouvrent")
    chloe.goto(f"{office.url}/console/courrier")
    thread = chloe.locator(".row-title").last.get_attribute("href")
    with shut_out(colleagues[0], f"{office.url}{thread}") as bruno:
        connected(chloe, f"{office.url}{thread}")
        chloe.locator("#text").fill("C'est pour moi")
        expect(chloe.get_by_text("Vous répondez")).to_be_visible()
        expect(bruno.get_by_text("Prévenir que je réponds")).to_be_visible()
        bruno.locator("#text").fill("Pour moi aussi")
        expect(bruno.get_by_text("Chloe répond…")).to_be_visible()
        expect(bruno.locator("#text")).to_have_value("Pour moi aussi")
        expect(chloe.get_by_text("Vous répondez")).to_be_visible()
    chloe.get_by_role("button", name="Terminer cet échange").click()
    expect(chloe.locator(".done")).to_be_visible()


def test_on_a_phone_the_strip_of_areas_shows_the_open_one(
    office: Running, colleagues: tuple[Page, Page]
) -> None:
    page = colleagues[0].context.new_page()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{office.url}/console/profil")
    expect(page.locator(".desk-areas [aria-current]")).to_be_in_viewport(ratio=0.99)
    page.close()


@contextmanager
def shut_out(page: Page, url: str) -> Iterator[Page]:
    """Another page of the same person, which no socket reaches."""
    other = page.context.new_page()
    other.route_web_socket("**/live", lambda route: route.close(code=1011))
    other.goto(url)
    yield other
    other.close()
