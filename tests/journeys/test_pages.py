"""Every page, as everybody can use it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
PAGES = ["/", "/sujets/{topic}", "/profil", "/comment-ca-marche", "/nulle-part"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(server: Running, browser: Browser, path: str, scheme: str) -> None:
    topic = server.topic(OPEN)
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(server.url + path.format(topic=topic))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways(server: Running, page: Page, path: str, width: int) -> None:
    topic = server.topic(
        OPEN, title="La Région Grand Est mise-t-elle suffisamment sur les énergies renouvelables ?"
    )
    page.set_viewport_size({"width": width, "height": 780})
    page.goto(server.url + path.format(topic=topic))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_page_asks_anything_of_a_third_party(server: Running, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        page.goto(server.url + path.format(topic=server.topic(OPEN)))
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


def test_the_home_page_says_its_name_and_its_line(server: Running, page: Page) -> None:
    page.goto(server.url)
    text = page.locator("main").inner_text().replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")
    assert "Imagin'Est" in page.title()
    assert "Participez aux débats de la Région, lancez les vôtres !" in text
