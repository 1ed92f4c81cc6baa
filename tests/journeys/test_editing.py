"""An editor asks a question by forms alone, and a citizen's open page hears of it when the clock opens it."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from storage import one_time
from storage.database import Database
from storage.drafts import begin_draft
from storage.publication import schedule_draft
from storage.values_campaign_drafts import CampaignContent
from storage.values_questionnaire_drafts import PlannedStep, QuestionnaireContent
from storage.values_staff import Role
from tests.colleagues import signed_in
from tests.journeys.axe import Axe
from tests.journeys.test_accessibility import TOO_WIDE
from tests.running import Running
from tests.storage.house import beside

PASSWORD = "une phrase assez longue"
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(scope="module")
def editor(browser: Browser, server: Running) -> Iterator[BrowserContext]:
    """A browser without JavaScript in which an editor is signed in."""
    email = f"{secrets.token_hex(4)}@grandest.fr"
    order = {"email": email, "name": "Élodie", "roles": ["editor"], "op": secrets.token_urlsafe(12)}
    path = server.operate("staff/add", order)["path"]
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(server.url + path)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.locator("main button[type=submit]").click()
    secret = (page.locator(".secret").text_content() or "").replace(" ", "")
    page.fill("#code", one_time.code_at(secret, int(time.time()) // 30))
    page.locator("main button[type=submit]").click()
    expect(page.locator(".recovery")).to_be_visible()
    yield context
    context.close()


def examine(context: BrowserContext, addresses: list[str]) -> None:
    """Axe by day and night, and nothing that scrolls sideways on a telephone."""
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    for address in addresses:
        page.goto(address)
        assert Axe().by_day_and_night(page) == "", address
        assert page.evaluate(TOO_WIDE) == [], address


def tomorrow_at_noon() -> str:
    """By the Région's clocks, at an hour that each day has once."""
    return (datetime.now(PARIS) + timedelta(days=1)).strftime("%Y-%m-%dT12:00")


def test_a_question_opens_on_a_phone_by_itself(
    browser: Browser, server: Running, editor: BrowserContext, page: Page
) -> None:
    title = f"Faut-il plus de trains {secrets.token_hex(4)} ?"
    figures = page.context.new_page()
    for one, path in ((page, "/"), (figures, "/statistiques")):
        one.goto(server.url + path)
        expect(one.locator("body")).to_have_attribute("data-connected", "true")
    expect(figures.locator(".topic")).to_have_count(0)
    desk = editor.new_page()
    desk.goto(f"{server.url}/console/redaction")
    desk.get_by_role("link", name="Écrire un sujet").click()
    desk.fill("#title", title)
    desk.fill("#body", "Entre Strasbourg et Nice.")
    desk.select_option("#theme", "transports")
    desk.fill("#opens", tomorrow_at_noon())
    desk.get_by_role("button", name="Enregistrer").click()
    desk.get_by_role("button", name="Programmer").click()
    expect(desk.locator(".done")).to_contain_text("programmé")

    draft = desk.url.partition("?")[0]
    desk.goto(f"{draft}/apercu")
    framed = desk.frame_locator("iframe")
    expect(framed.locator("h1")).to_contain_text("Faut-il plus de trains")

    looked = browser.new_context(
        storage_state=editor.storage_state(), viewport={"width": 360, "height": 780}, bypass_csp=True
    )
    console = f"{server.url}/console/redaction"
    examine(looked, [console, f"{console}/nouveau", f"{console}/calendrier", draft, f"{draft}/apercu"])
    looked.close()

    now = time.time_ns() // 1_000_000
    beside(f"sqlite:///{server.data / 'imaginest.db'}", "UPDATE draft SET due_at = :now", now=now)
    expect(figures.locator("#fresh")).to_contain_text(title.partition(" ?")[0])
    told = page.locator("#fresh")
    expect(told).to_contain_text(title.partition(" ?")[0])
    told.get_by_role("link", name="Répondre").click()
    expect(page.locator("h1")).to_contain_text("Faut-il plus de trains")
    expect(page.locator(".vote-plus").first).to_be_enabled()


def test_all_that_opens_in_one_moment_is_told_on_an_open_phone_in_little_room(
    server: Running, page: Page
) -> None:
    page.goto(server.url)
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    written, told = secrets.token_hex(4), page.locator("#fresh")
    titles = [f"Vos trajets {written}", f"Le mois du train {written}"]
    with ThreadPoolExecutor(1) as thread:  # this one's loop is the browser's
        thread.submit(lambda: asyncio.run(scheduled(server, *titles))).result()
    for title in titles:
        expect(told.get_by_role("link", name=title)).to_be_visible()
    height = told.evaluate("element => element.getBoundingClientRect().height")
    assert height < 130, "most of a small screen is the page's"
    assert Axe().run(page).violations_count == 0 and page.evaluate(TOO_WIDE) == []
    told.get_by_role("link", name=titles[1]).click()
    expect(page.locator("h1")).to_have_text(titles[1])
    expect(page.locator("#fresh")).to_be_empty()


async def scheduled(server: Running, questionnaire: str, campaign: str) -> None:
    """Have the clock open both at the next second."""
    url, who = f"sqlite:///{server.data / 'imaginest.db'}", f"{secrets.token_hex(4)}@grandest.fr"
    now = time.time_ns() // 1_000_000
    opens, until = now + 1000, now + 3_600_000
    by, _ = await signed_in(url, server.keys, who, now, Role.EDITOR)
    steps = (PlannedStep("En train ?", "transports"),)
    database = Database(url)
    await database.open()
    try:
        for content in (
            QuestionnaireContent(questionnaire, "", steps, opens_at=opens, closes_at=until),
            CampaignContent(campaign, "", opens_at=opens, closes_at=until),
        ):
            draft = await begin_draft(database, content, secrets.token_hex(8), by=by, now=now)
            assert isinstance(draft, int)
            assert await schedule_draft(database, draft, upon=1, by=by, now=now) is None
    finally:
        await database.close()


def test_a_questionnaire_is_written_by_keyboard_and_every_page_beside_it_is_for_everybody(
    browser: Browser, server: Running, editor: BrowserContext
) -> None:
    desk, console = editor.new_page(), f"{server.url}/console/redaction"
    desk.goto(f"{console}/questionnaires/nouveau")
    desk.get_by_role("button", name="Ajouter une question").press("Enter")
    expect(desk.locator(".done")).to_contain_text("pas encore enregistré")
    desk.get_by_role("button", name="Retirer la question 3").press("Enter")
    expect(desk.locator(".way-box")).to_have_count(3)  # two questions and the end
    for field, text in (
        ("#title", "Vos trajets"),
        ("#step-1-title", "En train ?"),
        ("#step-2-title", "À vélo ?"),
    ):
        desk.locator(field).press_sequentially(text)
    for number in (1, 2):
        desk.locator(f"#step-{number}-theme").press("T")  # the first one that begins so
    desk.locator("#step-1-minus").press("End")
    desk.locator("#title").press("Enter")
    expect(desk.locator(".done")).to_contain_text("enregistré")
    expect(desk.locator(".ways-words")).to_contain_text("− : la fin")
    draft = desk.url.partition("?")[0]
    desk.goto(f"{console}/pages/nouveau")
    desk.fill("#title", "Nos engagements")
    desk.fill("#text", "# D'abord\nUne réponse.\n\n- écrite\n- datée\n[Les réponses](/reponses)")
    desk.get_by_role("button", name="Enregistrer").click()
    desk.get_by_role("button", name="Publier").click()
    page = desk.get_by_role("link", name="/pages/nos-engagements").get_attribute("href")
    looked = browser.new_context(
        storage_state=editor.storage_state(), viewport={"width": 360, "height": 780}, bypass_csp=True
    )
    beside = ("campagnes/nouveau", "thematiques", "thematiques/1", "directions", "pages", "pages/1")
    addresses = [draft, f"{draft}/apercu", *(f"{console}/{each}" for each in beside)]
    examine(looked, [*addresses, desk.url, f"{server.url}{page}"])
    looked.close()
