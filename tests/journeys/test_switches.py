"""What staff switch shows itself in open pages, moves nothing under a thumb, and goes by itself."""

import re
import secrets
import time
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from storage.values_staff import Role
from tests.colleagues import signed_in_beside
from tests.journeys.axe import Axe
from tests.running import DEADLINE, NO_TLS, Running
from tests.storage.house import beside
from web.console.local_instant import write_instant

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
AFTER_VOTE = TopicRules(0, None, results=ResultPolicy.AFTER_VOTE)
BANNER = "Le direct de Reims reprend à 20 h : restez avec nous."
TOP = "element => element.getBoundingClientRect().top"


@pytest.fixture
def console(server: Running, data: Path, other_page: Page) -> Page:
    """The page of live switches, of a moderator."""
    who = f"{secrets.token_hex(4)}@grandest.fr"
    url = f"sqlite:///{data / 'imaginest.db'}"
    cookie = signed_in_beside(url, server.keys, who, time.time_ns() // 1_000_000, Role.MODERATOR)
    name, _, value = cookie.partition("=")
    context: BrowserContext = other_page.context
    context.add_cookies([{"name": name, "value": value, "url": server.url}])
    other_page.goto(f"{server.url}/console/commandes")
    return other_page


def switch_on(console: Page, kind: str, text: str) -> None:
    form = console.locator(f"#{kind}[open]")
    if not form.count():
        console.locator(f"#{kind} > summary").click()
    form.locator("textarea").fill(text)
    form.locator("[name=reason]").fill("essai")
    form.locator("button[value=review]").click()
    expect(console.locator(".switch-text")).to_contain_text(text)
    clean(console)
    console.locator("button[value=confirm]").click()
    expect(console.locator(".switch-on", has_text=text)).to_be_visible()


def switch_off(console: Page, text: str) -> None:
    console.locator(".switch-on", has_text=text).locator("a.button").click()
    console.locator("[name=reason]").fill("fini")
    console.locator("form.fields button").click()
    expect(console.locator(".switch-on", has_text=text)).to_have_count(0)


def leave_out_who_watches(page: Page) -> None:
    """How many they are comes by the clock, and above the buttons."""
    page.locator(".watching").evaluate("element => element.remove()")


def clean(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]


def test_a_banner_and_a_pause_come_and_go_in_an_open_page(server: Running, page: Page, console: Page) -> None:
    topic = server.topic(OPEN)
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    leave_out_who_watches(page)
    plus = page.locator(".scene .vote-plus")
    stood = plus.evaluate(TOP)
    clean(console)

    switch_on(console, "banner", BANNER)
    notice = page.locator("#notice")
    expect(notice).to_contain_text("Le direct de Reims")
    console.goto(f"{server.url}/console/commandes?sujet={topic}")
    switch_on(console, "voting", "Un moment.")
    paused = page.locator(".scene .vote-paused")
    expect(paused).to_have_text("Un moment.")
    expect(plus).to_be_disabled()
    assert plus.evaluate(TOP) == pytest.approx(stood, abs=1)
    clean(page)
    page.evaluate("scrollTo(0, 0)")
    menu = page.locator(".menu summary")
    menu.click()  # not to be done where something lies over it
    expect(page.locator(".menu-list")).to_be_visible()
    menu.click()
    assert page.locator(".brand").bounding_box()["y"] >= 0  # type: ignore[index]

    notice.get_by_role("button").click()
    expect(notice).to_be_empty()
    page.reload()
    expect(page.locator("#banner")).to_contain_text("Le direct de Reims")
    expect(paused).to_have_text("Un moment.")
    clean(page)

    leave_out_who_watches(page)
    stood = plus.evaluate(TOP)
    switch_off(console, "Un moment.")
    switch_off(console, BANNER)
    expect(plus).to_be_enabled()
    expect(page.locator("#banner")).not_to_be_visible()
    assert plus.evaluate(TOP) == stood
    plus.click()
    page.locator("#profile button[name=skip]").click()
    expect(plus).to_have_attribute("aria-pressed", "true")


def test_a_banner_that_takes_anothers_place_moves_nothing_and_leaves_nothing_blank(
    server: Running, page: Page, console: Page
) -> None:
    topic = server.topic(OPEN)
    page.goto(f"{server.url}/sujets/{topic}")
    switch_on(console, "banner", f"{BANNER} {BANNER}")
    expect(page.locator("#notice .banner")).to_be_visible()
    page.reload()
    expect(page.locator("#banner")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    leave_out_who_watches(page)
    plus = page.locator(".scene .vote-plus")
    stood = plus.evaluate(TOP)
    console.goto(f"{server.url}/console/commandes")
    switch_on(console, "banner", "C'est reparti.")
    told = page.locator("#notice .banner")
    expect(told).to_contain_text("C'est reparti.")
    expect(page.locator("#banner")).to_be_hidden()
    assert plus.evaluate(TOP) == pytest.approx(stood, abs=1)
    bottom = "element => element.getBoundingClientRect().bottom"
    assert told.evaluate(bottom) == pytest.approx(page.locator("main").evaluate(TOP), abs=1)
    clean(page)
    switch_off(console, "C'est reparti.")
    expect(told).to_have_count(0)


def test_a_notice_takes_little_of_a_phone_and_a_lost_connection_is_said_beside_it(
    server: Running, page: Page, console: Page
) -> None:
    topic = server.topic(OPEN)
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    switch_on(console, "banner", BANNER)
    told = page.locator("#notice .banner")
    expect(told).to_be_visible()
    height = told.evaluate("element => element.getBoundingClientRect().height")
    assert height < 100, "most of a small screen is the page's"
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.context.set_offline(True)
    lost = page.locator("#connection")
    lost.evaluate("element => { element.textContent = element.textContent || 'Connexion perdue' }")
    expect(lost).to_be_in_viewport()
    under = "element => element.getBoundingClientRect().bottom"
    assert told.evaluate(TOP) >= lost.evaluate(under) - 1
    switch_off(console, BANNER)


def test_votes_set_aside_are_told_with_their_reason_to_who_may_not_see_the_results(
    server: Running, data: Path, page: Page, console: Page
) -> None:
    topic = server.topic(AFTER_VOTE)
    for _ in range(32):
        headers = {"origin": server.url, "cookie": server.cookie()}
        with httpx2.Client(base_url=server.url, headers=headers, timeout=DEADLINE, verify=NO_TLS) as http:
            http.post("/profil", data={"skip": "1", "next": "/"})
            vote = {"sign": "-1", "op": secrets.token_hex(8), "next": "/"}
            assert http.post(f"/sujets/{topic}/vote", data=vote).status_code == 303
    earlier = "UPDATE ballot_minute SET minute = minute - 5 WHERE topic_id = :topic"
    beside(f"sqlite:///{data / 'imaginest.db'}", earlier, topic=topic)
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    section = page.locator("#mis-de-cote")
    expect(section).to_be_hidden()
    minute = time.time_ns() // 60_000_000_000
    form: dict[str, str | float | bool]
    form = {"since": write_instant((minute - 8) * 60_000), "until": write_instant((minute - 3) * 60_000)}
    form |= {"reason": "Votes automatiques", "op": secrets.token_hex(8), "step": "confirm"}
    path = f"{server.url}/console/mises-de-cote/sujets/{topic}"
    sent = console.request.post(path, form=form, headers={"origin": server.url})
    again = re.search(r'href="(/console/mises-de-cote/[0-9]+/remettre)"', sent.text())
    assert again, sent.text()
    expect(section).to_contain_text("Votes automatiques")
    expect(section.locator(".step-new")).to_be_in_viewport()
    expect(page.locator("#announcer")).to_have_text("Des votes viennent d'être mis de côté.")
    clean(page)
    form = {"reason": "Une classe votait."}
    console.request.post(server.url + again[1], form=form, headers={"origin": server.url})
    expect(section.locator(".step-new")).to_contain_text("Une classe votait.")
