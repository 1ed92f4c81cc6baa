"""Citizens whose network lets no websocket pass, in real browsers: they are live all the same."""

from playwright.sync_api import Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.blocking import SOCKET, BlockingProxy, blocking
from tests.journeys.test_vote import connected, skip_profile
from tests.journeys.waiting import until
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
EVENTS = b"GET /live/events"
POLL = b"GET /live/poll"
VOTE = b"POST /live/vote"


def live(page: Page, proxy: BlockingProxy, topic: int) -> None:
    page.goto(f"{proxy.url}/sujets/{topic}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")


def voters(page: Page, number: int) -> None:
    expect(page.locator('main [data-roll="voters"]').first).to_contain_text(str(number))


def plus(page: Page) -> None:
    page.locator(".vote-plus").first.click()
    skip_profile(page)
    expect(page.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")


def votes_on_both_sides(server: Running, page: Page, other_page: Page, topic: int) -> None:
    """A vote elsewhere moves the page, and the page's own vote is counted elsewhere."""
    connected(other_page, server, topic)
    plus(other_page)
    voters(page, 1)
    plus(page)
    voters(other_page, 2)
    voters(page, 2)


def test_where_websockets_are_refused_the_page_is_live_over_events(
    server: Running, page: Page, other_page: Page
) -> None:
    topic = server.topic(OPEN)
    with blocking(server.port) as proxy:
        live(page, proxy, topic)
        assert proxy.count(SOCKET) == 2
        votes_on_both_sides(server, page, other_page, topic)
        assert proxy.count(VOTE) == 1
        assert proxy.count(POLL) == 0
        page.reload()
        expect(page.locator("body")).to_have_attribute("data-connected", "true")
        assert (proxy.count(SOCKET), proxy.count(EVENTS)) == (2, 2)
        page.goto(f"{proxy.url}/credits")  # nothing to watch there
        live(page, proxy, topic)
        assert (proxy.count(SOCKET), proxy.count(EVENTS)) == (2, 3)
        page.goto("about:blank")


def test_where_events_are_kept_back_too_the_page_is_live_by_polls(
    server: Running, page: Page, other_page: Page
) -> None:
    topic = server.topic(OPEN)
    with blocking(server.port, events=False) as proxy:
        live(page, proxy, topic)
        assert (proxy.count(SOCKET), proxy.count(EVENTS)) == (2, 1)
        votes_on_both_sides(server, page, other_page, topic)
        assert proxy.count(VOTE) == 1
        page.reload()
        expect(page.locator("body")).to_have_attribute("data-connected", "true")
        assert (proxy.count(SOCKET), proxy.count(EVENTS)) == (2, 1)
        page.goto("about:blank")


def test_results_appear_after_the_vote_at_every_door(server: Running, page: Page, other_page: Page) -> None:
    topic = server.topic()
    with blocking(server.port) as events, blocking(server.port, events=False) as polls:
        for one, proxy in ((page, events), (other_page, polls)):
            live(one, proxy, topic)
            expect(one.locator(".hidden-note").first).to_be_visible()
            plus(one)
            expect(one.locator(".results").first).to_be_visible()
            one.goto("about:blank")


def test_when_the_network_changes_the_websocket_takes_over_without_a_gap(
    server: Running, page: Page, other_page: Page
) -> None:
    topic = server.topic(OPEN)
    with blocking(server.port) as proxy:
        live(page, proxy, topic)
        page.evaluate(
            "new MutationObserver(() => window.seen = [...(window.seen ?? []), document.body.dataset.connected])"
            ".observe(document.body, { attributeFilter: ['data-connected'] })"
        )
        proxy.sockets = True
        with page.expect_websocket():
            page.evaluate("dispatchEvent(new Event('online'))")
        until(page, "localStorage.getItem('imaginest.door') === '{}'")
        votes_on_both_sides(server, page, other_page, topic)
        assert proxy.count(VOTE) == 0
        assert "false" not in (page.evaluate("window.seen") or [])
        page.goto("about:blank")
