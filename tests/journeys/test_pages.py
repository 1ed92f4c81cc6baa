"""Every page, as everybody can use it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
PAGES = ["/", "/sujets/{topic}", "/sujets/{ended}", "/profil", "/comment-ca-marche", "/nulle-part"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(server: Running, browser: Browser, ended: int, path: str, scheme: str) -> None:
    topic = server.topic(OPEN)
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(server.url + path.format(topic=topic, ended=ended))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways(server: Running, page: Page, ended: int, path: str, width: int) -> None:
    topic = server.topic(
        OPEN,
        title=f"La Région mise-t-elle suffisamment sur les énergies renouvelables à {width} de {path} ?",
    )
    page.set_viewport_size({"width": width, "height": 780})
    page.goto(server.url + path.format(topic=topic, ended=ended))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_page_asks_anything_of_a_third_party(server: Running, page: Page, ended: int) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        page.goto(server.url + path.format(topic=server.topic(OPEN), ended=ended))
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


def test_the_home_page_says_its_name_and_its_line(server: Running, page: Page) -> None:
    page.goto(server.url)
    text = page.locator("main").inner_text().replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")
    assert "Imagin'Est" in page.title()
    assert "Participez aux débats de la Région, lancez les vôtres !" in text


def test_a_form_of_another_site_is_refused_by_a_page(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    action = f"{server.url}/sujets/{topic}/vote"
    form = f'<form method="post" action="{action}"><button name="sign" value="1">+</button></form>'
    page.route("http://elsewhere.test/", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto("http://elsewhere.test/")
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cette demande n'est pas permise")
    page.get_by_role("link", name="Revenir à l'accueil").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Imagin'Est")
