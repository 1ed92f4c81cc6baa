"""Questionnaires, news and answers in a browser, on a phone, by keyboard and without JavaScript."""

import base64
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from realtime.disclosure import ResultPolicy
from server.demonstration_region import PICTURE
from storage.values import TopicRules
from tests.journeys.axe import Axe
from tests.journeys.test_keyboard import press_until
from tests.journeys.test_vote import connected
from tests.running import DEADLINE, Running

DAY_MS = 86_400_000
WAIT = DEADLINE * 1000
OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
PHONE = {"width": 360, "height": 780}


@dataclass(frozen=True)
class Told:
    """What the Région has put there, by its addresses."""

    questionnaire: str
    campaign: str
    news: str
    idea: str
    wish: str
    """What the idea says."""

    @property
    def pages(self) -> list[str]:
        return [self.questionnaire, self.campaign, self.news, self.idea, "/reponses", "/"]


def ask(server: Running) -> str:
    """A questionnaire of its own, with a branch: a minus leads past the second question."""
    steps = [
        {"title": "Prenez-vous le train ?", "theme": "transports", "plus": 2, "minus": 3, "skip": 3},
        {"title": "Est-il à l'heure ?", "theme": "transports", "plus": 3, "minus": 3, "skip": 3},
        {"title": "Faut-il un billet unique ?", "theme": "transports"},
    ]
    end = int(time.time() * 1000) + DAY_MS
    wanted = {"title": "Vous et le train", "closes_at": end, "steps": steps}
    return f"/questionnaires/{server.operate('questionnaires', wanted)['ids'][0]}"


@pytest.fixture(scope="module")
def told(server: Running) -> Told:
    end = int(time.time() * 1000) + DAY_MS
    words = "Donnez votre avis sur les Verkehrsinfrastrukturfinanzierungsgesellschaften"
    own = secrets.token_hex(4)  # other files ask for it too, of the same server
    campaign = server.operate(
        "campaigns", {"title": f"La Région en train {own}", "body": words, "closes_at": end}
    )
    picture = base64.b64encode(PICTURE.read_bytes()).decode()
    news = {"title": f"La ligne rouvre {own}", "theme": "transports", "picture": picture, "alt": "Un train"}
    topic = server.operate("news", {**news, "campaign": campaign["ids"][0]})["ids"][0]
    wish = f"Un wagon pour les vélos {own}"
    idea = server.operate(
        "topics",
        {
            "topics": [
                {
                    "kind": "idea", "title": wish, "body": "", "theme": "transports",
                    "opens_at": 0, "closes_at": None, "results": "after-vote", "headline": "live",
                    "profile_required": False, "provenance": "real",
                }
            ]
        },
    )["ids"][0]  # fmt: skip
    server.operate("follow-ups", {"topic": idea, "step": "handed", "direction": "Direction des mobilités"})
    server.operate("follow-ups", {"topic": idea, "step": "answered", "text": "Dès le printemps."})
    return Told(ask(server), f"/campagnes/{campaign['ids'][0]}", f"/sujets/{topic}", f"/sujets/{idea}", wish)


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A phone that runs no program."""
    context = browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def heading(page: Page) -> str:
    return page.locator("h1").inner_text().replace("\u202f", " ")


def finish_without_profile(page: Page) -> None:
    page.locator("button[name=skip]").first.click()


def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    server: Running, browser: Browser, told: Told
) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 780},
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = context.new_page()
    for path in told.pages:
        page.goto(server.url + path)
        assert Axe().by_day_and_night(page) == "", path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.goto(server.url + ask(server))
    for number in (1, 2):
        expect(page.locator("#progres")).to_contain_text(f"Question {number} sur")
        page.locator("button[name=skip]").click()
    expect(page.locator("h1")).to_have_text("Merci, c'est fini")
    assert Axe().by_day_and_night(page) == ""
    context.close()


def test_a_questionnaire_by_keyboard_from_the_home_page_to_the_results(server: Running, page: Page) -> None:
    path = ask(server)
    page.goto(server.url)
    page.locator(f'.card-invitation .button[href="{path}"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#progres")).to_have_text("Question 1 sur au plus 3")
    press_until(page, "Tab", ".vote-minus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/profil?**")
    finish_without_profile(page)
    expect(page.locator("#progres")).to_have_text("Question 2 sur au plus 2")
    press_until(page, "Tab", ".ask-back")
    page.keyboard.press("Enter")
    expect(page.locator("#progres")).to_have_text("Question 1 sur au plus 2")
    expect(page.locator("h1")).to_be_focused()
    press_until(page, "Tab", ".vote-plus")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Est-il à l'heure")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Prenez-vous le train")
    page.goto(server.url + path)
    press_until(page, "Tab", ".ask-skip")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("billet unique")
    press_until(page, "Tab", ".vote-plus")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Merci, c'est fini")
    press_until(page, "Tab", ".ask-answers .card-title a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sujets/*")
    assert heading(page) == "Prenez-vous le train ?"


def test_without_javascript_it_goes_on_where_one_left_off(server: Running, plain_page: Page) -> None:
    path = ask(server)
    plain_page.goto(server.url + path)
    plain_page.get_by_role("button", name="Plus").click()
    finish_without_profile(plain_page)
    assert heading(plain_page) == "Est-il à l'heure ?"
    plain_page.get_by_role("button", name="Passer").click()
    plain_page.goto(server.url + "/")
    plain_page.goto(server.url + path)
    assert heading(plain_page) == "Faut-il un billet unique ?"
    plain_page.get_by_role("button", name="Moins").click()
    assert heading(plain_page) == "Merci, c'est fini"
    expect(plain_page.locator(".ask-answer")).to_have_count(3)


def test_an_answer_that_did_not_leave_says_so_and_leaves_at_the_next_press(
    server: Running, page: Page
) -> None:
    page.goto(server.url + ask(server))
    page.get_by_role("button", name="Passer").click()
    expect(page.locator("#progres")).to_have_text("Question 2 sur au plus 2")
    page.context.set_offline(True)
    page.get_by_role("button", name="Passer").click()
    expect(page.locator(".ask-note")).to_contain_text("n'est pas partie")
    page.context.set_offline(False)
    page.get_by_role("button", name="Passer").click()
    expect(page.locator("h1")).to_have_text("Merci, c'est fini")


def test_the_figures_of_an_open_page_keep_up(server: Running, page: Page) -> None:
    path = ask(server)
    page.clock.install()
    page.goto(server.url + path)
    expect(page.locator("[data-figure=rate]")).to_have_text("pas encore")
    page.route(f"**{path}/participation", lambda route: route.fulfill(json={"rate": "62 %"}))
    page.clock.fast_forward(10_000)
    expect(page.locator("[data-figure=rate]")).to_have_text("62 %")


def test_what_the_region_answered_is_found_from_the_idea(server: Running, page: Page, told: Told) -> None:
    page.goto(server.url + "/reponses")
    page.get_by_role("link", name=told.wish).click()
    page.wait_for_url(f"**{told.idea}#suivi")
    expect(page.locator("#suivi")).to_contain_text("Dès le printemps.")
    expect(page.locator("#suivi h2")).to_be_in_viewport()


def test_an_answer_appears_in_an_open_page_is_told_and_moves_nothing(server: Running, page: Page) -> None:
    topic = server.topic(OPEN)
    connected(page, server, topic)
    server.operate("follow-ups", {"topic": topic, "step": "answered", "text": "Dès le printemps."})
    fresh = page.locator("#suivi .step-new")
    expect(fresh).to_contain_text("Dès le printemps.", timeout=WAIT)
    told = page.locator("#fresh")
    expect(told).to_contain_text("La Région vient de répondre.")
    told.get_by_role("link", name="Lire").click()
    expect(told).to_be_empty()
    expect(fresh).to_be_in_viewport()
    server.operate("follow-ups", {"topic": topic, "step": "decided", "text": "C'est voté."})
    said = "La Région vient de répondre. C'est voté."
    expect(page.locator("#announcer")).to_have_text(said, timeout=WAIT)
    expect(told).to_be_empty()
    page.locator(".argument-add summary").click()
    writing = page.locator("#argument-text")
    writing.fill("Ce que j'écris")
    where = writing.bounding_box()
    server.operate("follow-ups", {"topic": topic, "step": "done", "text": "C'est fait.\n" * 8})
    expect(fresh).to_contain_text("C'est fait.", timeout=WAIT)
    box = writing.bounding_box()
    assert where is not None and box is not None
    assert box["y"] == pytest.approx(where["y"], abs=1), "what is being written stays where it is"
    expect(writing).to_have_value("Ce que j'écris")


def test_a_picture_is_drawn(server: Running, page: Page, told: Told) -> None:
    page.goto(server.url + told.news)
    picture = page.get_by_role("img", name="Un train")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
    assert page.locator(".topic-campaign a").inner_text().startswith("Campagne\u202f: La Région en train")
