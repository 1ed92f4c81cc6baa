"""A kiosk in a real browser: one person after another."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.values import TopicKind, TopicRules
from tests.journeys.axe import Axe
from tests.journeys.test_accessibility import ADDRESSES, NARROW, TOO_WIDE
from tests.journeys.waiting import until
from tests.running import Running
from tests.tcp_proxy import TcpProxy, tcp_proxy

REQUESTS = (b"GET ", b"HEAD ", b"POST ")
LEFT = "[localStorage.length, sessionStorage.length]"


@pytest.fixture(scope="module")
def network(server: Running) -> Iterator[TcpProxy]:
    """What lies between the kiosks and the server, to be cut.

    A browser that is told to have no network may wait for ever for a service worker that was sent away as it began.
    """
    with tcp_proxy(server.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def site(server: Running, network: TcpProxy) -> Running:
    """The server as kiosks reach it."""
    return replace(server, port=network.port)


@pytest.fixture
def kiosk(site: Running, browser: Browser, network: TcpProxy) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1080, "height": 1600}, locale="fr-FR", bypass_csp=True)
    page = context.new_page()
    page.goto(own_kiosk(site))
    begin(page)
    yield page
    network.cut(everything=False)
    network.refuse(())
    context.close()


@pytest.fixture
def plain(server: Running, browser: Browser) -> Iterator[Page]:
    """A kiosk whose network stays: without the worker, whose pages take long to bring."""
    context = browser.new_context(
        viewport={"width": 1080, "height": 1600}, locale="fr-FR", bypass_csp=True, service_workers="block"
    )
    page = context.new_page()
    page.goto(own_kiosk(server))
    begin(page)
    yield page
    context.close()


def own_kiosk(server: Running) -> str:
    """The link of a kiosk that no other test makes people wait at."""
    return f"{server.url}/borne?code={server.keys.kiosk_code(f'agence-{secrets.token_hex(4)}')}"


def begin(page: Page) -> None:
    page.locator("#kiosk-begin button").click()
    expect(page.locator("#kiosk-end button")).to_be_visible()


def vote(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    page.locator(".vote-plus").click()
    page.locator("#profile button[name=skip]").click()
    expect(page.locator(".vote-own")).to_have_text("Vous avez voté plus.")


def test_nothing_is_left_of_whoever_touched_terminer(site: Running, kiosk: Page) -> None:
    kiosk.goto(own_kiosk(site))
    assert Axe().run(kiosk).violations_count == 0
    begin(kiosk)
    url = f"{site.url}/sujets/{site.topic(TopicRules(0, None))}"
    vote(kiosk, url)
    assert kiosk.evaluate(LEFT) != [0, 0]
    before = {cookie["name"]: cookie["value"] for cookie in kiosk.context.cookies()}
    kiosk.get_by_role("button", name="Terminer").click()
    expect(kiosk.get_by_role("button", name="Commencer")).to_be_visible()
    assert kiosk.evaluate(LEFT) == [0, 0]
    kiosk.go_back()
    expect(kiosk.get_by_role("button", name="Commencer")).to_be_visible()
    begin(kiosk)
    kiosk.goto(url)
    expect(kiosk.locator("article.topic")).to_have_attribute("data-own", "")
    expect(kiosk.locator(".vote-own")).to_have_text("")
    after = {cookie["name"]: cookie["value"] for cookie in kiosk.context.cookies()}
    assert after["borne"] == before["borne"] and after["imaginest"] != before["imaginest"]


def test_a_narrow_kiosk_in_german_is_never_wider_than_its_screen(
    server: Running, browser: Browser, ended: int
) -> None:
    """The longest words in the largest letters, on every page and after a vote."""
    context = browser.new_context(viewport=NARROW, locale="de-DE", service_workers="block")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(own_kiosk(server))
    begin(page)
    topic = server.topic(TopicRules(0, None), kind=TopicKind.IDEA)
    page.goto(f"{server.url}/sujets/{topic}")
    expect(page.locator("body")).to_have_attribute("data-connected", "true")
    page.locator(".vote-minus").click()
    page.locator("#profile button[name=skip]").click()
    expect(page.locator(".vote-note").first).to_have_text("Ihre Stimme ist gezählt.")
    assert page.evaluate(TOO_WIDE) == []
    for address in ADDRESSES:
        page.goto(server.url + address.format(topic=topic, hidden=topic, ended=ended))
        assert page.evaluate(TOO_WIDE) == [], address
    context.close()


def test_whoever_walks_away_is_asked_and_then_forgotten(server: Running, plain: Page) -> None:
    plain.clock.install(time=0)
    plain.clock.pause_at(1)
    plain.goto(f"{server.url}/comment-ca-marche")
    asked = plain.get_by_role("dialog", name="Vous êtes encore là ?")
    plain.clock.run_for(46_000)
    expect(asked).to_be_visible()
    plain.get_by_role("button", name="Continuer").click()
    expect(asked).to_be_hidden()
    plain.clock.run_for(46_000)
    expect(asked).to_be_visible()
    plain.clock.run_for(15_000)
    expect(plain.get_by_role("button", name="Commencer")).to_be_visible()


def test_without_a_network_the_last_person_is_hidden_at_once_and_forgotten_when_it_returns(
    site: Running, kiosk: Page, network: TcpProxy
) -> None:
    url = f"{site.url}/sujets/{site.topic(TopicRules(0, None))}"
    vote(kiosk, url)
    network.cut(everything=True)
    kiosk.get_by_role("button", name="Terminer").click()
    expect(kiosk.get_by_text("La borne n'a plus de connexion avec Imagin'Est.")).to_be_visible()
    assert Axe().run(kiosk).violations_count == 0
    assert kiosk.evaluate(LEFT) == [0, 0]
    assert kiosk.locator("article, form, a").count() == 0
    for key in ("Escape", "Escape", "Tab", "Enter"):
        kiosk.keyboard.press(key)
    expect(kiosk.get_by_text("La borne n'a plus de connexion avec Imagin'Est.")).to_be_visible()
    network.cut(everything=False)
    expect(kiosk.get_by_role("button", name="Commencer")).to_be_visible()
    begin(kiosk)
    kiosk.goto(url)
    expect(kiosk.locator("article.topic")).to_have_attribute("data-own", "")


def test_an_end_that_nobody_heard_of_holds_after_a_reload(site: Running, kiosk: Page) -> None:
    """The server does not answer; whatever page is opened then, it shows nothing of who was there."""
    url = f"{site.url}/sujets/{site.topic(TopicRules(0, None))}"
    vote(kiosk, url)
    kiosk.route("**/borne/terminer", lambda route: route.abort())
    kiosk.get_by_role("button", name="Terminer").click()
    expect(kiosk.get_by_text("La borne n'a plus de connexion avec Imagin'Est.")).to_be_visible()
    answer = kiosk.goto(url)
    assert answer is not None and answer.url == f"{site.url}/borne"
    expect(kiosk.get_by_role("button", name="Commencer")).to_be_visible()
    assert [cookie["name"] for cookie in kiosk.context.cookies()] == ["borne"]


def test_a_page_that_cannot_be_brought_comes_by_itself_and_a_visit_can_end_there(
    site: Running, kiosk: Page, network: TcpProxy
) -> None:
    kiosk.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    kiosk.goto(f"{site.url}/comment-ca-marche")
    network.cut(everything=True)
    kiosk.goto(f"{site.url}/statistiques")
    expect(kiosk.get_by_text("La page revient d'elle-même.")).to_be_visible()
    network.cut(everything=False)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Les chiffres")
    network.cut(everything=True)
    kiosk.get_by_role("button", name="Terminer").click()
    kiosk.reload()
    expect(kiosk.get_by_text("La borne n'a plus de connexion avec Imagin'Est.")).to_be_visible()
    network.cut(everything=False)
    expect(kiosk.get_by_role("button", name="Commencer")).to_be_visible()


def test_nobody_begins_without_a_network_and_the_kiosk_waits_for_it(
    site: Running, kiosk: Page, network: TcpProxy
) -> None:
    kiosk.get_by_role("button", name="Terminer").click()
    expect(kiosk.get_by_role("button", name="Commencer")).to_be_visible()
    network.cut(everything=True)
    kiosk.get_by_role("button", name="Commencer").click()
    expect(kiosk.get_by_text("La borne n'a plus de connexion avec Imagin'Est.")).to_be_visible()
    network.cut(everything=False)
    begin(kiosk)


def test_no_link_leads_out_of_the_site(server: Running, plain: Page) -> None:
    plain.goto(f"{server.url}/accessibilite")
    assert Axe().run(plain).violations_count == 0
    out = f"[...document.links].map((link) => link.href).filter((href) => !href.startsWith('{server.url}'))"
    until(plain, f"{out}.length === 0")
    expect(plain.get_by_text("écrire un message au Défenseur des droits")).to_be_visible()


def test_behind_a_proxy_whose_server_is_away_a_page_waits_and_goes_on_by_itself(
    site: Running, kiosk: Page, network: TcpProxy
) -> None:
    kiosk.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    kiosk.goto(f"{site.url}/comment-ca-marche")
    network.refuse(REQUESTS)
    kiosk.goto(f"{site.url}/statistiques")
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Pas de connexion avec Imagin'Est")
    expect(kiosk.get_by_text("La page revient d'elle-même.")).to_be_visible()
    assert Axe().run(kiosk).violations_count == 0
    network.refuse(())
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Les chiffres")


def test_a_page_that_stands_in_stays_as_long_as_only_icons_are_answered(
    site: Running, kiosk: Page, network: TcpProxy
) -> None:
    kiosk.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    kiosk.goto(f"{site.url}/comment-ca-marche")
    network.refuse(tuple(f"{how} /statistiques".encode() for how in ("GET", "HEAD")))
    kiosk.goto(f"{site.url}/statistiques")
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Pas de connexion avec Imagin'Est")
    opened: list[str] = []
    kiosk.on("framenavigated", lambda frame: opened.append(frame.url))
    for _ in range(3):
        with kiosk.expect_request(lambda made: made.method == "HEAD"):
            pass
    assert opened == []
    network.refuse(())
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Les chiffres")


def test_a_form_that_alone_is_not_answered_keeps_its_text_and_arrives_later(
    site: Running, kiosk: Page, network: TcpProxy
) -> None:
    kiosk.goto(f"{site.url}/contact")
    kiosk.locator("main textarea").fill("Le guichet de Bar-le-Duc ferme trop tôt.")
    kiosk.locator("#subject").select_option(index=1)
    network.refuse((b"POST ",))
    kiosk.get_by_role("button", name="Envoyer").click()
    waits = kiosk.get_by_text("Imagin'Est ne répond pas pour l'instant.")
    expect(waits).to_be_visible()
    expect(kiosk.locator("main textarea")).to_have_value("Le guichet de Bar-le-Duc ferme trop tôt.")
    network.refuse(())
    expect(kiosk.locator("main")).to_contain_text("Votre message est bien arrivé.")
    expect(kiosk.locator("main")).to_contain_text("Le guichet de Bar-le-Duc ferme trop tôt.")


def test_a_form_whose_answer_is_a_page_is_shown_that_page(server: Running, plain: Page) -> None:
    plain.goto(f"{server.url}/proposer")
    plain.locator("main textarea").fill("Des bancs à l'ombre dans chaque gare du Grand Est")
    plain.locator("main form [name=theme]").first.check()
    plain.get_by_role("button", name="Voir l'aperçu").click()
    expect(plain.get_by_role("button", name="Envoyer")).to_be_visible()


def test_before_there_is_a_worker_a_link_waits_where_it_is(
    site: Running, browser: Browser, network: TcpProxy
) -> None:
    context = browser.new_context(locale="fr-FR", service_workers="block")
    page = context.new_page()
    page.goto(own_kiosk(site))
    begin(page)
    network.refuse(REQUESTS)
    page.get_by_role("link", name="Statistiques").first.click()
    expect(page.get_by_text("Imagin'Est ne répond pas pour l'instant.")).to_be_visible()
    network.refuse(())
    expect(page.get_by_role("heading", level=1)).to_have_text("Les chiffres")
    context.close()
