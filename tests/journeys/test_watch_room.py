"""The watch room on the wall: votes as they come, who watches, and what is said when nothing comes any more."""

import re
import secrets
import signal
import time
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from server.simulated import Door
from storage.one_time import code_at
from storage.tallies import MOMENT_MS
from storage.values_watch import MINUTE_MS
from tests.journeys.axe import Axe
from tests.journeys.waiting import until
from tests.running import DEADLINE, Running
from tests.storage.house import beside

PASSWORD = "une phrase assez longue"
FORM = "application/x-www-form-urlencoded"
OP = "watch-room-invitation"


def come_in(page: Page, server: Running) -> None:
    """As somebody does who was just invited."""
    wanted = {"email": "veille@grandest.fr", "name": "Nadia", "roles": ["moderator"], "op": OP}
    page.goto(server.url + server.operate("staff/add", wanted)["path"])
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=again]").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/console/code")
    secret = page.locator(".secret").text_content() or ""
    now = page.evaluate("Date.now()")
    page.locator("#code").fill(code_at(secret.replace(" ", ""), now // 30_000))
    page.get_by_role("button", name="Entrer").click()
    page.get_by_text("codes de secours").first.wait_for()


def votes(server: Running, topic: int, number: int) -> None:
    door = Door(server.url)
    for _ in range(number):
        cookie = door.enter()
        door.ask("POST", "/profil", b"skip=1", **{"Cookie": cookie, "Content-Type": FORM})
        vote = urlencode({"sign": 1, "op": secrets.token_urlsafe(16)}).encode()
        door.ask("POST", f"/sujets/{topic}/vote", vote, **{"Cookie": cookie, "Content-Type": FORM})


@pytest.fixture
def room(browser: Browser, restartable: Running) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="fr-FR")
    come_in(page, restartable)
    page.goto(restartable.url + "/console/veille")
    return page


def on_the_wall(room: Page) -> None:
    """At the size of a wall all of it is in one screen, and no word is smaller than a fortieth of it."""
    size = room.viewport_size
    room.set_viewport_size({"width": 1920, "height": 1080})
    room.get_by_role("button", name="Plein écran").click()
    until(room, "document.fullscreenElement !== null")
    assert room.evaluate("document.getElementById('watch').scrollHeight <= innerHeight")
    assert room.evaluate(SMALLEST_WORD) >= 1080 / 40
    room.evaluate("document.exitFullscreen()")
    until(room, "document.fullscreenElement === null")
    if size is not None:
        room.set_viewport_size(size)


SMALLEST_WORD = """() => Math.min(...[...document.querySelectorAll("#watch :is(h2, p, li, dt, dd, th, td, small)")]
    .filter((one) => one.checkVisibility()).map((one) => parseFloat(getComputedStyle(one).fontSize)))"""


def test_the_wall_moves_by_itself_and_says_when_it_is_old(room: Page, restartable: Running) -> None:
    server = restartable
    topic = server.topic(title="Faut-il plus de trains le dimanche ?")
    first = room.locator(".watch-nodes tbody tr").first
    expect(first).to_contain_text("en service")
    expect(first).to_contain_text("un seul nœud")
    expect(room.get_by_role("heading", name="Aucune alarme")).to_be_visible()
    assert Axe().run(room).response["violations"] == []
    on_the_wall(room)

    table = room.locator("[data-part=table]")
    table.locator("summary").click()
    rate = room.locator("[data-figure=rate]")
    end = time.monotonic() + DEADLINE
    while rate.inner_text() == "0":  # it is that of the last ten seconds
        assert time.monotonic() < end
        votes(server, topic, 1)
    expect(room.locator("[data-part=moving]")).to_contain_text(re.compile(r"\+\s\d+\svotant"))
    expect(table).to_have_attribute("open", "")

    server.end(signal.SIGKILL)
    expect(room.get_by_role("alert")).to_contain_text("Ces chiffres datent de")
    server.start()
    expect(room.get_by_role("alert")).to_be_hidden()
    room.context.clear_cookies()
    expect(room.get_by_role("heading", name="Votre session est terminée")).to_be_focused()
    expect(room.locator("[data-figure], [data-part]")).to_have_count(0)  # nobody's figures stay on the wall
    assert Axe().run(room).response["violations"] == []
    room.get_by_role("link", name="Se connecter de nouveau").click()
    room.wait_for_url("**/console/connexion?suite=*")
    room.context.close()


def test_a_topic_whose_votes_are_unusual_is_looked_at(room: Page, restartable: Running) -> None:
    """From the wall to the course of its votes, the usual one beside it; both are read by everybody."""
    topic = restartable.topic(title="Faut-il plus de bus le soir ?")
    minute = room.evaluate("Date.now()") // MINUTE_MS - 20
    url = f"sqlite:///{restartable.data / 'imaginest.db'}"
    for later, plus in ((0, 20), (5, 30), (10, 150)):
        beside(
            url,
            "INSERT INTO moment (topic_id, bucket, plus, minus) VALUES (:topic, :bucket, :plus, 12)",
            topic=topic,
            bucket=(minute + later) * MINUTE_MS // MOMENT_MS,
            plus=plus,
        )
    link = room.locator("[data-part=unusual]").get_by_role("link", name="Faut-il plus de bus le soir")
    link.click(timeout=2 * DEADLINE * 1000)  # it is searched for every twenty seconds
    expect(room.locator(".course-reasons")).to_contain_text("120 votants en 1 minute")
    room.get_by_text("Les mêmes chiffres en tableau").click()
    expect(room.get_by_role("cell", name="moins de 10")).to_have_count(0)
    assert Axe().run(room).response["violations"] == []
    room.set_viewport_size({"width": 320, "height": 780})
    assert room.evaluate("document.documentElement.scrollWidth") <= 320
    room.context.close()


def test_the_wall_without_a_program(browser: Browser, room: Page, restartable: Running) -> None:
    """At the size of a phone, with every figure and a link to the next ones."""
    kept = room.context.storage_state()
    room.context.close()
    context = browser.new_context(
        java_script_enabled=False, storage_state=kept, viewport={"width": 360, "height": 780}
    )
    page = context.new_page()
    page.goto(restartable.url + "/console/veille")
    expect(page.locator("[data-figure=posts]")).to_have_text("0")
    page.get_by_role("link", name="Actualiser").click()
    expect(page.get_by_role("heading", name="Veille")).to_be_visible()
    context.close()
