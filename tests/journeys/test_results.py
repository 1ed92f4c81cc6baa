"""What is shown of the results, in real browsers."""

import re
import secrets
import time
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from realtime.disclosure import ResultPolicy
from realtime.tally import NOWHERE, Cell, Departement, Sex
from server.simulated import Door
from storage.values import TopicRules
from tests.journeys.ended import CROWD
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
IN_ARDENNES = Cell(Departement.ARDENNES, Sex.WOMAN, None)


def connected(page: Page, server: Running, topic: int) -> None:
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")


def skip_profile(page: Page) -> None:
    page.locator("#profile button[name=skip]").click()


def votes(server: Running, topic: int, number: int, cell: Cell = NOWHERE) -> None:
    """So many new voters of this cell vote plus, by forms."""
    door = Door(server.url)
    for _ in range(number):
        cookie = door.enter()
        door.tell(cookie, cell)
        form = urlencode({"sign": 1, "op": secrets.token_urlsafe(16)}).encode()
        kind = "application/x-www-form-urlencoded"
        door.ask("POST", f"/sujets/{topic}/vote", form, **{"Cookie": cookie, "Content-Type": kind})


def test_pointing_at_the_map_tells_name_and_numbers(server: Running, page: Page, ended: int) -> None:
    connected(page, server, ended)
    expect(page.locator(".readout-hint")).to_be_visible()
    page.locator("[data-dep='57']").hover()
    expect(page.locator(".readout-name")).to_have_text("Moselle")
    expect(page.locator(".readout-plus")).to_have_text(re.compile(r"^\+ \d+\u202f%$"))
    expect(page.locator(".readout-hint")).to_be_hidden()


def test_the_readout_and_the_bars_follow_what_is_published(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    page.locator("[data-dep='08']").hover()
    expect(page.locator(".readout-empty")).to_contain_text("à partir de 10 votants")
    women = page.locator("[data-series='sex:F']")
    expect(women).to_have_text(re.compile(r"^\s*Femmes\s*trop peu de votants\s*$"))
    votes(server, topic, 9, IN_ARDENNES)
    expect(page.locator(".gauge-voters")).to_have_text("9 votants")
    expect(page.locator(".readout-empty")).to_be_visible()
    votes(server, topic, 1, IN_ARDENNES)
    expect(page.locator(".readout-voters")).to_have_text("10 votants")
    expect(page.locator(".readout-plus")).to_have_text("+ 100\u202f%")
    expect(page.locator("[data-dep='08']")).to_have_accessible_name(re.compile(r"^Ardennes.*10\svotants$"))
    expect(women.locator(".t-told")).to_have_text("10 votants")
    expect(women.locator(".t-share")).to_have_text("100\u202f%")
    expect(women.locator(".t-rest")).to_have_text("0\u202f%")


def test_the_time_line_is_drawn_once_the_vote_opens_the_results(server: Running, page: Page) -> None:
    topic = server.topic()
    votes(server, topic, 30)
    connected(page, server, topic)
    with page.expect_response(f"**/sujets/{topic}/fil") as answer:
        page.locator(".vote-plus").click()
        skip_profile(page)
    assert answer.value.status == 200
    moments = answer.value.json()["moments"]
    assert all(plus + minus >= 30 for _, plus, minus in moments)
    expect(page.locator(".gauge-voters")).to_have_text("31 votants")
    votes(server, topic, 3)
    expect(page.locator(".gauge-voters")).to_have_text("34 votants")
    expect(page.locator(".timeline .line")).to_have_attribute("points", re.compile(r"^0,0 .*600,0$"))
    expect(page.locator(".timeline-frame")).to_be_visible()
    expect(page.locator(".timeline-days span").last).to_have_text(re.compile(r", \d\d:\d\d(:\d\d)?$"))
    page.get_by_text("Les chiffres au fil du temps").click()
    expect(page.locator(".timeline tbody tr").first).to_contain_text("34")


def test_the_past_is_not_asked_for_while_it_is_hidden(server: Running, page: Page) -> None:
    topic = server.topic()
    votes(server, topic, 3)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    connected(page, server, topic)
    votes(server, topic, 1)
    expect(page.locator(".gauge-voters")).to_have_text("4 votants")
    assert [url for url in asked if url.endswith("/fil")] == []


def test_a_vote_that_ends_offers_the_pyramid(server: Running, page: Page) -> None:
    page.goto(server.url)  # the next page is drawn from what this one has fetched, long before the end
    topic = server.topic(TopicRules(0, time.time_ns() // 1_000_000 + 8_000, results=ResultPolicy.ALWAYS))
    connected(page, server, topic)
    expect(page.locator(".panel-pyramid")).to_have_count(0)
    page.locator(".vote-plus").focus()
    expect(page.locator(".closing")).to_be_visible()
    expect(page.locator(".closing a")).to_be_focused()
    expect(page.locator(".vote-buttons")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(".panel-pyramid")).to_be_visible()
    deadline = time.monotonic() + 30
    while page.locator(".pyramid-soon").count():  # the last votes are still being counted
        assert time.monotonic() < deadline
        with page.expect_navigation():  # a page that is only on its way shows neither
            page.get_by_role("link", name="Actualiser").click()
    expect(page.locator(".pyramid-empty")).to_be_visible()


@pytest.mark.parametrize("scripting", [True, False])
def test_the_pyramid_shows_large_cells_only(
    server: Running, browser: Browser, ended: int, scripting: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripting, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{server.url}/sujets/{ended}")
    expect(page.locator(".pyramid .bar:not(.bar-few)")).to_have_count(8)
    expect(page.locator(".pyramid .bar-few")).to_have_count(2)
    expect(page.locator(".pyramid-others")).to_contain_text("20 à 39 ans")
    page.get_by_text("Les chiffres de la pyramide").click()
    expect(page.locator(".panel-pyramid table")).to_be_visible()
    shown = page.locator(".panel-pyramid tbody tr:not([data-few], .table-group)")
    large = [sum(counts) for counts in CROWD.values() if sum(counts) >= 20]
    expect(shown).to_have_count(len(large))
    told = sorted(int(row.locator("td").last.inner_text()) for row in shown.all())
    assert told == sorted(voters - voters % 5 for voters in large)
    context.close()


def test_a_tap_on_the_map_tells_too(server: Running, browser: Browser, ended: int) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 320, "height": 640})
    page = context.new_page()
    connected(page, server, ended)
    page.locator("[data-dep='88']").tap()
    expect(page.locator(".readout-name")).to_have_text("Vosges")
    context.close()
