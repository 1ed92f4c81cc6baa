"""The statistics, in a real browser."""

import re
import secrets
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from realtime.disclosure import ResultPolicy
from server.simulated import Door
from storage.values import TopicRules
from tests.journeys.axe import Axe
from tests.running import Running

SHOWN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
FORM = "application/x-www-form-urlencoded"
PAGES = ["/statistiques", "/statistiques/representativite", "/sujets/{ended}/representativite"]


def votes(server: Running, topic: int, number: int) -> None:
    door = Door(server.url)
    for _ in range(number):
        cookie = door.enter()
        door.ask("POST", "/profil", b"skip=1", **{"Cookie": cookie, "Content-Type": FORM})
        vote = urlencode({"sign": 1, "op": secrets.token_urlsafe(16)}).encode()
        door.ask("POST", f"/sujets/{topic}/vote", vote, **{"Cookie": cookie, "Content-Type": FORM})


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    server: Running, browser: Browser, ended: int, path: str
) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 780}, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(server.url + path.format(ended=ended))
    for table in page.locator("main summary").all():
        table.click()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 780})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().by_day_and_night(page) == ""
    context.close()


def test_an_open_page_takes_over_new_figures_unless_it_is_held(restartable: Running, page: Page) -> None:
    server = restartable
    topic = server.topic(SHOWN, title="Faut-il planter des haies ?")
    page.clock.install()
    page.goto(f"{server.url}/statistiques")
    expect(page.locator("[data-number=votes]")).to_have_text("0")
    votes(server, topic, 3)
    server.end()
    server.start()  # a fresh node counts anew
    with page.expect_response("**/statistiques/direct"):
        page.clock.fast_forward(20_000)
    expect(page.locator("[data-number=votes]")).to_have_text("3")
    expect(page.locator("[data-list=most-voted] a")).to_have_text("Faut-il planter des haies ?")
    expect(page.locator("[data-list=rising] b")).to_have_text("3 nouveaux votants")
    expect(page.locator("[data-list=most-voted] + .ranking-empty")).to_be_hidden()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hold = page.get_by_role("button", name="Figer les chiffres")
    hold.focus()
    page.keyboard.press("Enter")
    page.clock.fast_forward(60_000)
    resume = page.get_by_role("button", name="Reprendre la mise à jour")
    expect(resume).to_be_focused()
    assert asked == []
    with page.expect_response("**/statistiques/direct") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 304


@pytest.mark.usefixtures("ended")
def test_without_scripts_the_map_changes_its_theme_and_tables_are_taken_away(
    server: Running, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{server.url}/statistiques")
    expect(page.locator(".statistics-hold")).to_be_hidden()
    page.get_by_label("Thématique", exact=True).select_option(label="Culture et langues")
    page.get_by_role("button", name="Voir").click()
    expect(page).to_have_url(re.compile(r"thematique=culture"))
    page.locator(".panel-weather summary").click()
    row = page.locator("[data-place-row='57']")
    expect(row.locator(".place-share")).to_have_text(re.compile(r"^\d+\u202f%$"))
    expect(page.locator("[data-place='55'][data-empty]")).to_have_count(1)  # nobody of Meuse voted
    with page.expect_download() as taken:
        page.get_by_role("link", name="Télécharger (CSV) : La météo par département").click()
    assert taken.value.suggested_filename == "imaginest-meteo.csv"
    assert taken.value.path().read_bytes().startswith(b"\xef\xbb\xbfth")
    context.close()
