"""An event from its first word to its end, as editors do it: written, a screen paired, rehearsed, moved by two."""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route, WebSocket, expect

from realtime.tally import Hall, Sign
from server.app import wall_ms
from server.demonstration_launch import FILM
from server.simulated import Door, SimulatedCitizen
from storage.database import Database
from storage.event_steps import event_steps
from storage.films import begin_film, finish_film, keep_part
from storage.halls import add_hall
from storage.screens import begin_screen, note_said, pair
from storage.stages import get_stage
from storage.values_events import StepContent, StepKind
from storage.values_films import Film
from storage.values_screens import Screen, ScreenSaid
from storage.values_show import Show
from storage.values_staff import Role
from tests.colleagues import signed_in_beside
from tests.journeys.axe import Axe
from tests.running import DEADLINE, Running
from tests.shows import METZ, QUESTION, REIMS, STRASBOURG, THANKS, WAITING, Launch, launch
from web.halls import SCREEN_COOKIE

T = TypeVar("T")

PHONE: Any = {"width": 360, "height": 780}
NANCY, EPINAL = Hall("nancy"), Hall("epinal")
OP_OF_FILM = "op-of-the-film"
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


def expect_of(page: Page, promised: Callable[[], bool]) -> None:
    """Wait until this is true of what the page has done."""
    end = time.monotonic() + DEADLINE
    while not promised():
        assert time.monotonic() < end
        page.wait_for_timeout(20)


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
    expect(phone.locator("[data-screen]")).to_contain_text("Bienvenue")
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


def shown_in_two_halls(server: Running, token: str) -> tuple[Launch, Screen]:
    """An event in Nancy, whose screen has this token, and in Épinal, which has none; a film follows its vote."""

    async def make(database: Database) -> tuple[Launch, Screen]:
        for name in ("Nancy", "Épinal"):
            await add_hall(database, name, by=None, now=wall_ms())
        film = await begin_film(
            database, "Le film", FILM.stat().st_size, op=OP_OF_FILM, by=None, now=wall_ms()
        )
        assert isinstance(film, Film)
        await keep_part(database, film.id, 0, FILM.read_bytes())
        await finish_film(database, film.id, by=None, now=wall_ms())
        contents = (WAITING, QUESTION, StepContent(StepKind.FILM, film=film.id), THANKS)
        show = await launch(database, server.keys, wall_ms(), *contents, halls=(NANCY, EPINAL), name="À deux")
        screen = await begin_screen(database, NANCY, token, wall_ms())
        await pair(database, NANCY, screen.code or "", by=None, now=wall_ms())
        return show, screen

    return in_database(server, make)


def votes(server: Running, show: Launch, number: int) -> None:
    async def all_vote(database: Database) -> None:
        (topic,) = [step.topic for step in await event_steps(database, show.event) if step.topic]
        for _ in range(number):
            citizen = SimulatedCitizen(Door(server.url), None, asyncio.Semaphore(), hall=NANCY)
            assert await citizen.vote(topic, Sign.PLUS) is None
            await citizen.leave()

    in_database(server, all_vote)


BOXES = """() => [...document.querySelectorAll(".is-on *")].map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return [one.tagName, x, y, width, height];
})"""
"""Where everything stands that is on."""

HAIR = 4
"""Pixels by which the words of a picture may stand elsewhere: they are not set in whole ones."""


def is_laid_out_as(picture: Frame, page: Page) -> bool:
    small, large = picture.evaluate(BOXES), page.evaluate(BOXES)
    return (
        len(small) == len(large) > 0
        and all(one[0] == other[0] for one, other in zip(small, large, strict=True))
        and all(
            abs(here - there) <= HAIR
            for one, other in zip(small, large, strict=True)
            for here, there in zip(one[1:], other[1:], strict=True)
        )
    )


def looked_at(page: Page, state: str) -> None:
    """As a telephone says it when another program comes before the browser, and when it is back."""
    page.evaluate(
        """(state) => {
            Object.defineProperty(document, "visibilityState", {configurable: true, get: () => state});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def test_the_remote_shows_what_each_hall_sees_and_its_buttons_need_none_of_it(
    phone: Page, desk: Page, browser: Browser, server: Running
) -> None:
    token = secrets.token_urlsafe(16)
    show, screen = shown_in_two_halls(server, token)
    asked: list[str] = []
    sockets: list[WebSocket] = []
    sent: list[str] = []
    phone.on("request", lambda request: asked.append(request.url.removeprefix(server.url)))
    phone.on("websocket", lambda socket: sockets.append(socket))
    phone.on("websocket", lambda socket: socket.on("framesent", lambda told: sent.append(str(told))))
    address = f"{server.url}/console/evenements/{show.event}/regie"
    desk.route("**/evenements/salles/*/image", lambda route: route.abort())
    phone.goto(address)
    desk.goto(address)
    nancy, epinal = (phone.frame_locator(f'[data-hall="{hall}"] iframe') for hall in ("nancy", "epinal"))
    cards = {hall: phone.locator(".hall-card", has_text=hall) for hall in ("Nancy", "Épinal")}
    expect(phone.locator(".hall-picture.is-live")).to_have_count(2)
    expect(nancy.locator("#idle")).to_contain_text("Nancy")
    expect(cards["Épinal"].locator(".hall-mark")).to_have_text("Aucun écran n'est connecté")
    expect(cards["Nancy"].locator(".hall-mark")).to_have_count(0)
    phone.frames[1].evaluate("window.isTheSame = true")

    desk.locator("summary", has_text="Répéter").click()
    desk.get_by_role("button", name="Oui, répéter").click()
    for picture in (nancy, epinal):
        expect(picture.locator(".scene.is-on")).to_contain_text("Bienvenue")
        expect(picture.locator("#rehearsal")).to_be_visible()
    says(server, screen, show_of(server, show.event), show.event)
    expect(cards["Nancy"]).to_contain_text(
        "montre « Bienvenue »".replace("« ", "«\u202f").replace(" »", "\u202f»")
    )

    expect(desk.locator("[data-lead]")).to_be_hidden()
    desk.locator("summary", has_text="Lancer").click()
    desk.get_by_role("button", name="lancer").click()
    expect(nancy.locator("#rehearsal")).to_be_hidden()
    expect(desk.locator("[data-lead]")).to_be_hidden()
    desk.locator("[data-press=next]").click()
    expect(nancy.locator(".scene.is-on .question")).to_contain_text("Faut-il")
    expect(nancy.locator(".is-on .vote-join .join-code")).to_have_attribute(
        "alt", re.compile("/salle/nancy$")
    )
    expect(epinal.locator(".is-on .vote-join .join-code")).to_have_attribute(
        "alt", re.compile("/salle/epinal$")
    )
    hall = browser.new_context(viewport={"width": 1280, "height": 720}, locale="fr-FR")
    hall.add_cookies([{"name": f"{SCREEN_COOKIE}{NANCY}", "value": token, "url": server.url}])
    big = hall.new_page()
    big.goto(f"{server.url}/ecran/{NANCY}")
    framed = next(frame for frame in phone.frames if frame.url.endswith("/nancy/image"))
    expect_of(phone, lambda: is_laid_out_as(framed, big))
    hall.close()
    votes(server, show, 10)
    for picture in (nancy, epinal):
        expect(picture.locator(".is-on .duel-voters strong")).to_have_text("10")
        expect(picture.locator(".is-on [data-figure=plus]")).to_have_text("100")
    without_faults(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    says(server, screen, replace(show_of(server, show.event), step=show.steps[0]), show.event)
    expect(cards["Nancy"].locator(".hall-mark")).to_have_text("Un écran montre autre chose")
    expect(cards["Nancy"]).to_contain_text("montre autre chose que prévu")

    looked_at(phone, "hidden")
    expect_of(phone, lambda: any('"unsub"' in told and "screen:nancy" in told for told in sent))
    votes(server, show, 2)
    looked_at(phone, "visible")
    expect(nancy.locator(".is-on .duel-voters strong")).to_have_text("12")

    assert len(sockets) == 1, "the pictures have no connection of their own"
    phone.context.set_offline(True)
    expect(phone.locator(".hall-picture").first).to_be_hidden()
    phone.context.set_offline(False)
    expect(phone.locator(".hall-picture").first).to_be_visible()

    desk.locator("[data-press=next]").click()
    expect(nancy.locator(".is-on [data-second]")).to_have_text(re.compile(r"0:0[1-9]"))
    assert nancy.locator("video").count() == 0
    assert phone.frames[1].evaluate("window.isTheSame"), "no frame was loaded a second time"
    assert not [path for path in asked if path.startswith(("/films", "/ecran"))]
    expect(desk.locator(".hall-picture.is-live")).to_have_count(0)
    expect(desk.locator(".hall-words").first).to_contain_text("Film")
    desk.locator("summary", has_text="Arrêter").click()
    desk.get_by_role("button", name="Oui, arrêter").click()
    expect(nancy.locator("#idle")).to_be_visible()
    desk.get_by_role("link", name="Écrans").click()
    desk.locator("summary", has_text="Retirer cet écran").click()
    without_faults(desk)
    desk.get_by_role("button", name="Oui, le retirer").click()
    expect(desk.locator(".done")).to_contain_text("L'écran est retiré")
    expect(desk.locator("[data-screen]")).to_have_count(0)


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
