"""Citizens argue, in real browsers: by thumb, by keyboard, without JavaScript."""

import re
import secrets
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.journeys.axe import Axe
from tests.journeys.test_keyboard import focused, press_until
from tests.journeys.test_vote import connected, skip_profile
from tests.running import DEADLINE, Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
LINES = """element => {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getClientRects().length;
}"""


def publish_all(server: Running, cookie: str) -> list[int]:
    """Publish what this citizen has sent; the topics, the oldest first."""
    request = urllib.request.Request(f"{server.url}/mes-idees", headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
        posts = sorted({int(post) for post in re.findall(r'id="texte-(\d+)"', answer.read().decode())})
    return [int(server.operate("posts/publish", {"id": post})["topic"]) for post in posts]


def argue(server: Running, topic: int, *texts: str, side: int = 1) -> list[int]:
    """Arguments of one new citizen, published."""
    cookie = server.cookie()
    for text in texts:
        form = {"side": side, "text": text, "op": secrets.token_urlsafe(12)}
        urllib.request.urlopen(
            urllib.request.Request(
                f"{server.url}/sujets/{topic}/arguments",
                urllib.parse.urlencode(form).encode(),
                {"Cookie": cookie, "Origin": server.url},
            ),
            timeout=DEADLINE,
        ).close()
    return publish_all(server, cookie)


def order_of(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".debate-side-plus .argument-text").all_inner_texts()]


def test_figures_open_with_the_vote_move_live_and_the_order_waits_to_be_asked(
    server: Running, page: Page, other_page: Page
) -> None:
    topic = server.topic()
    first, second = argue(server, topic, "La première raison", "La seconde raison")
    (against,) = argue(server, topic, "Une raison contre", side=-1)
    connected(page, server, topic)
    count = page.locator(f"#sujet-{first} [data-count=plus]")
    expect(count).to_be_hidden()
    expect(page.locator(f"#sujet-{against}")).to_be_hidden()
    page.locator(".debate-tab-minus").click()
    expect(page.locator(f"#sujet-{against}")).to_be_visible()
    page.locator(".debate-tab-plus").click()
    page.locator(".scene-vote .vote-plus").click()
    skip_profile(page)
    expect(count).to_have_text("0")
    reorder = page.locator(".debate-reorder")
    page.evaluate("window.scrollTo(0, document.querySelector('#debat').offsetTop)")
    reorder_is_asked(page)
    assert order_of(page) == ["La première raison", "La seconde raison"]
    where = place_of(page, second)
    connected(other_page, server, topic)
    other_page.locator(f"#sujet-{second} .vote-plus").click()
    skip_profile(other_page)
    expect(page.locator(f"#sujet-{second} [data-count=plus]")).to_have_text("1")
    expect(page.locator(f"#sujet-{second} .argument-voters")).to_have_text("1 votant")
    expect(reorder).to_be_visible()
    assert place_of(page, second) == pytest.approx(where, abs=1), "nothing has moved by itself"
    reorder_is_asked(page)
    assert order_of(page) == ["La seconde raison", "La première raison"]
    page.reload()
    assert order_of(page) == ["La seconde raison", "La première raison"]


def test_what_others_add_is_offered_and_nothing_moves_before_it_is_asked_for(
    server: Running, page: Page
) -> None:
    topic = server.topic(OPEN)
    page.set_viewport_size({"width": 320, "height": 780})
    page.goto(f"{server.url}/caracteres/grands")
    connected(page, server, topic)
    expect(page.locator("html")).to_have_class("large-type")
    bring = page.locator(".debate-bring")
    page.locator("#debat").scroll_into_view_if_needed()
    expect(page.locator(".debate-none")).to_be_visible()
    (first,) = argue(server, topic, "La première raison")
    expect(bring).to_have_text("1 nouvel argument")
    expect(page.locator("#announcer")).to_have_text("1 nouvel argument")
    expect(page.locator(".argument")).to_have_count(0)
    bring.click()
    expect(page.locator(f"#sujet-{first}")).to_be_focused()
    page.locator(".argument-add summary").click()
    for side in page.locator(".choices-side .choice-word").all():
        assert side.evaluate(LINES) == 1, "no word is broken"
    page.get_by_role("textbox").fill("Ce que j'écris")
    where = place_of(page, first)
    (second,) = argue(server, topic, "La seconde raison")
    (against,) = argue(server, topic, "Une raison contre", side=-1)
    expect(bring).to_have_text("2 nouveaux arguments")
    assert order_of(page) == ["La première raison"]
    assert place_of(page, first) == pytest.approx(where, abs=1), "nothing has moved by itself"
    fits(page, bring)
    bring.click()
    expect(page.locator(f"#sujet-{second}")).to_be_focused()
    assert order_of(page) == ["La seconde raison", "La première raison"]
    expect(bring).to_be_hidden()
    expect(page.locator(".debate-tab-plus .debate-total")).to_have_text("2")
    expect(page.get_by_role("textbox")).to_have_value("Ce que j'écris")
    page.locator(".debate-tab-minus").click()
    page.locator(f"#sujet-{against} .vote-plus").click()
    skip_profile(page)
    expect(page.locator(f"#sujet-{against} [data-count=plus]")).to_have_text("1")


def fits(page: Page, button: Locator) -> None:
    """Nothing of a button is cut off or lies over it, a thumb meets it, and the page is as wide as the screen."""
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None and box["height"] >= 44
    assert box["x"] >= 0 and box["x"] + box["width"] <= 320
    assert button.evaluate(
        "one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    button.click(trial=True)


def place_of(page: Page, topic: int) -> float:
    """How far down the screen it stands, in CSS pixels."""
    box = page.locator(f"#sujet-{topic}").bounding_box()
    assert box is not None
    return box["y"]


def reorder_is_asked(page: Page) -> None:
    page.locator(".debate-reorder").click()
    expect(page.locator(".debate-reorder")).to_be_hidden()
    assert focused(page, ".debate-title")
    expect(page.locator("[data-order=best]")).to_be_visible()


def test_an_argument_is_written_and_voted_on_by_keyboard(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    (argument,) = argue(server, topic, "Une raison")
    connected(page, server, topic)
    press_until(page, "Tab", f"#sujet-{argument} .vote-plus")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "#profile button[name=skip]")
    page.keyboard.press("Enter")
    expect(page.locator(f"#sujet-{argument} .vote-plus")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"#sujet-{argument} [data-count=plus]")).to_have_text("1")
    press_until(page, "Tab", ".argument-add summary")
    page.keyboard.press("Enter")
    press_until(page, "Tab", ".argument-form [name=side]")
    page.keyboard.press("ArrowDown")
    press_until(page, "Tab", "#argument-text")
    page.keyboard.type("Trop cher pour les petites communes")
    expect(page.locator("#argument-counter")).to_have_text("encore 105 signes")
    press_until(page, "Tab", ".argument-form button")
    page.keyboard.press("Enter")
    expect(page.locator(".debate-sent")).to_contain_text("Un modérateur lit votre argument")


def test_without_javascript_one_argues_votes_and_reports(server: Running, browser: Browser) -> None:
    topic = server.topic(OPEN)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{server.url}/sujets/{topic}")
    page.locator(".argument-add summary").click()
    page.get_by_role("textbox").fill("Une raison sans côté")
    page.get_by_role("button", name="Envoyer mon argument").click()
    expect(page.locator("#side-fault")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_value("Une raison sans côté")
    page.get_by_label("Contre").last.check()
    page.get_by_role("button", name="Envoyer mon argument").click()
    expect(page.locator(".debate-sent")).to_be_visible()
    cookie = next(f"{one['name']}={one['value']}" for one in context.cookies() if one["name"] == "imaginest")
    (argument,) = publish_all(server, cookie)
    page.goto(f"{server.url}/sujets/{topic}")
    page.locator(f"#sujet-{argument} .vote-minus").click()
    page.locator("button[name=skip]").click()
    expect(page).to_have_url(re.compile(f"/sujets/{topic}#sujet-{argument}"))
    expect(page.locator(f"#sujet-{argument} .vote-minus")).to_have_attribute("aria-pressed", "true")
    page.locator(f"#sujet-{argument} .argument-report").click()
    page.get_by_label("C'est hors sujet").check()
    page.get_by_role("button", name="Envoyer le signalement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merci, c'est signalé")
    page.get_by_role("link", name="Revenir au sujet").click()
    expect(page.locator(f"#sujet-{argument}")).to_be_visible()
    context.close()


def test_axe_finds_nothing_and_nothing_scrolls_sideways(server: Running, browser: Browser) -> None:
    topic = server.topic(OPEN)
    long = "Donaudampfschifffahrtsgesellschaftskapitän" * 3
    (argument,) = argue(server, topic, long)
    argue(server, topic, "Une raison contre", side=-1)
    context = browser.new_context(
        bypass_csp=True,
        reduced_motion="reduce",
        viewport={"width": 320, "height": 780},
    )
    page = context.new_page()
    for path in (f"/sujets/{topic}", f"/sujets/{topic}/arguments", f"/sujets/{argument}/signaler"):
        page.goto(server.url + path)
        for opened in page.locator(".argument-add summary").all():
            opened.click()
        assert Axe().by_day_and_night(page) == "", path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
