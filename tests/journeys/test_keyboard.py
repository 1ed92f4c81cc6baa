"""A whole vote without a mouse or a finger."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
MOST_TABS = 40

WATCH_FOCUS = """
window.lostFocus = [];
new MutationObserver(() => requestAnimationFrame(() => {
    if (document.activeElement === document.body) window.lostFocus.push(performance.now());
})).observe(document.body, {subtree: true, attributes: true, childList: true});
"""


@contextmanager
def focus_never_lost(page: Page) -> Iterator[None]:
    """From here on, no change of the page leaves the focus on nothing."""
    page.evaluate(WATCH_FOCUS)
    yield
    assert page.evaluate("new Promise(done => requestAnimationFrame(() => done(window.lostFocus)))") == []
    assert page.evaluate("document.activeElement !== document.body")


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def press_until(page: Page, key: str, selector: str) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        if focused(page, selector):
            return
    raise AssertionError(f"{key} never reaches {selector}")


def connected(page: Page, server: Running, topic: int) -> None:
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")


def test_a_vote_a_profile_a_change_and_a_withdrawal(server: Running, page: Page) -> None:
    connected(page, server, server.topic(OPEN))
    page.keyboard.press("Tab")
    assert focused(page, ".skip")
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    with focus_never_lost(page):
        press_until(page, "Tab", ".vote-plus")
        page.keyboard.press("Enter")
        expect(page.locator("#profile [name=departement]").first).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#profile [name=departement][value='10']")).to_be_checked()
        page.keyboard.press("Enter")
        expect(page.locator("#profile [name=sex]").first).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.locator("#profile [name=age]").first).to_be_focused()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(page.locator("#profile [name=age][value='75+']")).to_be_checked()
        press_until(page, "Tab", "#profile button[type=submit]:not([name=skip])")
        page.keyboard.press("Space")
        expect(page.locator(".vote-plus")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".vote-plus")).to_be_focused()
        expect(page.locator("body")).to_have_attribute("data-profile", "complete")

        press_until(page, "Tab", ".vote-minus")
        page.keyboard.press("Space")
        expect(page.locator(".vote-minus")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".vote-minus")).to_be_focused()

        press_until(page, "Tab", ".vote-withdraw")
        page.keyboard.press("Enter")
        expect(page.locator(".vote-note")).to_have_text("Votre vote est retiré.")
        expect(page.locator(".vote-plus")).to_be_focused()
        expect(page.locator(".gauge-voters")).to_have_text("0 votant")


def test_who_leaves_the_profile_with_escape_is_back_at_the_button(server: Running, page: Page) -> None:
    connected(page, server, server.topic(OPEN))
    with focus_never_lost(page):
        press_until(page, "Tab", ".vote-minus")
        page.keyboard.press("Space")
        expect(page.locator("#profile")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#profile")).to_be_hidden()
        expect(page.locator(".vote-minus")).to_be_focused()
    expect(page.locator(".vote-minus")).to_have_attribute("aria-pressed", "false")


def test_a_vote_on_the_home_page_stays_where_the_keyboard_is(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    page.goto(server.url)
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    with focus_never_lost(page):
        press_until(page, "Tab", f"#sujet-{topic} .vote-plus")
        page.keyboard.press("Enter")
        press_until(page, "Tab", "#profile button[name=skip]")
        page.keyboard.press("Enter")
        expect(page.locator(f"#sujet-{topic} .vote-own")).to_have_text("Vous avez voté plus.")
        expect(page.locator(f"#sujet-{topic} .vote-plus")).to_be_focused()


def test_the_arrows_walk_over_the_map(server: Running, page: Page, ended: int) -> None:
    page.goto(f"{server.url}/sujets/{ended}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    readout = page.locator(".readout")
    with focus_never_lost(page):
        press_until(page, "Tab", "[data-dep]")
        expect(readout.locator(".readout-name")).to_have_text("Ardennes")
        page.keyboard.press("ArrowDown")
        expect(readout.locator(".readout-name")).to_have_text("Marne")
        expect(readout.locator(".readout-voters")).to_have_text("40 votants")
        page.keyboard.press("ArrowRight")
        expect(readout.locator(".readout-name")).to_have_text("Meuse")
        expect(readout.locator(".readout-empty")).to_contain_text("à partir de 10 votants")
        expect(page.locator("[data-dep='55']")).to_have_accessible_name(
            "Meuse\u202f: les chiffres s'affichent à partir de 10 votants"
        )
        page.keyboard.press("Tab")
        assert not focused(page, "[data-dep]")
        page.keyboard.press("Shift+Tab")
        assert focused(page, "[data-dep='55']")
