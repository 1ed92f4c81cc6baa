"""What one has voted on, and being forgotten, in real browsers."""

import json
import re
import time

from playwright.sync_api import Browser, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.journeys.axe import Axe
from tests.journeys.test_vote import connected, skip_profile
from tests.journeys.waiting import until
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
DAY_MS = 86_400_000


def plus(page: Page) -> None:
    page.locator(".vote-plus").first.click()
    skip_profile(page)
    expect(page.locator(".vote-own").first).to_have_text("Vous avez voté plus.")


def my_votes(page: Page, server: Running) -> None:
    page.goto(f"{server.url}/mes-votes")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")


def kept(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate("({...localStorage})")
    return found


def cookie(page: Page) -> str:
    [found] = [one.get("value", "") for one in page.context.cookies() if one.get("name") == "imaginest"]
    return found


def test_the_list_is_live_and_a_vote_is_withdrawn_from_it(
    server: Running, page: Page, other_page: Page
) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    plus(page)
    my_votes(page, server)
    row = page.locator(f'[data-row="{topic}"]')
    connected(other_page, server, topic)
    plus(other_page)
    expect(row.locator('[data-roll="voters"]')).to_contain_text("2")
    row.locator(".vote-withdraw").focus()
    page.keyboard.press("Enter")
    expect(row.locator(".vote-own")).to_have_text("Vous avez retiré votre vote.")
    expect(other_page.locator('main [data-roll="voters"]').first).to_contain_text("1")


def test_what_only_the_device_remembers_is_shown_with_what_has_changed(
    server: Running, page: Page, ended: int
) -> None:
    page.goto(f"{server.url}/comment-ca-marche")
    long_ago = int(time.time() * 1000) - 60 * DAY_MS
    page.evaluate(
        "entries => Object.entries(entries).forEach(([key, value]) => localStorage.setItem(key, value))",
        {
            f"imaginest.own.{ended}": json.dumps({"sign": 1, "seen": "x", "at": 5}),
            f"imaginest.last.{ended}": json.dumps({"last": {"plus": 41, "voters": 300, "at": long_ago}}),
            f"imaginest.own.{ended + 10**6}": json.dumps({"sign": 1, "seen": "x", "at": 4}),
        },
    )
    my_votes(page, server)
    row = page.locator(f'[data-row="{ended}"]')
    expect(row.locator(".vote-own")).to_have_text("Vous avez voté plus.")
    expect(row.locator(".mine-change")).to_have_text(
        re.compile(r"^De 41\s%\sà \d\d\s%\sde «\s\+\s» depuis le \d")
    )
    expect(page.locator(".mine-none")).to_be_hidden()
    expect(page.locator(".mine-more")).to_be_hidden()


def test_erasing_makes_the_device_a_new_one_in_every_tab(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    plus(page)
    other = page.context.new_page()
    connected(other, server, topic)
    expect(other.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")
    before = cookie(page)
    assert f"imaginest.own.{topic}" in kept(page)
    page.goto(f"{server.url}/mes-votes")
    page.get_by_role("link", name="Tout effacer").click()
    page.get_by_role("button", name="Tout effacer").click()
    expect(page.locator("body")).to_have_attribute("data-erased", "true")
    expect(other.locator(".vote-plus").first).to_have_attribute("aria-pressed", "false")
    expect(other.locator("body")).to_have_attribute("data-profile", "none")
    assert not [key for key in kept(page) if key.startswith("imaginest.own.")]
    assert cookie(page) != before
    page.goto(f"{server.url}/mes-votes")
    expect(page.locator(".mine-none")).to_be_visible()
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator('main [data-roll="voters"]').first).to_contain_text("1")


def test_two_tabs_that_vote_opposite_ways_at_once_end_up_alike(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    plus(page)
    page.locator(".vote-withdraw").first.click()
    expect(page.locator(".vote-own").first).to_have_text("Vous avez retiré votre vote.")
    other = page.context.new_page()
    connected(other, server, topic)
    for one, button in ((page, ".vote-plus"), (other, ".vote-minus")):
        one.evaluate(f"setTimeout(() => document.querySelector('{button}').click(), 50)")
    article = f'article[data-topic="{topic}"]'
    for one in (page, other):
        expect(one.locator(article)).to_have_attribute("data-own", re.compile("^-?1$"))
    settled(page)  # both votes are with the server
    stands = page.evaluate(
        "topic => fetch('/mes-votes/signes', {method: 'POST', body: new URLSearchParams({sujets: topic})})"
        ".then(answer => answer.json()).then(({signs}) => signs[topic])",
        str(topic),
    )
    assert stands in (1, -1)
    for one in (page, other):
        expect(one.locator(article)).to_have_attribute("data-own", str(stands))
    fresh = page.context.new_page()
    fresh.goto(f"{server.url}/sujets/{topic}")
    expect(fresh.locator(article)).to_have_attribute("data-own", str(stands))


def settled(page: Page) -> None:
    """No tab of the device keeps a vote that the server has not acknowledged."""
    kept = "Object.keys(localStorage).some(key => key.startsWith('imaginest.vote.'))"
    until(page, f"!{kept}")


def test_without_javascript_the_list_and_the_erasing_are_forms(server: Running, browser: Browser) -> None:
    topic = server.topic(OPEN)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{server.url}/sujets/{topic}")
    page.locator(".vote-plus").first.click()
    page.locator("button[name=skip]").click()
    page.goto(f"{server.url}/mes-votes")
    page.locator(f'[data-row="{topic}"] .vote-minus').click()
    expect(page).to_have_url(re.compile(f"/mes-votes#sujet-{topic}"))
    expect(page.locator(f'[data-row="{topic}"] .vote-own')).to_have_text("Vous avez voté moins.")
    page.get_by_role("link", name="Tout effacer").click()
    page.get_by_role("button", name="Tout effacer").click()
    expect(page).to_have_url(re.compile("/efface$"))
    page.goto(f"{server.url}/mes-votes")
    expect(page.locator(".mine-none")).to_be_visible()
    context.close()


def test_axe_finds_nothing_and_nothing_scrolls_sideways(server: Running, browser: Browser) -> None:
    topic = server.topic(OPEN)
    context = browser.new_context(
        bypass_csp=True,
        reduced_motion="reduce",
        viewport={"width": 320, "height": 640},
    )
    page = context.new_page()
    connected(page, server, topic)
    plus(page)
    for path in ("/mes-votes", "/effacer", "/efface", "/hors-connexion"):
        page.goto(server.url + path)
        assert Axe().by_day_and_night(page) == "", path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


def test_a_topic_is_shared_by_its_link_where_the_system_has_no_sheet(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script("delete Navigator.prototype.share")
    connected(page, server, topic)
    page.get_by_role("button", name="Partager ce sujet").click()
    expect(page.locator(".share-note")).to_have_text("Le lien est copié.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{server.url}/sujets/{topic}"
