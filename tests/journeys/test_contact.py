"""Writing to the Région and the letter in a real browser, with the answer by command and the mails as files."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from storage.letter import confirmation_token, unsubscribe_token
from tests.command import imaginest
from tests.journeys.axe import Axe
from tests.journeys.test_keyboard import press_until
from tests.journeys.waiting import until
from tests.running import DEADLINE, Running

PHONE = {"width": 360, "height": 780}
TEXT = "Bonjour, mon dossier n'avance pas."
ADDRESS = "camille@exemple.fr"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with demonstration content, among it a letter."""
    server = Running(tmp_path_factory.mktemp("office"))
    server.start("--demo")
    yield server
    server.end()


def write(page: Page, server: Running, text: str = TEXT) -> None:
    page.goto(f"{server.url}/contact")
    page.get_by_label("De quoi s'agit-il").select_option("scheme")
    page.get_by_label("Votre message").fill(text)
    page.get_by_label("Votre e-mail").fill(ADDRESS)
    page.get_by_role("button", name="Envoyer").click()


def mail_with(server: Running, page: Page, subject: str) -> EmailMessage:
    """The mail with this subject, once it has been sent into a file."""
    for _ in range(int(DEADLINE * 10)):
        for file in sorted((server.data / "mail").glob("*.eml")):
            message = message_from_bytes(file.read_bytes(), policy=default)
            if message["Subject"] == subject:
                assert f"{server.url}/" in message.as_string(), "its links lead to where the server listens"
                return message
        page.wait_for_timeout(100)
    raise AssertionError(f"no mail says {subject}")


def link_in(message: EmailMessage) -> str:
    """The path of the link in a mail."""
    text = message.get_body(("plain",))
    assert text is not None
    [link] = re.findall(r"http://[^/\s]+(/\S+)", text.get_content())
    return str(link)


def answer(data: Path, number: str, text: str) -> None:
    """As the Région, by the command, beside the running server."""
    imaginest(data, "contact", "answer", number, "--text", text).check_returncode()


def test_a_citizen_writes_by_keyboard_and_reads_the_answer(office: Running, page: Page) -> None:
    page.goto(f"{office.url}/contact")
    press_until(page, "Tab", "#subject")
    page.keyboard.press("ArrowDown")
    press_until(page, "Tab", "#text")
    page.keyboard.type(TEXT)
    press_until(page, "Tab", "#email")
    page.keyboard.type(f"{ADDRESS},")
    page.keyboard.press("Enter")
    expect(page.locator("#email-fault")).to_contain_text("une seule adresse")
    expect(page.get_by_label("Votre message")).to_have_value(TEXT)
    page.get_by_label("Votre e-mail").fill(ADDRESS)
    page.keyboard.press("Enter")
    expect(page.get_by_text("En attente de réponse")).to_be_visible()
    number = page.url.rsplit("/", 1)[1]
    writing = page.get_by_label("Ajouter un message")
    writing.fill("Avez-vous reçu")
    where = place_of(writing)
    answer(office.data, number, "Il est complet.")
    expect(page.locator(".message-region")).to_contain_text("Il est complet.")
    expect(page.locator("#announcer")).to_have_text("La Région a répondu : Il est complet.")
    expect(page.locator(".thread-state")).to_have_text("La Région a répondu")
    assert place_of(writing) == pytest.approx(where, abs=1), "what is being written stays under the hand"
    expect(writing).to_be_focused()
    page.keyboard.type(" mon dossier ?")
    expect(writing).to_have_value("Avez-vous reçu mon dossier ?")
    assert link_in(mail_with(office, page, "La Région a répondu à votre message")) == f"/contact/{number}"
    office.operate("contact/close", {"id": int(number)})
    expect(page.locator(".thread-over")).to_be_visible(timeout=DEADLINE * 1000)
    expect(page.get_by_role("button", name="Envoyer")).to_have_count(0)
    expect(writing).to_have_value("Avez-vous reçu mon dossier ?")
    page.reload()
    expect(page.get_by_text("Il est complet.")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)


def place_of(field: Locator) -> float:
    """How far down the screen it stands, in CSS pixels."""
    box = field.bounding_box()
    assert box is not None
    return box["y"]


def drafts(page: Page, number: int) -> None:
    """Wait until the browser keeps so many: what has arrived is forgotten by a program of the page that says so."""
    kept = "Object.keys(localStorage).filter(key => key.startsWith('imaginest.contact.'))"
    until(page, f"{kept}.length === {number}")


def test_what_is_written_outlives_the_tab_and_a_lost_network_and_goes_when_it_is_sent(
    office: Running, page: Page
) -> None:
    page.goto(f"{office.url}/contact")
    page.get_by_label("De quoi s'agit-il").select_option("scheme")
    page.get_by_label("Votre message").fill(TEXT)
    page.get_by_label("Votre e-mail").fill(ADDRESS)
    context = page.context
    page.close()
    page = context.new_page()
    page.goto(f"{office.url}/contact")
    expect(page.get_by_label("De quoi s'agit-il")).to_have_value("scheme")
    expect(page.get_by_label("Votre e-mail")).to_have_value(ADDRESS)
    context.set_offline(True)
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url(re.compile("chrome-error|contact"))
    context.set_offline(False)
    page.goto(f"{office.url}/contact")
    expect(page.get_by_label("Votre message")).to_have_value(TEXT)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Votre message est bien arrivé")).to_be_visible()
    drafts(page, 0)
    page.get_by_label("Ajouter un message").fill("Encore un mot")
    page.reload()
    expect(page.get_by_label("Ajouter un message")).to_have_value("Encore un mot")
    page.goto(f"{office.url}/contact")
    expect(page.get_by_label("Votre message")).to_have_value("")
    page.go_back()
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".message-citizen")).to_have_count(2)
    drafts(page, 0)
    page.get_by_label("Ajouter un message").fill("Rien de plus")
    drafts(page, 1)
    page.goto(f"{office.url}/effacer")
    page.get_by_role("button", name="Tout effacer").click()
    expect(page.locator("body")).to_have_attribute("data-erased", "true")
    drafts(page, 0)


def test_the_signs_are_counted_as_a_reader_counts(office: Running, page: Page) -> None:
    page.goto(f"{office.url}/contact")
    counter = page.locator(".counter")
    expect(counter).to_be_hidden()
    page.get_by_label("Votre message").fill("👨‍👩‍👧‍👦" * 1999)
    expect(counter).to_contain_text("1 999")
    expect(counter).not_to_have_class(re.compile("counter-over"))
    page.get_by_label("Votre message").fill("é" * 2001)
    expect(counter).to_have_class(re.compile("counter-over"))


def test_the_letter_without_javascript_from_subscribing_to_leaving(office: Running, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{office.url}/lettre")
    page.get_by_label("Votre adresse e-mail").fill("dominique@exemple.fr")
    page.get_by_role("button", name="Recevoir la lettre").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Encore un pas")
    page.goto(
        office.url + link_in(mail_with(office, page, "Confirmez votre inscription à la lettre d'Imagin'Est"))
    )
    page.get_by_role("button", name="Confirmer mon inscription").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes inscrit")
    page.goto(office.url + link_in(mail_with(office, page, "Vous recevrez la lettre d'Imagin'Est")))
    page.get_by_role("button", name="Me désabonner").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes désabonné")
    page.get_by_role("link", name="Les lettres se lisent aussi").click()
    page.get_by_role("link", name="la première lettre").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("la première lettre")
    context.close()


def test_axe_finds_nothing_and_nothing_scrolls_sideways(office: Running, browser: Browser) -> None:
    options: dict[str, Any] = {"viewport": {"width": 320, "height": 780}}
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce", **options)
    page = context.new_page()
    write(page, office, "Donaudampfschifffahrtsgesellschaftskapitän" * 8)
    thread = page.url.removeprefix(office.url)
    confirm = confirmation_token(office.keys, f"{'a' * 60}@exemple.fr", 2**42)
    leave = unsubscribe_token(office.keys, bytes(16))
    for path in (
        thread,
        "/contact",
        "/contact/999",
        "/lettre",
        "/lettre/presque",
        f"/lettre/confirmation/{confirm}",
        f"/lettre/desabonnement/{leave}",
        "/lettre/desabonnement/x",
        "/lettre/archives",
        "/lettre/1",
        "faults",
    ):
        if path == "faults":
            page.goto(f"{office.url}/contact")
            page.get_by_role("button", name="Envoyer").click()
        else:
            page.goto(office.url + path)
        assert Axe().by_day_and_night(page) == "", path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()
