"""A citizen proposes an idea and follows it, in a real browser."""

from playwright.sync_api import Browser, Page, expect

from storage.values import Provenance, TopicKind, TopicRules
from tests.journeys.axe import Axe
from tests.journeys.test_keyboard import press_until
from tests.running import Running

FAMILY = "👨‍👩‍👧‍👦"


def publish(server: Running, page: Page) -> int:
    """Publish what the page shows as one's own; the topic."""
    post = int(page.url.rsplit("/", 1)[1])
    return int(server.operate("posts/publish", {"id": post})["topic"])


def idea(server: Running, title: str, provenance: Provenance = Provenance.REAL) -> int:
    new = {
        "kind": str(TopicKind.IDEA),
        "title": title,
        "body": "",
        "theme": "transports",
        "opens_at": 0,
        "closes_at": None,
        "results": str(TopicRules(0, None).results),
        "headline": "live",
        "profile_required": False,
        "provenance": str(provenance),
    }
    return int(server.operate("topics", {"topics": [new]})["ids"][0])


def test_an_idea_is_written_sent_once_published_and_taken_back(server: Running, page: Page) -> None:
    page.goto(f"{server.url}/proposer")
    text, counter = page.locator("#text"), page.locator("#text-counter")
    expect(counter).to_have_text("encore 140 signes")
    text.fill(f"Des jeux pour tous {FAMILY}e\u0301")
    expect(counter).to_have_text("encore 119 signes")
    text.fill(FAMILY * 141)
    expect(counter).to_have_text("1 signe de trop")
    expect(page.locator("#announcer")).to_have_text("1 signe de trop")
    page.get_by_role("button", name="Voir l'aperçu").click()
    expect(page.locator("#text-fault")).to_contain_text("141 signes")
    expect(text).to_have_value(FAMILY * 141)
    text.fill("Des aires de jeux couvertes à Langres")
    page.get_by_role("radio", name="Jeunesse").check()
    page.get_by_role("button", name="Voir l'aperçu").click()
    expect(page.locator(".post-preview")).to_contain_text("Des aires de jeux couvertes à Langres")
    page.get_by_role("button", name="Envoyer au modérateur").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("attend un modérateur")
    topic = publish(server, page)
    page.goto(f"{server.url}/proposer")
    expect(page.locator("#text")).to_have_value("")
    page.get_by_role("link", name="Suivre ce que j'ai déjà proposé").click()
    expect(page.locator(".own-post")).to_have_count(1)
    expect(page.locator(".post-status")).to_have_text("Publié")
    page.get_by_role("link", name="Des aires de jeux couvertes").click()
    expect(page).to_have_url(f"{server.url}/sujets/{topic}")
    page.goto(f"{server.url}/mes-idees")
    page.locator("main summary").click()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre texte est retiré")


def test_what_a_moderator_decides_is_seen_without_a_reload(server: Running, page: Page) -> None:
    page.goto(f"{server.url}/proposer")
    page.locator("#text").fill("Des quais plus larges à Épernay")
    page.get_by_role("radio", name="Transports").check()
    page.get_by_role("button", name="Voir l'aperçu").click()
    page.get_by_role("button", name="Envoyer au modérateur").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("attend un modérateur")
    page.evaluate("window.isTheSamePage = true")
    topic = publish(server, page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre texte est publié")
    expect(page.locator("#announcer")).to_contain_text("Publié")
    expect(page.get_by_role("link", name="Voir la page du vote")).to_have_attribute(
        "href", f"/sujets/{topic}"
    )
    assert page.evaluate("window.isTheSamePage")


def test_who_writes_what_is_there_already_votes_for_it(server: Running, page: Page) -> None:
    topic = idea(server, "Un tram-train entre Sarrebourg et Saverne ?")
    page.goto(f"{server.url}/proposer")
    page.locator("#text").press_sequentially("un TRAM train a sarrebourg")
    expect(page.locator("#alike-heading")).to_have_text("Une idée proche est déjà publiée")
    expect(page.locator(".alike-one")).to_contain_text("Un tram-train entre Sarrebourg")
    page.get_by_role("link", name="Voter plutôt pour celle-ci").click()
    expect(page).to_have_url(f"{server.url}/sujets/{topic}")
    page.goto(f"{server.url}/proposer")
    expect(page.locator("#text")).to_have_value("un TRAM train a sarrebourg")
    expect(page.locator("#text-counter")).to_have_text("encore 114 signes")


def test_an_idea_is_sent_by_keyboard_alone(server: Running, page: Page) -> None:
    page.goto(f"{server.url}/proposer")
    press_until(page, "Tab", "#text")
    page.keyboard.type("Réparer les digues du Rhin")
    press_until(page, "Tab", "input[name=theme]")
    page.keyboard.press("ArrowDown")
    press_until(page, "Tab", "button[value=preview]")
    page.keyboard.press("Enter")
    expect(page.locator(".post-preview")).to_contain_text("Réparer les digues du Rhin")
    press_until(page, "Tab", "button[value=publish]")
    page.keyboard.press("Enter")
    expect(page.locator(".own-post")).to_contain_text("Réparer les digues du Rhin")


def test_an_idea_is_sent_without_javascript_and_every_page_is_clean(
    server: Running, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    checked = browser.new_context(
        bypass_csp=True, reduced_motion="reduce", viewport={"width": 320, "height": 780}
    )
    page = context.new_page()
    page.goto(f"{server.url}/proposer")
    page.locator("#text").fill("Voir www.exemple.fr")
    page.get_by_role("button", name="Voir l'aperçu").click()
    expect(page.locator("#text-fault")).to_contain_text("ni lien ni adresse")
    expect(page.locator("#theme-fault")).to_contain_text("Choisissez la thématique")
    faults = page.content()
    page.locator("#text").fill("Des bancs à l'ombre dans chaque gare")
    page.get_by_role("radio", name="Transports").check()
    page.get_by_role("button", name="Voir l'aperçu").click()
    preview = page.content()
    page.get_by_role("button", name="Envoyer au modérateur").click()
    expect(page.locator(".post-status")).to_have_text("En attente")
    sent = page.content()
    page.get_by_role("main").get_by_role("link", name="Mes idées").click()
    listed = page.content()
    look = checked.new_page()
    for content in (faults, preview, sent, listed):
        look.route(
            "**/shown", lambda route, _, body=content: route.fulfill(body=body, content_type="text/html")
        )
        look.goto(f"{server.url}/shown")
        assert Axe().by_day_and_night(look) == ""
        assert look.evaluate("document.documentElement.scrollWidth") <= 320
        look.unroute("**/shown")
    context.close()
    checked.close()
