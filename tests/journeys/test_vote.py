"""Citizens vote, in real browsers."""

import re
import signal

import pytest
from playwright.sync_api import Browser, Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


def skip_profile(page: Page) -> None:
    page.locator("#profile button[name=skip]").click()


def connected(page: Page, server: Running, topic: int) -> None:
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")


def test_a_vote_in_one_page_moves_the_other(server: Running, page: Page, other_page: Page) -> None:
    topic = server.topic(OPEN)
    connected(other_page, server, topic)
    connected(page, server, topic)
    page.locator(".vote-plus").first.click()
    skip_profile(page)
    expect(other_page.locator('main [data-roll="voters"]').first).to_contain_text("1")
    expect(page.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")


def test_a_phone_shows_the_whole_first_question_without_scrolling(server: Running, page: Page) -> None:
    page.goto(f"{server.url}/sujets/{server.topic()}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    page.locator(".vote-plus").first.click()
    dialog = page.locator("dialog#profile")
    last = dialog.locator("[data-step='1'] .choice-none").bounding_box()
    buttons = dialog.locator(".profile-buttons").bounding_box()
    assert last is not None and buttons is not None
    assert last["y"] + last["height"] <= buttons["y"] and buttons["y"] + buttons["height"] <= 780
    question = dialog.locator("[data-step='1']").bounding_box()
    form = dialog.locator(".profile-form").bounding_box()
    assert question is not None and form is not None
    assert question["width"] == form["width"]  # nothing is drawn beside it


def test_a_profile_is_given_in_three_taps_and_the_kept_vote_is_cast(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    page.locator(".vote-minus").first.click()
    dialog = page.locator("#profile")
    for word in ("Meuse", "Une femme", "75 ans"):
        dialog.locator(".choice:visible", has_text=word).first.click()
    expect(page.locator(".vote-minus").first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body")).to_have_attribute("data-profile", "complete")


def test_results_are_hidden_until_the_vote_and_survive_a_reload(server: Running, page: Page) -> None:
    topic = server.topic()
    connected(page, server, topic)
    expect(page.locator(".hidden-note").first).to_be_visible()
    page.locator(".vote-plus").first.click()
    skip_profile(page)
    expect(page.locator(".hidden-note").first).to_be_hidden()
    expect(page.locator(".results").first).to_be_visible()
    page.reload()
    expect(page.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".results").first).to_be_visible()


def test_a_vote_can_be_changed_and_withdrawn(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    page.locator(".vote-plus").first.click()
    skip_profile(page)
    expect(page.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")
    page.locator(".vote-minus").first.click()
    expect(page.locator(".vote-minus").first).to_have_attribute("aria-pressed", "true")
    page.locator(".vote-withdraw").first.click()
    expect(page.locator(".vote-minus").first).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.locator(".vote-minus").first).to_have_attribute("aria-pressed", "false")


def test_without_javascript_the_same_vote_is_a_form(server: Running, browser: Browser) -> None:
    topic = server.topic()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{server.url}/sujets/{topic}")
    page.locator(".vote-plus").first.click()
    expect(page).to_have_url(re.compile("/profil"))
    page.locator("button[name=skip]").click()
    expect(page).to_have_url(re.compile(f"/sujets/{topic}"))
    expect(page.locator(".vote-plus").first).to_have_attribute("aria-pressed", "true")
    page.locator(".vote-minus").first.click()
    expect(page.locator(".vote-minus").first).to_have_attribute("aria-pressed", "true")
    context.close()


def test_on_a_slow_network_one_votes_before_the_program_has_come(server: Running, page: Page) -> None:
    """Scripts are asked for and not answered: the page is read, and its buttons are a form's."""
    topic = server.topic()
    page.route("**/static/*.js", lambda _: None)
    for path in ("/", f"/sujets/{topic}"):
        page.goto(server.url + path, wait_until="commit")
        page.locator(f'[data-topic="{topic}"] .vote-plus').first.click(no_wait_after=True)
        expect(page).to_have_url(re.compile("/profil"))
        expect(page.locator("button[name=skip]")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")


def test_pages_reconnect_after_the_server_restarts(
    restartable: Running, page: Page, other_page: Page
) -> None:
    topic = restartable.topic(OPEN)
    connected(page, restartable, topic)
    connected(other_page, restartable, topic)
    restartable.end(signal.SIGKILL)
    expect(page.locator("body")).to_have_attribute("data-connected", "false")
    restartable.start()
    for one in (page, other_page):
        expect(one.locator("body")).to_have_attribute("data-connected", "true")
    page.locator(".vote-plus").first.click()
    skip_profile(page)
    expect(other_page.locator('main [data-roll="voters"]').first).to_contain_text("1")


@pytest.mark.parametrize("size", [(320, 568), (640, 360)], ids=["small", "on its side"])
def test_the_questions_can_be_answered_by_keyboard_or_passed_at_each_step_on_a_small_phone(
    server: Running, page: Page, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    connected(page, server, server.topic(OPEN))
    page.locator(".vote-plus").first.press("Enter")
    for step in (1, 2, 3):
        expect(page.locator(".profile-where")).to_have_text(f"Étape {step} sur 3")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowUp")  # round to the last answer
        expect(page.locator("#profile input:checked:visible")).to_have_value("")
        expect(page.locator("#profile button[name=skip]")).to_be_in_viewport(ratio=1)
        assert page.evaluate(UNCOVERED)
        page.keyboard.press("Enter")
    expect(page.locator(".vote-note").first).to_have_text("Votre vote est compté.")


UNCOVERED = """() => {
    const box = document.activeElement.closest("label").getBoundingClientRect();
    const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return there?.closest("label") === document.activeElement.closest("label");
}"""


def test_who_closes_the_questions_is_told_that_the_vote_is_not_counted(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    page.get_by_role("button", name="Plus").click()
    expect(page.get_by_role("heading", name="Trois questions avant de voter")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".vote-note")).to_contain_text("Votre vote n'est pas compté")
    expect(page.locator(".gauge-voters")).to_have_text("0 votant")
    page.get_by_role("button", name="Plus").click()
    page.get_by_role("button", name="Passer et voter").click()
    expect(page.locator(".vote-note")).to_have_text("Votre vote est compté.")
