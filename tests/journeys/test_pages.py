"""What the pages say; that everybody can use them is in test_accessibility.py."""

from playwright.sync_api import Page, expect

from realtime.disclosure import ResultPolicy
from storage.values import TopicRules
from tests.running import Running

OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


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
