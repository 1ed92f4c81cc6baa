"""Letters to the Région at the console, without JavaScript."""

import re
from html import unescape

from storage import audit
from storage.values_audit import AuditSearch
from storage.values_inbox import CLAIM_MS
from storage.values_staff import Role
from tests.storage.house import beside
from tests.web.conftest import Site
from tests.web.staffed import Colleague, colleague
from tests.web.test_pages import text_of

LETTER = "Bonjour, mon dossier n'avance pas."


async def moderator(site: Site, name: str = "anne") -> Colleague:
    return await colleague(site, Role.MODERATOR, email=f"{name}@grandest.fr")


async def write(site: Site, number: int = 1, op: str = "op-letter-1", email: str = "") -> int:
    form = {"subject": "scheme", "text": LETTER, "email": email, "op": op}
    answer = await site.browser(number).post("/contact", data=form)
    assert answer.status_code == 303, text_of(answer.text)
    return int(answer.headers["location"].rpartition("/")[2])


async def form_of(someone: Colleague, thread: int, text: str) -> dict[str, str]:
    page = (await someone.browser.get(f"/console/courrier/{thread}")).text
    form = page[page.index('id="repondre"') :]
    return {"text": text} | dict(re.findall(r'name="(op|last)" value="([^"]*)"', form))


async def test_an_answer_reaches_the_citizen_and_a_note_never_does(site: Site) -> None:
    anne, thread = await moderator(site), await write(site, email="camille@exemple.fr")
    where = f"/console/courrier/{thread}"
    assert "Une aide ou un dispositif" in text_of((await anne.browser.get("/console/courrier")).text)
    assert LETTER in unescape((await anne.browser.get(where)).text)
    await anne.browser.post(f"{where}/note", data={"note": "Dossier perdu, <prudence>.", "op": "op-note-1"})
    form = await form_of(anne, thread, "Nous regardons.")
    for _ in range(2):  # a double tap
        answer = await anne.browser.post(f"{where}/reponse", data=form)
        assert answer.headers["location"] == f"{where}?fait=repondu"
    mine = (await site.browser(1).get(f"/contact/{thread}")).text
    assert mine.count("Nous regardons.") == 1 and "prudence" not in mine
    assert "Dossier perdu, &lt;prudence&gt;." in (await anne.browser.get(where)).text
    assert beside(site.house.url, "SELECT count(*) FROM mail WHERE about = 'contact 1'") == [(1,)]
    await anne.browser.post(f"{where}/etat")
    again = {"text": "Merci", "op": "op-again-1"}
    assert (await site.browser(1).post(f"/contact/{thread}", data=again)).status_code == 409
    await anne.browser.post(f"{where}/etat", data={"rouvrir": "1"})
    assert (await site.browser(1).post(f"/contact/{thread}", data=again)).status_code == 303
    words = [line.detail for line in await audit.search(site.house.database, AuditSearch(staff=anne.id))]
    assert not any("Nous regardons" in str(detail) or "prudence" in str(detail) for detail in words)
    raw = beside(site.house.url, "SELECT sealed FROM contact_note")
    assert b"prudence" not in bytes(raw[0][0])


async def test_of_two_who_answer_one_wins_and_the_other_keeps_what_was_typed(site: Site) -> None:
    anne, bruno = await moderator(site), await moderator(site, "bruno")
    thread = await write(site)
    where = f"/console/courrier/{thread}/reponse"
    forms = [await form_of(one, thread, f"Réponse <{one.email}>") for one in (anne, bruno)]
    assert (await anne.browser.post(where, data=forms[0])).status_code == 303
    late = await bruno.browser.post(where, data=forms[1])
    assert late.status_code == 409 and "Un collègue vient de répondre" in late.text
    assert "Réponse &lt;bruno@grandest.fr&gt;</textarea>" in late.text
    assert "Réponse &lt;anne@grandest.fr&gt;" in late.text, "what the colleague said is there to be read"
    assert "bruno" not in (await site.browser(1).get(f"/contact/{thread}")).text
    form = await form_of(bruno, thread, "En plus")
    await site.browser(1).post(f"/contact/{thread}", data={"text": "Encore moi", "op": "op-more-1"})
    moved = await bruno.browser.post(where, data=form)
    assert moved.status_code == 409 and "a écrit de nouveau" in moved.text and "Encore moi" in moved.text


async def test_a_colleague_who_answers_is_seen_until_they_leave_or_are_quiet(site: Site) -> None:
    anne, bruno = await moderator(site), await moderator(site, "bruno")
    thread = await write(site)
    where = f"/console/courrier/{thread}"

    async def seen_by_bruno() -> bool:
        return "Agent anne@grandest.fr répond…" in text_of((await bruno.browser.get(where)).text)

    assert (await anne.browser.post(f"{where}/prendre")).status_code == 303
    assert await seen_by_bruno()
    assert "Agent anne@grandest.fr répond…" in text_of((await bruno.browser.get("/console/courrier")).text)
    assert (await bruno.browser.post(f"{where}/prendre")).status_code == 409
    form = await form_of(bruno, thread, "Voici")
    held = await bruno.browser.post(f"{where}/reponse", data=form)
    assert held.status_code == 409 and "Voici</textarea>" in held.text and "Envoyer quand même" in held.text
    site.house.clock[0] += CLAIM_MS
    assert not await seen_by_bruno()
    await anne.browser.post(f"{where}/prendre")
    await anne.browser.post("/console/deconnexion")
    assert not await seen_by_bruno(), "who has left the console holds nothing"
    await anne.sign_in()
    await anne.browser.post(f"{where}/prendre")
    assert (await bruno.browser.post(f"{where}/reponse", data=form | {"force": "1"})).status_code == 303
    assert not await seen_by_bruno()


async def test_a_referent_sees_what_is_filed_under_their_themes_or_given_to_them(site: Site) -> None:
    anne = await moderator(site)
    chloe = await colleague(site, Role.REFERENT, email="chloe@grandest.fr", themes="sport")
    thread = await write(site)
    where = f"/console/courrier/{thread}"
    for answer in (
        await chloe.browser.get(where),
        await chloe.browser.post(f"{where}/note", data={"note": "x", "op": "op-note-1"}),
    ):
        assert answer.status_code == 403 and LETTER not in unescape(answer.text)
    refused = await audit.search(site.house.database, AuditSearch(staff=chloe.id, action="access-refused"))
    assert [line.subject_id for line in refused] == [str(thread)] * 2
    assert "n° 1" not in text_of((await chloe.browser.get("/console/courrier")).text)
    bad = await anne.browser.post(f"{where}/classer", data={"theme": "sante", "staff": str(chloe.id)})
    assert bad.status_code == 400 and "ne peut pas lire" in text_of(bad.text)
    done = await anne.browser.post(f"{where}/classer", data={"theme": "sport", "staff": str(chloe.id)})
    assert done.status_code == 303
    assert "n° 1" in text_of((await chloe.browser.get("/console/courrier?theme=sport&a=moi")).text)
    assert (await chloe.browser.get(where)).status_code == 200
    moved = await chloe.browser.post(f"{where}/classer", data={"theme": "sante", "staff": "0"})
    assert moved.headers["location"] == "/console/courrier", "it is somebody else's now"


async def test_the_list_goes_on_where_it_ended(site: Site) -> None:
    anne = await moderator(site)
    for number in range(1, 54):
        await write(site, number, op=f"op-{number:08}")
        site.house.clock[0] += number % 2  # some in the same instant
    page = (await anne.browser.get("/console/courrier?objet=scheme")).text
    first = re.findall(r'data-key="(\d+)"', page)
    older = unescape(re.findall(r'href="([^"]*apres=[^"]*)"', page)[0])
    second = re.findall(r'data-key="(\d+)"', (await anne.browser.get(older)).text)
    assert [int(one) for one in first + second] == list(range(1, 54))
    assert re.findall(r'data-key="', (await anne.browser.get("/console/courrier?objet=press")).text) == []


async def test_a_canned_answer_is_kept_put_into_the_text_changed_and_retired(site: Site) -> None:
    anne, thread = await moderator(site), await write(site)
    where = "/console/courrier/modeles"
    for wrong in ({"title": "", "text": "x"}, {"title": "x" * 81, "text": "x"}, {"title": "x", "text": ""}):
        answer = await anne.browser.post(where, data=wrong | {"op": "op-canned-1"})
        assert answer.status_code == 400
    new = {"title": "Accusé <b>", "text": "Bien reçu.", "op": "op-canned-1"}
    for _ in range(2):
        assert (await anne.browser.post(where, data=new)).status_code == 303
    page = (await anne.browser.get(where)).text
    assert page.count("Accusé &lt;b&gt;</a>") == 1
    assert "Bien reçu.</textarea>" in (await anne.browser.get(f"/console/courrier/{thread}?modele=1")).text
    await anne.browser.post(where, data=new | {"id": "1", "text": "Reçu."})
    assert "Reçu.</textarea>" in (await anne.browser.get(f"/console/courrier/{thread}?modele=1")).text
    await anne.browser.post(where, data={"id": "1", "retirer": "1"})
    assert "Accusé" not in (await anne.browser.get(f"/console/courrier/{thread}")).text
