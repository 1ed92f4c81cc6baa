"""Citizens before the nginx of docs/deploy, in a real browser: every door and every form works."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.journeys.test_vote import skip_profile
from tests.nginx import Nginx, site
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Nginx]]:
    with site(tmp_path_factory.mktemp("nginx")) as served:
        yield served


@pytest.fixture
def secure_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(ignore_https_errors=True, locale="fr-FR")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("shut", [(), ("socket",), ("socket", "events")], ids=["socket", "events", "polls"])
def test_a_page_goes_live_and_votes_at_every_door(
    served: tuple[Running, Nginx], secure_page: Page, shut: tuple[str, ...]
) -> None:
    server, proxy = served
    topic = server.topic(OPEN)
    asked: list[str] = []
    secure_page.on("request", lambda request: asked.append(request.url))
    if "socket" in shut:
        secure_page.route_web_socket("**/live", refuse)
    if "events" in shut:
        secure_page.route("**/live/events**", lambda route: route.abort())
    secure_page.goto(f"{proxy.url}/sujets/{topic}")
    expect(secure_page.locator("body")).to_have_attribute("data-connected", "true")
    secure_page.locator(".vote-plus").first.click()
    skip_profile(secure_page)
    expect(secure_page.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")
    expect(secure_page.locator('main [data-roll="voters"]').first).to_contain_text("1")
    assert any("/live/vote" in url for url in asked) is bool(shut)
    assert any("/live/poll" in url for url in asked) is ("events" in shut)


def refuse(route: WebSocketRoute) -> None:
    route.close(code=1011)


def test_forms_work_without_javascript(served: tuple[Running, Nginx], browser: Browser) -> None:
    server, proxy = served
    context = browser.new_context(ignore_https_errors=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{proxy.url}/sujets/{server.topic(OPEN)}")
    page.locator(".vote-plus").first.click()
    page.locator("button[name=skip]").click()
    expect(page.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")
    context.close()
