"""Moderators at the queue, in real browsers: two of them at one queue, and one without a mouse."""

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from storage.values import TopicKind
from storage.values_staff import Role
from tests.journeys.axe import Axe
from tests.journeys.desk import propose, send, sit_down
from tests.journeys.test_keyboard import focus_never_lost
from tests.running import Running

TEXTS = [f"Idée numéro {n} : des bancs à l'ombre" for n in range(1, 13)]
LIST = "**/console/file/liste*"


@pytest.fixture
def own_server(restartable: Running) -> Running:
    return restartable


def at_queue(page: Page, server: Running, sort: str = "") -> Page:
    page.goto(f"{server.url}/console/file{'?sorte=' if sort else ''}{sort}")
    page.wait_for_selector("html[data-queue=ready]")
    return page


def row(page: Page, text: str) -> str:
    return f'.queue-row:has-text("{text}")'


@pytest.fixture
def desks(own_server: Running, browser: Browser) -> Iterator[tuple[Page, Page]]:
    contexts = [sit_down(own_server, browser, name, Role.MODERATOR) for name in ("Anne", "Ben")]
    yield contexts[0].new_page(), contexts[1].new_page()
    for context in contexts:
        context.close()


def test_two_at_one_queue_see_what_the_other_has_and_does(
    own_server: Running, desks: tuple[Page, Page]
) -> None:
    anne, ben = desks
    propose(own_server, *TEXTS[:3])
    at_queue(anne, own_server)
    expect(anne.locator(".queue-title")).to_contain_text(TEXTS[0])
    at_queue(ben, own_server)
    expect(ben.locator(".queue-title")).to_contain_text(TEXTS[1])
    expect(ben.locator(".queue-row").first.locator("[data-by]")).to_have_text("Anne")
    expect(anne.locator(".queue-row").nth(1).locator("[data-by]")).to_have_text("Ben")

    ben.locator(".queue-row a").first.click()  # he looks at hers all the same
    expect(ben.locator(".queue-title")).to_contain_text(TEXTS[0])
    expect(ben.locator("[data-held]")).to_contain_text("Anne a déjà ouvert ceci")
    struck = ben.locator(".queue-row.is-done")
    anne.keyboard.press("a")
    expect(anne.locator(".queue-undo")).to_contain_text("Publié")
    expect(anne.locator(".queue-title")).to_contain_text(TEXTS[2])
    expect(struck).to_have_count(1)
    anne.keyboard.press("u")
    expect(struck).to_have_count(0)
    expect(anne.locator(".queue-title")).to_contain_text(TEXTS[0])
    expect(ben.locator("[data-held]")).to_contain_text(
        "Anne a déjà ouvert ceci"
    )  # no more that it is decided
    anne.keyboard.press("a")
    expect(ben.locator("[data-held]")).to_contain_text("Anne l'a déjà publié")
    ben.keyboard.press("a")  # too late
    expect(ben.locator("[data-queue-told]")).to_contain_text("Anne l'a déjà publié")

    propose(own_server, TEXTS[3])  # what arrives stands at the end, by itself
    expect(anne.locator(".queue-row").last).to_contain_text(TEXTS[3])
    expect(anne.locator(".queue-row.is-new")).to_have_count(1)
    for page in desks:
        assert Axe().run(page).response["violations"] == []


def test_the_next_one_is_one_that_no_colleague_has(own_server: Running, desks: tuple[Page, Page]) -> None:
    anne, ben = desks
    propose(own_server, *TEXTS[:5])
    at_queue(anne, own_server)
    expect(anne.locator(".queue-title")).to_contain_text(TEXTS[0])
    at_queue(ben, own_server)
    expect(ben.locator(".queue-title")).to_contain_text(TEXTS[1])
    ben.route(LIST, lambda route: route.abort())  # his list stays as it was
    anne.keyboard.press("j")
    expect(anne.locator(".queue-title")).to_contain_text(TEXTS[2])
    ben.keyboard.press("a")
    expect(ben.locator(".queue-title")).to_contain_text(TEXTS[3])
    expect(ben.locator(row(ben, TEXTS[2])).locator("[data-by]")).to_have_text("Anne")
    expect(ben.locator("[data-held]")).to_have_text("")

    def decide_meanwhile(look: Route) -> None:
        older = look.fetch()
        anne.keyboard.press("a")
        expect(told).to_have_text("décidé")
        look.fulfill(response=older)

    told = anne.locator(row(anne, TEXTS[2])).locator("[data-by]")
    anne.route(LIST, decide_meanwhile, times=1)
    propose(own_server, TEXTS[5])
    expect(anne.locator(".queue-row").last).to_contain_text(TEXTS[5])
    expect(anne.locator(".queue-undo")).to_contain_text("Publié")
    expect(told).to_have_text("décidé")  # though the look that brought the new one began before


@pytest.mark.parametrize("size", [(360, 780), (1280, 800)], ids=["phone", "desk"])
def test_what_can_be_undone_stays_in_view_whatever_arrives(
    own_server: Running, desks: tuple[Page, Page], size: tuple[int, int]
) -> None:
    page, _ = desks
    page.set_viewport_size({"width": size[0], "height": size[1]})
    propose(own_server, *TEXTS[:4])
    at_queue(page, own_server)
    page.locator("[data-key=a]").click()
    undo = page.locator(".queue-undo button")
    expect(undo).to_be_visible()
    expect(page.locator(".queue-title")).to_contain_text(TEXTS[1])
    propose(own_server, TEXTS[4])
    expect(page.locator(".queue-row.is-new")).to_have_count(1)
    for place in ("0", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {place})")
        undo.click(trial=True)  # in view, and nothing lies over it
        expect(undo).to_be_in_viewport()
    undo.click()
    expect(page.locator(".queue-title")).to_contain_text(TEXTS[0])


def test_what_one_has_decided_or_sorted_oneself_is_not_said_to_be_a_colleagues(
    own_server: Running, desks: tuple[Page, Page]
) -> None:
    page, _ = desks
    propose(own_server, *TEXTS[:3])
    page.goto(f"{own_server.url}/console/file?theme=sport")
    page.wait_for_selector("html[data-queue=ready]")
    page.locator("#item-theme").select_option("culture")
    page.get_by_role("button", name="Changer").click()
    expect(page.locator(".queue-kicker")).to_contain_text("Culture")
    propose(own_server, TEXTS[3])
    expect(page.locator(row(page, TEXTS[3]))).to_have_count(1)  # a look at the list without the first one
    expect(page.locator(".is-elsewhere")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator(".queue-title")).to_contain_text(TEXTS[1])
    page.locator(row(page, TEXTS[0])).locator("a").click()
    expect(page.locator(".queue-what")).to_contain_text("Vous l'avez publié.")


def test_reports_and_messages_arrive_by_themselves(own_server: Running, desks: tuple[Page, Page]) -> None:
    anne, ben = desks
    first, second = (own_server.topic(title=title, kind=TopicKind.IDEA) for title in ("Des bancs", "Un banc"))
    said = {"reason": "off-topic", "text": "pas bien"}
    at_queue(anne, own_server, "reports")
    expect(anne.locator(".queue-row")).to_have_count(0)
    send(own_server, f"/sujets/{first}/signaler", said)
    expect(anne.locator(".queue-title")).to_have_text("Des bancs")
    expect(anne.locator(".queue-reported")).to_contain_text("«\u202fpas bien\u202f»")
    at_queue(ben, own_server, "reports")
    expect(ben.locator(".queue-row [data-by]")).to_have_text("Anne")
    expect(ben.locator("[data-fiche]")).to_have_count(0)
    for _ in range(2):
        send(own_server, f"/sujets/{second}/signaler", said)
    rows = anne.locator(".queue-row")
    expect(rows.nth(1)).to_contain_text("2 personnes")  # at the end, though more people reported it
    expect(rows.nth(0)).to_contain_text("Des bancs")
    expect(anne.locator(".queue-title")).to_have_text("Des bancs")
    expect(ben.locator(".queue-title")).to_have_text("Un banc")
    anne.keyboard.press("a")
    expect(ben.locator(".queue-row.is-elsewhere")).to_contain_text("Des bancs")
    expect(anne.locator(".queue-item .queue-empty")).to_contain_text("Vos collègues ont ouvert")

    at_queue(ben, own_server, "messages")
    expect(anne.locator(".queue-title")).to_have_text("Un banc")  # which he has left
    letter = {"subject": "scheme", "text": "Bonjour", "email": "", "op": secrets.token_urlsafe(12)}
    send(own_server, "/contact", letter)
    expect(ben.locator(".queue-row")).to_have_count(1)
    expect(ben.locator(".queue-side .queue-empty")).to_have_count(0)
    expect(ben.locator("[data-fiche]")).to_have_count(0)

    ben.locator(".queue-row a").click()
    ben.wait_for_selector("body[data-connected=true]")
    ben.locator("#text").fill("Bonjour, voici")
    for name in ("Anne", "Ben"):
        wanted = {"email": f"{name}@grandest.fr", "roles": ["editor"], "themes": []}
        own_server.operate("staff/roles", wanted | {"op": secrets.token_urlsafe(12)})
    for page in desks:
        expect(page.locator("h1")).to_have_text("Votre session est terminée")
        expect(page.locator("h1")).to_be_focused()
        assert Axe().run(page).response["violations"] == []
    expect(anne.locator("body")).not_to_contain_text("Un banc")
    expect(ben.get_by_label("copiez-le")).to_have_value("Bonjour, voici")
    anne.keyboard.press("j")
    anne.get_by_role("link", name="Se connecter de nouveau").click()
    anne.wait_for_url("**/console/connexion?suite=*")


def test_ten_posts_with_the_keyboard_alone(own_server: Running, desks: tuple[Page, Page]) -> None:
    page, _ = desks
    propose(own_server, *TEXTS)
    page.clock.install()
    at_queue(page, own_server)
    page.locator(".queue-title").focus()
    with focus_never_lost(page):
        for number, text in enumerate(TEXTS[:10]):
            expect(page.locator(".queue-title")).to_contain_text(text)
            if number % 3 == 2:
                page.keyboard.press("r")
                expect(page.locator(".queue-reasons.is-asked")).to_be_visible()
                page.keyboard.press("2")
            else:
                page.keyboard.press("a")
    expect(page.locator(".queue-title")).to_contain_text(TEXTS[10])
    expect(page.locator("[data-load=waiting]")).to_have_text("2")

    page.keyboard.press("u")  # the tenth comes back
    expect(page.locator(".queue-title")).to_contain_text(TEXTS[9])
    expect(page.locator("[data-load=waiting]")).to_have_text("3")
    page.keyboard.press("j")
    expect(page.locator(".queue-title")).to_contain_text(TEXTS[10])
    page.keyboard.press("k")
    expect(page.locator(".queue-title")).to_contain_text(TEXTS[9])

    rows, decided = page.locator(".queue-row"), page.locator(".queue-row", has_text=TEXTS[8]).locator("a")
    decided.focus()
    page.clock.fast_forward(20_000)  # what can be undone no more leaves, but for where the hand is
    expect(rows).to_have_count(4)
    expect(decided).to_be_focused()
    page.locator(".queue-title").focus()
    page.clock.fast_forward(2_000)
    expect(rows).to_have_count(3)

    page.keyboard.press("t")
    page.keyboard.press("Escape")
    for _ in range(2):  # each key for itself: what is meant for the help decides nothing
        page.keyboard.press("?")
        expect(page.locator("[data-queue-dialog]")).to_be_visible()
        page.keyboard.press("a")
        page.keyboard.press("Escape")
        expect(page.locator("[data-queue-dialog]")).to_be_hidden()
    page.keyboard.press("?")
    assert Axe().run(page).response["violations"] == []
    page.get_by_label("Raccourcis d'une seule touche").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("[data-queue-dialog]")).to_be_hidden()
    page.locator(".queue-title").focus()
    page.keyboard.press("j")  # switched off: nothing happens, here and after a reload
    page.keyboard.press("a")
    page.reload()
    page.wait_for_selector("html[data-queue=ready]")
    page.keyboard.press("a")
    expect(page.locator(".queue-row.is-done")).to_have_count(0)
    expect(page.locator("[data-load=waiting]")).to_have_text("3")
