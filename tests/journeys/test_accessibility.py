"""Every page as everybody can use it: by day, by night, in large type, on the narrowest screen, by keyboard.

A new page gets its line in ADDRESSES, and nothing else is to be done.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from realtime.disclosure import ResultPolicy
from storage.values import TopicKind, TopicRules
from tests.journeys.axe import Axe, Look
from tests.running import Running

ADDRESSES = [
    "/",
    "/sujets/{topic}",
    "/sujets/{hidden}",
    "/sujets/{ended}",
    "/sujets/{topic}/partager",
    "/sujets/{topic}/arguments",
    "/sujets/{topic}/signaler",
    "/sujets/{ended}/representativite",
    "/profil",
    "/comment-ca-marche",
    "/proposer",
    "/mes-votes",
    "/mes-idees",
    "/effacer",
    "/recherche",
    "/statistiques",
    "/statistiques/representativite",
    "/reponses",
    "/contact",
    "/lettre",
    "/lettre/archives",
    "/mentions-legales",
    "/donnees-personnelles",
    "/accessibilite",
    "/credits",
    "/nulle-part",
]
FRAMED = ["/integrer/{topic}"]
"""Pages within another page: they have no header and no footer of their own."""

EVERYTHING = ADDRESSES + FRAMED
LONG = "La Région Grand Est mise-t-elle suffisamment sur les énergies renouvelables ?"
NARROW = {"width": 320, "height": 780}
WIDTHS = (1280, 360, NARROW["width"])
"""At each of them no page scrolls sideways; the rest is looked at in the last."""

HEADS = frozenset({"/", *FRAMED})
"""Where the colours of the head and the foot are looked at, which are every page's."""

STRUCTURE = """() => ({
    h1: document.querySelectorAll("h1").length,
    main: document.querySelectorAll("main").length,
    header: document.querySelectorAll("body > header").length,
    footer: document.querySelectorAll("body > footer").length,
    language: document.documentElement.lang,
    title: document.title.trim(),
    skipped: [...document.querySelectorAll("h1, h2, h3, h4")].filter((heading) => heading.checkVisibility())
        .map((heading) => Number(heading.tagName[1])).some((level, i, all) => level - (all[i - 1] ?? 0) > 1),
})"""

UNSEEN_FOCUS = """() => {
    const reachable = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
        .filter((element) => element.checkVisibility() && !element.disabled && element.type !== "hidden");
    const isRing = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    return reachable.filter((element) => {
        element.focus({ focusVisible: true });
        const rings = [element, element.parentElement].map((shown) => getComputedStyle(shown));
        return document.activeElement === element && !rings.some(isRing);
    }).map((element) => element.outerHTML.slice(0, 120));
}"""

TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.body.querySelectorAll("*")]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => element.outerHTML.slice(0, 120)).slice(0, 5)"""


@pytest.fixture(scope="module")
def places(server: Running, ended: int) -> dict[str, int]:
    always = TopicRules(0, None, results=ResultPolicy.ALWAYS)
    hidden = TopicRules(0, None)
    return {
        "topic": server.topic(always, title=LONG, kind=TopicKind.IDEA),
        "hidden": server.topic(hidden, title=LONG + " Dites-le"),
        "ended": ended,
    }


@pytest.fixture(scope="module")
def narrow(browser: Browser) -> Iterator[Page]:
    """The narrowest screen, for page after page; without the service worker, which would load them all again."""
    context = browser.new_context(
        viewport=NARROW,  # type: ignore[arg-type]
        bypass_csp=True,
        reduced_motion="reduce",
        locale="fr-FR",
        service_workers="block",
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("address", EVERYTHING)
def test_a_page_is_for_everybody(server: Running, places: dict[str, int], narrow: Page, address: str) -> None:
    asked: list[str] = []
    narrow.on("request", lambda made: asked.append(made.url))
    narrow.emulate_media(color_scheme="light")
    narrow.goto(server.url + address.format(**places))
    told = narrow.evaluate(STRUCTURE)
    assert (told["h1"], told["main"], told["skipped"]) == (1, 1, False)
    assert told["language"] == "fr" and told["title"]
    if address not in FRAMED:
        assert (told["header"], told["footer"]) == (1, 1)
    for width in WIDTHS:
        narrow.set_viewport_size({"width": width, "height": NARROW["height"]})
        assert narrow.evaluate(TOO_WIDE) == [], width
    assert narrow.evaluate(UNSEEN_FOCUS) == []
    assert Axe().faults(narrow, whole=address in HEADS) == ""
    assert narrow.evaluate(TOO_WIDE) == []
    assert narrow.evaluate(UNSEEN_FOCUS) == []
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


@pytest.fixture(params=Look)
def mode(request: pytest.FixtureRequest, browser: Browser, server: Running) -> Iterator[Page]:
    """A new citizen's page in each look; large type is asked of the server."""
    context = browser.new_context(
        color_scheme="light" if request.param is Look.DAY else "dark",
        viewport=NARROW,  # type: ignore[arg-type]
        bypass_csp=True,
        reduced_motion="reduce",
        locale="fr-FR",
        service_workers="block",
    )
    if request.param is Look.LARGE:
        context.add_cookies([{"name": "caracteres", "value": "grands", "url": server.url}])
    yield context.new_page()
    context.close()


def test_a_page_in_use_is_for_everybody(server: Running, places: dict[str, int], mode: Page) -> None:
    """The profile's dialog, the vote that was given, every table open, a change that is refused."""
    page = mode
    page.goto(server.url + f"/sujets/{places['hidden']}")
    page.locator("body[data-connected=true]").wait_for()
    page.locator(".vote-plus").first.click()
    dialog = page.locator("dialog#profile")
    dialog.wait_for()
    assert Axe().run(page).violations_count == 0
    dialog.locator("button[name=skip]").click()
    page.locator(".results:not([hidden])").wait_for()
    page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")
    for sign in ("minus", "plus", "minus", "plus"):
        page.locator(f".vote-{sign}").first.click()
    page.get_by_text("changé ce vote trois fois").first.wait_for()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(TOO_WIDE) == []


def test_large_type_is_chosen_by_keyboard_and_without_a_program(browser: Browser, server: Running) -> None:
    context = browser.new_context(viewport=NARROW, java_script_enabled=False, locale="fr-FR")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server.url}/comment-ca-marche")
    size = "parseFloat(getComputedStyle(document.querySelector('.lead')).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("link", name="Grands caractères").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Caractères habituels").wait_for()
    assert page.url == f"{server.url}/comment-ca-marche"
    assert page.evaluate(size) >= before * 1.3
    context.close()
