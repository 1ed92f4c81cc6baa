"""On a phone: installed, without a network, and back again, in real browsers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.journeys.conftest import FLAGS, chromium
from tests.journeys.test_mine import plus
from tests.journeys.test_vote import connected
from tests.journeys.waiting import until
from tests.running import Running
from tests.storage.house import beside
from tests.tcp_proxy import tcp_proxy

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
FILES = "imaginest-files-"

COPY = re.compile(r"Hors connexion.*cette page date d.*\d\d:\d\d")
"""From one minute to the next they may be yesterday's."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's page, with the service worker that other files do without."""
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="fr-FR")
    yield context.new_page()
    context.close()


def kept_by_the_worker(page: Page, path: str) -> None:
    """The worker is there, and has a copy of the page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.reload()
    until(page, "path => caches.match(path).then(Boolean)", path)


@contextmanager
def own_browser(browser: Browser, folder: Path) -> Iterator[BrowserContext]:
    """A browser that keeps what it holds in a folder, as people's own do; it ends with the block."""
    context = browser.browser_type.launch_persistent_context(
        folder,
        executable_path=chromium(),
        args=list(FLAGS),
        viewport={"width": 360, "height": 780},
        locale="fr-FR",
    )
    try:
        yield context
    finally:
        context.close()


def waiting(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "Object.keys(localStorage).filter(key => key.startsWith('imaginest.vote.'))"
    )
    return found


def voters(page: Page, number: int) -> None:
    expect(page.locator('main [data-roll="voters"]').first).to_contain_text(str(number))


def test_the_site_can_be_installed(server: Running, page: Page) -> None:
    page.goto(server.url)
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    devtools = page.context.new_cdp_session(page)
    told = devtools.send("Page.getAppManifest")
    assert told["url"] == f"{server.url}/manifest.webmanifest" and told["errors"] == []
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []


def test_the_last_state_is_readable_without_a_network_and_says_so(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    kept_by_the_worker(page, f"/sujets/{topic}")
    title = page.locator("h1").inner_text()
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#connection")).to_have_text(COPY)
    assert page.locator("h1").inner_text() == title
    page.goto(f"{server.url}/profil")
    expect(page.locator("h1")).to_have_text("Pas de connexion avec Imagin'Est")
    page.goto(f"{server.url}/sujets/{topic}?src=qr")
    expect(page.locator("#connection")).to_have_text(COPY)
    page.context.set_offline(False)
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    expect(page.locator("#connection")).not_to_have_text(COPY)


def test_the_first_page_that_is_opened_can_be_read_offline(server: Running, page: Page) -> None:
    topic = server.topic(OPEN, title="Un code que l'on a visé ?")
    page.goto(f"{server.url}/s/{topic}")
    for path in (f"/sujets/{topic}", "/", "/mes-votes"):
        until(page, "path => caches.match(path).then(Boolean)", path)
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("que l'on a visé")
    expect(page.locator("#connection")).to_contain_text(COPY)
    page.context.set_offline(False)


def test_a_vote_made_offline_outlives_the_browser_and_counts_once(
    server: Running, browser: Browser, tmp_path: Path
) -> None:
    first, topic = server.topic(OPEN), server.topic(OPEN)
    with own_browser(browser, tmp_path) as context:
        page = context.new_page()
        connected(page, server, first)
        plus(page)
        connected(page, server, topic)
        kept_by_the_worker(page, f"/sujets/{topic}")
        context.set_offline(True)
        page.reload()
        page.locator(".vote-minus").first.click()
        expect(page.locator(".vote-note").first).to_contain_text("Votre vote est gardé")
    with own_browser(browser, tmp_path) as context:
        context.set_offline(True)
        tabs = [context.new_page(), context.new_page()]
        for tab in tabs:
            tab.goto(f"{server.url}/sujets/{topic}")
        expect(tabs[0].locator(".vote-minus").first).to_have_attribute("aria-pressed", "true")
        expect(tabs[0].locator(".vote-note").first).to_contain_text("Votre vote est gardé")
        context.set_offline(False)
        for tab in tabs:
            expect(tab.locator("body")).to_have_attribute("data-connected", "true")
            expect(tab.locator(".vote-minus").first).to_have_attribute("aria-pressed", "true")
            voters(tab, 1)
        expect(tabs[0].locator(".vote-note").first).to_have_text("Votre vote est compté.")
        assert waiting(tabs[0]) == []
        tabs[0].reload()
        expect(tabs[0].locator(".vote-minus").first).to_have_attribute("aria-pressed", "true")
        voters(tabs[0], 1)


def test_a_first_vote_offline_is_kept_with_its_answers_and_sent_after_them(
    server: Running, page: Page
) -> None:
    """Where the vote needs a profile, it is counted only if that came first."""
    topic = server.topic(TopicRules(0, None, results=ResultPolicy.ALWAYS, profile_required=True))
    connected(page, server, topic)
    kept_by_the_worker(page, f"/sujets/{topic}")
    page.context.set_offline(True)
    page.reload()
    page.locator(".vote-plus").first.click()
    page.locator("dialog").get_by_text("Bas-Rhin").click()
    page.locator("dialog").get_by_text("Une femme").click()
    page.locator("dialog .step:not([hidden]) .choice").nth(2).click()
    note = page.locator(".vote-note").first
    expect(note).to_contain_text("Votre vote et vos réponses sont gardés")
    page.reload()
    expect(note).to_contain_text("Votre vote et vos réponses sont gardés")
    expect(page.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")
    page.route("**/profil", lambda route: route.abort(), times=1)  # a network that is hardly back
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/profil")):
        page.context.set_offline(False)
    expect(note).to_have_text("Votre vote est compté.")
    voters(page, 1)
    assert waiting(page) == [] and answers_kept(page) is None
    url = f"sqlite:///{server.data / 'imaginest.db'}"
    assert beside(url, f"SELECT departement, sex, sign FROM ballot WHERE topic_id = {topic}") == [
        ("67", "F", 1)
    ]
    page.goto(f"{server.url}/profil")
    expect(page.locator("[name=departement][value='67']")).to_be_checked()


def test_a_first_vote_offline_with_the_questions_skipped_is_counted(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    kept_by_the_worker(page, f"/sujets/{topic}")
    page.context.set_offline(True)
    page.reload()
    page.locator(".vote-minus").first.click()
    page.locator("dialog [name=skip]").click()
    expect(page.locator(".vote-note").first).to_contain_text("gardés")
    page.context.set_offline(False)
    expect(page.locator(".vote-note").first).to_have_text("Votre vote est compté.")
    voters(page, 1)
    assert answers_kept(page) is None
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-profile", "skipped")


def test_kept_answers_of_a_browser_without_its_cookie_are_refused_in_words(
    server: Running, page: Page
) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    page.context.set_offline(True)
    page.locator(".vote-minus").first.click()
    page.locator("dialog [name=skip]").click()
    expect(page.locator(".vote-note").first).to_contain_text("gardés")
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_contain_text("Autorisez les cookies")
    assert answers_kept(page) is None


def answers_kept(page: Page) -> object:
    return page.evaluate("localStorage.getItem('imaginest.profile')")


def test_a_kept_vote_is_counted_from_whatever_page_is_opened_next(server: Running, page: Page) -> None:
    first, topic = server.topic(OPEN), server.topic(OPEN, title="Un sujet gardé ?")
    connected(page, server, first)
    plus(page)
    connected(page, server, topic)
    page.context.set_offline(True)
    page.locator(".vote-plus").first.click()
    expect(page.locator(".vote-note").first).to_contain_text("Votre vote est gardé")
    other = page.context.new_page()
    page.close()
    page.context.set_offline(False)
    other.goto(f"{server.url}/comment-ca-marche")
    expect(other.locator("#connection")).to_contain_text("est compté : Un sujet gardé")
    other.goto(f"{server.url}/sujets/{topic}")
    expect(other.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")
    voters(other, 1)


def test_a_vote_made_offline_on_a_topic_that_closed_meanwhile_is_told_and_dropped(
    server: Running, page: Page
) -> None:
    first, topic = server.topic(OPEN), server.topic(OPEN)
    connected(page, server, first)
    plus(page)
    connected(page, server, topic)
    kept_by_the_worker(page, f"/sujets/{topic}")
    page.context.set_offline(True)
    page.reload()
    page.locator(".vote-plus").first.click()
    expect(page.locator(".vote-note").first).to_contain_text("Votre vote est gardé")
    beside(f"sqlite:///{server.data / 'imaginest.db'}", f"UPDATE topic SET closes_at = 1 WHERE id = {topic}")
    page.context.set_offline(False)
    expect(page.locator(".vote-note").first).to_have_text(
        re.compile(r"Ce vote s'est terminé avant que votre choix gardé \(«\splus\s»\)")
    )
    expect(page.locator(".vote-plus").first).to_be_hidden()
    expect(page.locator(f'article[data-topic="{topic}"]')).to_have_attribute("data-own", "")
    assert waiting(page) == []


def test_a_new_version_takes_over_without_a_stuck_old_one(server: Running, page: Page) -> None:
    """What a newer server would send is the worker with another name for its files."""
    with tcp_proxy(server.port) as proxy:
        page.goto(f"http://127.0.0.1:{proxy.port}/sujets/{server.topic(OPEN)}")
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        [old] = files(page)
        for newer in ("000000000001", "000000000002"):
            proxy.rewrites = {old.removeprefix(FILES).encode(): newer.encode()}
            page.evaluate(
                "navigator.serviceWorker.ready.then(worker => worker.update()).then(() => undefined)"
            )
            until(page, "name => caches.keys().then(names => names.includes(name))", FILES + newer)
            until(
                page,
                "() => navigator.serviceWorker.ready.then(({active, installing, waiting}) =>"
                " active.state === 'activated' && !installing && !waiting)",
            )
        until(page, "name => caches.keys().then(names => !names.includes(name))", old)
        assert files(page) == {FILES + "000000000001", FILES + "000000000002"}
        page.reload()
        expect(page.locator("body")).to_have_attribute("data-connected", "true")
        page.goto("about:blank")


def files(page: Page) -> set[str]:
    return {name for name in page.evaluate("caches.keys()") if name.startswith(FILES)}
