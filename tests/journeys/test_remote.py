"""An event from its first word to its end, as editors do it: written, a screen paired, rehearsed, moved by two."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from realtime.tally import Hall
from server.app import wall_ms
from storage.database import Database
from storage.event_steps import event_steps
from storage.screens import begin_screen, note_said
from storage.stages import get_stage
from storage.values_screens import Screen, ScreenSaid
from storage.values_show import Show
from storage.values_staff import Role
from tests.colleagues import signed_in_beside
from tests.journeys.axe import Axe
from tests.running import Running
from tests.shows import METZ, REIMS, STRASBOURG, Launch, launch

T = TypeVar("T")

PHONE: Any = {"width": 360, "height": 780}
DESK: Any = {"width": 1280, "height": 800}


def in_database(server: Running, work: Callable[[Database], Awaitable[T]]) -> T:
    """Done in the server's database while the browser has this thread."""

    async def opened() -> T:
        database = Database(f"sqlite:///{server.data}/imaginest.db")
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(opened())).result()


def editor(server: Running, browser: Browser, name: str, **more: Any) -> BrowserContext:
    url = f"sqlite:///{server.data}/imaginest.db"
    cookie = signed_in_beside(url, server.keys, f"{name}@grandest.fr", wall_ms(), Role.EDITOR)
    context = browser.new_context(**{"viewport": DESK, "locale": "fr-FR", **more})
    key, _, value = cookie.partition("=")
    context.add_cookies([{"name": key, "value": value, "url": server.url}])
    return context


def written(server: Running, hall: Hall) -> Launch:
    """An event in this hall alone."""
    return in_database(
        server, lambda database: launch(database, server.keys, wall_ms(), halls=(hall,), name=f"À {hall}")
    )


def show_of(server: Running, event: int) -> Show:
    async def read(database: Database) -> Show:
        stage = await get_stage(database, event)
        assert stage is not None
        return stage.show

    return in_database(server, read)


def says(server: Running, screen: Screen, show: Show, event: int) -> None:
    async def note(database: Database) -> None:
        ready = tuple(step.id for step in await event_steps(database, event))
        said = ScreenSaid(show.number, show.step, ready, offset=3, frames=60, width=1920, height=1080)
        await note_said(database, screen.id, said, wall_ms())

    in_database(server, note)


def without_faults(page: Page) -> None:
    assert Axe().run(page).response["violations"] == [], page.url


def saved(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer").click()


@pytest.fixture
def desk(browser: Browser, server: Running) -> Iterator[Page]:
    context = editor(server, browser, f"desk-{secrets.token_hex(3)}")
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser, server: Running) -> Iterator[Page]:
    context = editor(server, browser, f"phone-{secrets.token_hex(3)}", viewport=PHONE, has_touch=True)
    yield context.new_page()
    context.close()


def write_event(page: Page, server: Running) -> int:
    page.goto(server.url + "/console")
    page.locator(".desk-areas").get_by_role("link", name="Événements").click()
    page.get_by_role("link", name="Nouvel événement").click()
    without_faults(page)
    page.get_by_label("Nom").fill("Le lancement")
    page.get_by_label("Commence").fill("2099-03-31T18:00")
    page.get_by_label("Metz").check()
    saved(page)
    for kind, title in (
        ("Attente", "Bienvenue"),
        ("Vote", "Faut-il des trains la nuit ?"),
        ("Merci", "Merci"),
    ):
        page.get_by_role("link", name="Ajouter une étape").click()
        page.get_by_role("link", name=kind).first.click()
        page.locator("#title").fill(title)
        if kind == "Vote":
            page.get_by_label("Thématique").select_option("transports")
            without_faults(page)
        saved(page)
    page.get_by_role("button", name="Descendre : Bienvenue").press("Enter")
    page.get_by_role("button", name="Monter : Bienvenue").press("Enter")
    expect(page.locator(".event-steps li").first).to_contain_text("Bienvenue")
    without_faults(page)
    return int(page.url.partition("?")[0].rpartition("/")[2])


def pair_screen(page: Page, server: Running) -> Screen:
    token = secrets.token_urlsafe(16)
    screen = in_database(server, lambda database: begin_screen(database, METZ, token, wall_ms()))
    page.get_by_role("link", name="Écrans").click()
    page.get_by_label("Metz : code").fill("000")
    page.get_by_role("button", name="Relier : Metz").click()
    expect(page.get_by_role("alert")).to_contain_text("six chiffres")
    page.get_by_label("Metz : code").fill(screen.code or "")
    page.get_by_role("button", name="Relier : Metz").click()
    expect(page.locator("[data-screen]")).to_contain_text("pas encore prêt")
    without_faults(page)
    return screen


def test_an_event_is_written_rehearsed_launched_and_moved_by_two(
    desk: Page, phone: Page, server: Running
) -> None:
    event = write_event(desk, server)
    screen = pair_screen(desk, server)
    says(server, screen, Show(), event)
    expect(desk.locator("[data-screen]")).to_contain_text("prêt")
    expect(desk.locator("[data-screen]")).not_to_contain_text("pas encore")

    phone.goto(f"{server.url}/console/evenements/{event}/regie")
    without_faults(phone)
    desk.get_by_role("link", name="Régie").click()
    phone.locator("summary", has_text="Répéter").click()
    phone.get_by_role("button", name="Oui, répéter").click()
    for page in (desk, phone):
        expect(page.get_by_role("heading", name="Répétition")).to_be_visible()
        expect(page.locator(".remote-on")).to_contain_text("Bienvenue")
        expect(page.locator("[data-lead]")).to_be_hidden()
    says(server, screen, show_of(server, event), event)
    expect(phone.locator("[data-screen] .thumb")).to_contain_text("Bienvenue")
    without_faults(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    desk.locator("summary", has_text="Lancer").click()
    desk.get_by_role("button", name="lancer").click()
    for page in (desk, phone):
        expect(page.get_by_role("heading", name="En direct")).to_be_visible()
        expect(page.locator("[data-lead]")).to_be_hidden()
    before = show_of(server, event).number
    for page in (phone, desk):  # neither has seen the other's press
        page.evaluate("document.querySelector('[data-press=next]').click()")
    told = [page.locator("#remote-told") for page in (phone, desk)]
    for line in told:
        expect(line).to_have_text(re.compile("Étape suivante|juste avant vous"))
    assert sum("juste avant vous" in (line.text_content() or "") for line in told) == 1
    expect(phone.locator(".remote-on")).to_contain_text("Faut-il")
    expect(desk.locator(".remote-on")).to_contain_text("Faut-il")
    assert show_of(server, event).number == before + 1
    expect(desk.locator("[data-lead]")).to_be_hidden()

    desk.locator("summary", has_text="Arrêter").click()
    desk.get_by_role("button", name="Oui, arrêter").click()
    expect(phone.get_by_role("heading", name="Terminé")).to_be_visible()
    without_faults(phone)


def test_a_press_without_an_answer_is_pressed_again_and_counts_once(phone: Page, server: Running) -> None:
    show = written(server, REIMS)
    address = f"{server.url}/console/evenements/{show.event}/regie"
    phone.goto(address)
    phone.locator("summary", has_text="Répéter").click()
    phone.get_by_role("button", name="Oui, répéter").click()
    expect(phone.locator(".remote-on")).to_contain_text("Bienvenue")
    expect(phone.locator("[data-lead]")).to_be_hidden()

    def lose(route: Route) -> None:
        """It arrives, and its answer does not; what the page shows stays as it was meanwhile."""
        if route.request.method == "POST":
            route.fetch()
        route.abort()

    phone.route("**/regie*", lose)
    phone.route("**/regie/etat", lambda route: route.abort())
    number = show_of(server, show.event).number
    phone.locator("[data-press=next]").click()
    expect(phone.locator("#remote-told")).to_contain_text("Appuyez de nouveau")
    assert show_of(server, show.event).number == number + 1
    phone.unroute("**/regie*")
    phone.locator("[data-press=next]").click()
    expect(phone.locator("#remote-told")).to_contain_text("Étape suivante")
    phone.unroute("**/regie/etat")
    expect(phone.locator(".remote-on")).to_contain_text("Faut-il")
    assert show_of(server, show.event).number == number + 1


def test_the_remote_works_without_a_program(browser: Browser, server: Running) -> None:
    show = written(server, STRASBOURG)
    context = editor(server, browser, "plain", viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/console/evenements/{show.event}/regie")
    page.locator("summary", has_text="Répéter").click()
    page.get_by_role("button", name="Oui, répéter").click()
    expect(page.get_by_role("status")).to_contain_text("La répétition commence")
    page.get_by_role("button", name="Suivant").click()
    expect(page.locator(".remote-on")).to_contain_text("Faut-il")
    context.close()
