"""The pages of contact, without JavaScript, over a real database."""

import asyncio
import re
import sqlite3
from html import unescape

from server.settings import Settings
from storage import contact
from storage.values_contact import PUBLIC
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.test_pages import text_of
from web.mails import answer_notice
from web.rendering import load_pages

ME, OTHER = 1, 2
TEXT = "<b>Bonjour</b>,\r\nmon dossier {{ 7 * 7 }} n'avance pas."
FORM = {"subject": "scheme", "text": TEXT, "email": "", "op": "op-begin-1"}


async def begin(site: Site, number: int = ME, **more: str) -> str:
    """The address of a conversation that was begun."""
    answer = await site.browser(number).post("/contact", data=FORM | more)
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"]


async def test_a_message_is_kept_once_and_shown_to_its_author_as_text(site: Site) -> None:
    where = await begin(site)
    assert await begin(site) == where
    answer = await site.browser(ME).get(where)
    assert "&lt;b&gt;Bonjour&lt;/b&gt;,\nmon dossier {{ 7 * 7 }} n&#39;avance pas." in answer.text
    assert "En attente de réponse" in text_of(answer.text)
    assert "Une aide ou un dispositif" in text_of((await site.browser(ME).get("/contact")).text)


async def test_nobody_else_sees_that_it_is_there(site: Site) -> None:
    where = await begin(site)
    nobody = await site.browser(OTHER).get("/contact/999")
    for number in (OTHER, None):
        answer = await site.browser(number).get(where)
        assert (answer.status_code, answer.text) == (404, nobody.text.replace("/contact/999", where))
        assert "dossier" not in (await site.browser(number).get("/contact")).text
    refused = await site.browser(OTHER).post(where, data={"text": "x", "op": "op-again-1"})
    assert refused.status_code == 404
    assert (await site.browser(ME).get(f"/contact/{2**40}")).status_code == 404


async def test_no_cache_keeps_any_of_it(site: Site) -> None:
    where = await begin(site)
    for path in ("/contact", where, "/contact/999"):
        assert (await site.browser(ME).get(path)).headers["cache-control"] == "no-store"


async def test_the_answer_is_read_in_the_app_and_the_citizen_writes_again(site: Site) -> None:
    where = await begin(site)
    house, thread = site.house, int(where.rsplit("/", 1)[1])
    pages = load_pages()
    await contact.answer(
        house.database,
        house.keys,
        thread,
        text="Le dossier est parti.",
        op="op-answer",
        now=house.clock[0],
        notice=lambda one: answer_notice(next(iter(pages.values())), one, "op-answer"),
    )
    page = text_of((await site.browser(ME).get(where)).text)
    assert "La Région a répondu" in page and "Le dossier est parti." in page
    for _ in range(2):
        answer = await site.browser(ME).post(where, data={"text": "Merci", "op": "op-again-1"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{where}#dernier")
    page = (await site.browser(ME).get(where)).text
    assert text_of(page).count("Merci") == 1 and page.count('id="dernier"') == 1
    await contact.close_thread(house.database, thread, house.clock[0])
    assert "<textarea" not in (await site.browser(ME).get(where)).text
    late = await site.browser(ME).post(where, data={"text": "Encore ceci", "op": "op-again-2"})
    assert late.status_code == 409 and "Encore ceci" in late.text


async def test_whatever_is_wrong_the_text_comes_back(site: Site) -> None:
    text = "Un long message.\n" * 3
    wrong: list[tuple[dict[str, str], int, str]] = [
        ({"subject": ""}, 400, "Choisissez dans la liste"),
        ({"email": "a@b.fr, c@d.fr"}, 400, "une seule adresse"),
        ({"email": "a@b.fr\r\nBcc: c@d.fr"}, 400, "signe invisible"),
        ({"op": "?"}, 400, "Ce formulaire n'était plus valable"),
        ({"text": text + "é" * 2000}, 400, "dépasse 2 000 signes"),
        ({"text": text + "\0"}, 400, "un signe que nous ne pouvons pas lire"),
    ]
    for more, status, told in wrong:
        answer = await site.browser(ME).post("/contact", data=FORM | {"text": text} | more)
        page = unescape(answer.text).replace("\u202f", " ").replace("\u00a0", " ")
        assert answer.status_code == status
        assert told in page and text in page
    assert await contact.own_threads(site.house.database, site.house.keys, device(ME)) == []


async def test_a_browser_without_a_cookie_gets_its_text_back_and_a_cookie(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.post("/contact", data=FORM)
        assert answer.status_code == 400 and "Autorisez les cookies" in text_of(answer.text)
        [op] = re.findall(r'name="op" value="([^"]+)"', answer.text)
        assert (await browser.post("/contact", data=FORM | {"op": op})).status_code == 303


async def test_while_the_database_does_not_answer_nothing_typed_is_lost(site: Site) -> None:
    where = await begin(site)
    held = sqlite3.connect(site.house.url.removeprefix("sqlite:///"), isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    text, browser = FORM | {"text": "Gardez ceci", "op": "op-again-1"}, site.browser(ME)
    answers = await asyncio.gather(browser.post("/contact", data=text), browser.post(where, data=text))
    held.execute("ROLLBACK")
    held.close()
    for answer in answers:
        assert answer.status_code == 503
        assert "Gardez ceci" in answer.text and "Rien de ce que vous avez écrit n'est perdu" in text_of(
            answer.text
        )
    assert (await browser.post(where, data=text)).status_code == 303


async def test_too_many_messages_are_refused_kindly(site: Site) -> None:
    for n in range(contact.MOST_THREADS_A_DAY):
        await begin(site, op=f"op-begin-{n}")
    answer = await site.browser(ME).post("/contact", data=FORM | {"op": "op-one-more"})
    assert answer.status_code == 429 and answer.headers["retry-after"] == str(24 * 3600)
    assert "envoyez-le dans 24 heures" in text_of(answer.text) and "n'avance pas" in unescape(answer.text)


async def test_the_notice_of_an_answer_says_nothing_of_what_was_written(site: Site) -> None:
    where = await begin(site, email="camille@exemple.fr")
    [thread] = await contact.own_threads(site.house.database, site.house.keys, device(ME))
    mail = answer_notice(next(iter(load_pages().values())), thread, "op-answer")
    assert mail.recipient == "camille@exemple.fr"
    assert PUBLIC + where in mail.text and PUBLIC + where in mail.html
    assert "dossier" not in mail.text + mail.html + mail.subject


def test_conversations_are_kept_for_a_year_unless_it_is_set() -> None:
    assert Settings.of({}).contact_days == 365
    assert Settings.of({"IMAGINEST_CONTACT_DAYS": "30"}).contact_days == 30


async def test_how_far_a_conversation_is_is_told_to_its_author_alone_and_once(site: Site) -> None:
    where = await begin(site)
    house, thread = site.house, int(where.rsplit("/", 1)[1])
    async with site.browser(ME) as browser:
        first = await browser.get(f"{where}/etat")
        assert first.json()["state"] == "waiting" and first.headers["cache-control"] == "no-store"
        known = {"if-none-match": first.headers["etag"]}
        assert (await browser.get(f"{where}/etat", headers=known)).status_code == 304
        assert (await browser.post(where, data={"text": "Encore", "op": "op-again-1"})).status_code == 303
        moved = await browser.get(f"{where}/etat", headers=known)
        assert moved.json()["last"] > first.json()["last"]
        await contact.close_thread(house.database, thread, house.clock[0])
        assert (await browser.get(f"{where}/etat", headers=known)).json()["state"] == "closed"
    for number in (OTHER, None):
        assert (await site.browser(number).get(f"{where}/etat")).status_code == 404
