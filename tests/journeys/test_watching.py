"""The line that says how many are watching, in real browsers."""

from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_vote import connected
from tests.running import Running


def test_two_who_watch_are_told_so_and_one_who_stays_alone(
    server: Running, page: Page, other_page: Page
) -> None:
    topic = server.topic()
    connected(page, server, topic)
    line = page.locator(".watching")
    expect(line).to_have_text("1 personne regarde")
    connected(other_page, server, topic)
    expect(line).to_have_text("2 personnes regardent")
    expect(other_page.locator(".watching")).to_be_visible()


def test_the_vote_stays_where_it_is_when_the_line_comes(server: Running, page: Page) -> None:
    topic = server.topic()
    connected(page, server, topic)
    expect(page.locator(".watching")).to_be_visible()
    top = "() => document.querySelector('.vote-plus').getBoundingClientRect().top"
    with_line = page.evaluate(top)
    page.evaluate("() => { document.querySelector('.watching').hidden = true; }")
    expect(page.locator(".watching")).to_be_hidden()
    assert page.evaluate(top) == with_line


def test_without_javascript_nothing_is_said_of_it(server: Running, browser: Browser) -> None:
    topic = server.topic()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator(".watching")).to_be_hidden()
    context.close()
