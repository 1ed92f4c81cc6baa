"""The console's letter, accounts, journal and profile in a real browser: axe, by keyboard, kept by no device."""

import time
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from storage.values_staff import Role
from tests.journeys.axe import Axe
from tests.journeys.desk import DESK, sit_down
from tests.journeys.test_accessibility import TOO_WIDE, UNSEEN_FOCUS
from tests.journeys.waiting import until
from tests.running import DEADLINE, Running

PHONE: Any = {"width": 360, "height": 780}
MOST_TABS = 80
PATIENCE = DEADLINE * 1000

COPIES = """async () => {
    const kept = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname);
    return kept;
}"""


@pytest.fixture(scope="module")
def colleague(browser: Browser, server: Running) -> Iterator[BrowserContext]:
    context = sit_down(server, browser, "dominique", Role.EDITOR, Role.ADMINISTRATOR, Role.MODERATOR)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def desk(colleague: BrowserContext) -> Iterator[Page]:
    page = colleague.new_page()
    yield page
    page.close()


def begin_letter(page: Page, server: Running) -> str:
    """The path of the month's letter, begun by keyboard where there is none yet."""
    page.goto(f"{server.url}/console/lettre")
    tab_to(page, page.get_by_role("button", name="Préparer"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/lettre/*")
    return page.url.removeprefix(server.url).partition("?")[0]


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus: what is not reached so is not there for everybody."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"no Tab leads to {wanted}")


def test_the_pages_are_for_everybody_by_day_and_night_on_a_phone_and_at_a_desk(
    server: Running, desk: Page
) -> None:
    letter = begin_letter(desk, server)
    desk.emulate_media(reduced_motion="reduce")
    desk.goto(f"{server.url}/console/comptes")
    account = desk.locator(".accounts a").first.get_attribute("href")
    pages = ["/console", "/console/lettre", letter, "/console/comptes", f"{account}"]
    for path in [*pages, "/console/journal", "/console/profil"]:
        desk.goto(server.url + path)
        desk.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")
        for viewport in (PHONE, DESK):
            desk.set_viewport_size(viewport)
            assert Axe().by_day_and_night(desk) == "", (path, viewport)
            assert desk.evaluate(TOO_WIDE) == [], (path, viewport)
        assert desk.evaluate(UNSEEN_FOCUS) == [], path


def test_the_letter_is_edited_seen_tried_and_scheduled_by_keyboard(
    server: Running, desk: Page, data: Path
) -> None:
    desk.goto(server.url + begin_letter(desk, server))
    expect(desk.frame_locator(".letter-phone iframe").locator("h1")).to_contain_text("Imagin'Est en")
    tab_to(desk, desk.locator("#title"))
    desk.keyboard.press("Control+A")
    desk.keyboard.type("Notre lettre à nous")
    tab_to(desk, desk.locator("#text-intro"))
    desk.keyboard.press("Control+A")
    desk.keyboard.type("Bonjour.\n\nVoici novembre.")
    tab_to(desk, desk.get_by_role("button", name="Enregistrer", exact=True))
    desk.keyboard.press("Enter")
    expect(desk.locator(".done[role=status]")).to_contain_text("enregistré")

    phone, wide, plain = (desk.locator(f".letter-{view}") for view in ("phone", "wide", "plain"))
    expect(phone.locator("iframe").content_frame.get_by_text("Voici novembre.")).to_be_visible()
    field, frame = desk.locator("#title").bounding_box(), phone.bounding_box()
    assert field and frame and frame["y"] < 400 and frame["x"] > field["x"] + field["width"], (
        "beside the fields"
    )
    tab_to(desk, desk.get_by_label("Téléphone"))
    desk.keyboard.press("ArrowRight")
    expect(wide).to_be_visible()
    expect(phone).to_be_hidden()
    desk.keyboard.press("ArrowRight")
    expect(plain.locator("iframe").content_frame.get_by_text("Voici novembre.")).to_be_visible()

    tab_to(desk, desk.get_by_role("button", name="M'envoyer un essai"))
    desk.keyboard.press("Enter")
    expect(desk.locator(".done[role=status]")).to_contain_text("dominique@grandest.fr")
    subject = "[Essai] Notre lettre à nous"
    expect_mail(desk, data / "mail", "dominique@grandest.fr", subject)

    tab_to(desk, desk.locator("#day"))
    desk.keyboard.type("01012050")  # the same whichever of day and month comes first
    tab_to(desk, desk.locator("#time"))
    desk.keyboard.type("0930AM")
    tab_to(desk, desk.get_by_role("button", name="Programmer l'envoi"))
    desk.keyboard.press("Enter")
    expect(desk.locator(".letter-state")).to_contain_text("programmée")
    expect(desk.locator(".letter-state")).to_contain_text("9:30")
    expect(desk.locator("#title")).to_have_count(0)
    tab_to(desk, desk.get_by_role("button", name="Reprendre en brouillon"))
    desk.keyboard.press("Enter")
    expect(desk.locator("#title")).to_have_value("Notre lettre à nous")


def expect_mail(page: Page, folder: Path, recipient: str, subject: str) -> None:
    """Wait for a file that the server writes where there is no mail server."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        for file in folder.glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=default)
            if (mail["To"], mail["Subject"]) == (recipient, subject):
                return
        page.wait_for_timeout(100)
    raise AssertionError(f"no mail “{subject}” in {folder}")


def test_on_a_phone_links_lead_to_the_letters_parts(server: Running, desk: Page) -> None:
    desk.set_viewport_size(PHONE)
    desk.goto(server.url + begin_letter(desk, server))
    for name in ("L'aperçu", "L'envoi"):
        desk.locator(".letter-parts").get_by_role("link", name=name).click()
        expect(desk.get_by_role("heading", name=name)).to_be_in_viewport()
    desk.set_viewport_size(DESK)


def test_the_service_worker_keeps_no_page_of_the_console(
    server: Running, colleague: BrowserContext, desk: Page
) -> None:
    desk.goto(server.url)
    desk.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    desk.reload()
    assert desk.evaluate("navigator.serviceWorker.controller !== null")
    for path in ("", "/file", "/lettre", "/comptes", "/journal", "/profil"):
        desk.goto(f"{server.url}/console{path}")
        # even where a page asks for it, as citizens' pages do
        desk.evaluate("navigator.serviceWorker.controller.postMessage(location.href)")
    desk.goto(f"{server.url}/comment-ca-marche")
    until(desk, f"({COPIES})().then(kept => ['/', '/comment-ca-marche'].every(path => kept.includes(path)))")
    assert not [path for path in desk.evaluate(COPIES) if path.startswith("/console")]
    colleague.set_offline(True)
    try:
        desk.goto(f"{server.url}/console/journal")
        expect(desk.locator("body")).to_contain_text("Pas de connexion avec Imagin'Est")
        expect(desk.locator("body")).not_to_contain_text("Journal de la console")
    finally:
        colleague.set_offline(False)
