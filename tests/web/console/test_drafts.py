"""The pages on which editors write, as their browsers ask for them."""

import re
from io import BytesIO

import httpx2
import pytest
from PIL import Image

from realtime.tally import Sign
from storage.drafts import get_draft, revisions_of
from storage.publication import keep_schedule
from storage.topics import list_topics
from storage.values_drafts import DraftContent, DraftState
from storage.values_staff import Role
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.drafted import MINUTE, drafted, drafted_campaign, drafted_questionnaire
from tests.web.staffed import Colleague, colleague
from web.console.local_instant import write_instant
from web.pictures import MOST_BYTES

PATH = "/console/redaction"
FORM = {
    "kind": "question",
    "title": "Faut-il <b>plus</b> de trains ?",
    "body": "Une ligne.\r\nUne autre.",
    "theme": "transports",
    "results": "at-close",
    "headline": "sealed",
    "profile": "1",
    "departement": "57",
    "op": "abcdefghijklmnop",
}


@pytest.fixture
async def editor(site: Site) -> Colleague:
    return await colleague(site, Role.EDITOR)


def picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (40, 20), "red").save(written, "PNG")
    return written.getvalue()


async def content(site: Site, draft: int) -> DraftContent:
    found = await get_draft(site.house.database, draft, DraftContent)
    assert found is not None
    return found.content


def made(answer: httpx2.Response) -> int:
    found = re.fullmatch(
        PATH + r"(?:/[a-z]+)?/(\d+)\?fait=[a-z]+", answer.headers.get("location", answer.text)
    )
    assert found, answer.text
    return int(found[1])


async def test_a_draft_is_begun_illustrated_saved_and_taken_back(site: Site, editor: Colleague) -> None:
    begun = await editor.browser.post(
        PATH, data={**FORM, "alt": "Un train"}, files={"picture": ("a.png", picture(), "image/png")}
    )
    draft = made(begun)
    kept = await content(site, draft)
    assert (kept.title, kept.body) == (FORM["title"], "Une ligne.\nUne autre.")
    assert (kept.results, kept.headline, kept.departement) == ("at-close", "sealed", "57")
    assert kept.picture is not None and kept.profile_required
    picture_path = f"/images/{kept.picture.image}"
    image = await editor.browser.get(picture_path)
    assert image.headers["content-type"] == "image/webp" and image.headers["cache-control"].startswith(
        "private"
    )
    assert (await site.browser(1).get(picture_path)).status_code == 404
    page = (await editor.browser.get(f"{PATH}/{draft}?fait=enregistre")).text
    assert "Faut-il &lt;b&gt;plus&lt;/b&gt;" in page and "enregistré" in page

    changed = {**FORM, "title": "Autre titre", "number": "1", "remove": "1"}
    assert made(await editor.browser.post(f"{PATH}/{draft}", data=changed)) == draft
    assert (await content(site, draft)).picture is None
    await editor.browser.post(f"{PATH}/{draft}/version", data={"version": "1", "number": "2"})
    assert await content(site, draft) == kept
    assert len(await revisions_of(site.house.database, draft)) == 3


async def test_a_picture_is_public_once_its_subject_is(site: Site, editor: Colleague) -> None:
    begun = await editor.browser.post(
        PATH, data={**FORM, "alt": "Un train"}, files={"picture": ("a.png", picture(), "image/png")}
    )
    draft = made(begun)
    kept = await content(site, draft)
    assert kept.picture is not None
    path, citizen = f"/images/{kept.picture.image}", site.browser(1)
    assert (await citizen.get(path)).status_code == 404
    await editor.browser.post(f"{PATH}/{draft}/publier", data={"number": "1"})
    seen = await citizen.get(path)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/webp")
    assert "immutable" in seen.headers["cache-control"]


async def test_pressed_twice_there_is_one_draft(site: Site, editor: Colleague) -> None:
    assert len({made(await editor.browser.post(PATH, data=FORM)) for _ in range(2)}) == 1


async def test_what_two_editors_save_at_once_is_not_lost(site: Site, editor: Colleague) -> None:
    draft = await drafted(site, editor.id)
    await editor.browser.post(f"{PATH}/{draft}", data={**FORM, "number": "1"})
    late = await editor.browser.post(f"{PATH}/{draft}", data={**FORM, "title": "Le mien", "number": "1"})
    assert late.status_code == 409 and "entre-temps" in late.text and 'value="Le mien"' in late.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": " "}, "Écrivez un titre"),
        ({"title": "é" * 141}, "plus de 140 signes"),
        ({"title": "a\x07b"}, "signes invisibles"),
        ({"body": "x" * 4001}, "4 000 signes"),
        ({"theme": ""}, "Choisissez une thématique"),
        ({"theme": "nulle-part"}, "Choisissez une thématique"),
        ({"kind": "idea"}, "réponses de la liste"),
        ({"opens": "2027-03-28T02:30"}, "heure d’été"),
        ({"opens": "2027-04-02T10:00", "closes": "2027-04-01T10:00"}, "avant de s’ouvrir"),
        ({"op": "x"}, "formulaire est incomplet"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    site: Site, editor: Colleague, wrong: dict[str, str], told: str
) -> None:
    answer = await editor.browser.post(PATH, data={**FORM, "alt": "gardez-moi", **wrong})
    page = answer.text.replace("\u202f", " ").replace("\xa0", " ").replace("'", "’").replace("&#39;", "’")
    assert answer.status_code == 400 and told in page
    assert "gardez-moi" in page
    assert 'role="alert"' in page


async def test_a_file_that_is_no_picture_or_has_no_words_is_refused(site: Site, editor: Colleague) -> None:
    for file, alt, told in ((b"<?php ?>", "Un mot", "pas une image"), (picture(), "", "ce que l")):
        answer = await editor.browser.post(
            PATH, data={**FORM, "alt": alt}, files={"picture": ("a.jpg", file, "image/jpeg")}
        )
        assert answer.status_code == 400 and told in answer.text
    heavy = await editor.browser.post(
        PATH, data=FORM, files={"picture": ("a.png", bytes(MOST_BYTES + 70_000))}
    )
    assert heavy.status_code == 413 and "8" in heavy.text


async def test_scheduled_it_is_nowhere_until_the_clock_opens_it(site: Site, editor: Colleague) -> None:
    opens = site.house.clock[0] + MINUTE
    form = {**FORM, "title": "Faut-il des trains ?", "opens": write_instant(opens)}
    draft = made(await editor.browser.post(PATH, data=form))
    answer = await editor.browser.post(f"{PATH}/{draft}/programmer", data={"number": "1"})
    assert answer.headers["location"] == f"{PATH}/{draft}?fait=programme"
    assert "Reprendre" in (await editor.browser.get(f"{PATH}/{draft}")).text
    citizen = site.browser(1)
    assert "Faut-il des trains" not in (await citizen.get("/")).text
    assert await keep_schedule(site.house.database, site.house.keys, opens) == 1
    site.house.clock[0] = opens
    assert "Faut-il des trains" in (await citizen.get("/")).text
    assert "Voir le sujet" in (await editor.browser.get(f"{PATH}/{draft}")).text


async def test_a_schedule_in_the_past_asks_whether_now_is_meant(site: Site, editor: Colleague) -> None:
    form = {**FORM, "opens": write_instant(site.house.clock[0] - MINUTE)}
    draft = made(await editor.browser.post(PATH, data=form))
    answer = await editor.browser.post(f"{PATH}/{draft}/programmer", data={"number": "1"})
    assert answer.status_code == 400 and "Publier maintenant" in answer.text
    published = await editor.browser.post(f"{PATH}/{draft}/publier", data={"number": "1"})
    assert published.headers["location"].endswith("fait=publie")
    assert len(await list_topics(site.house.database)) == 1


async def test_a_preview_is_a_citizens_page_that_only_our_own_pages_frame(
    site: Site, editor: Colleague
) -> None:
    draft = await drafted(site, editor.id)
    around = await editor.browser.get(f"{PATH}/{draft}/apercu")
    assert f'src="{PATH}/{draft}/apercu/page"' in around.text
    assert "frame-ancestors 'none'" in around.headers["content-security-policy"]
    page = await editor.browser.get(f"{PATH}/{draft}/apercu/page")
    assert "Faut-il des trains de nuit" in page.text and "page-topic" in page.text
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert (await site.browser(1).get(f"{PATH}/{draft}/apercu/page")).status_code == 303
    assert await list_topics(site.house.database) == []
    for path in (f"{PATH}/99", f"{PATH}/{10**20}", f"{PATH}/99/apercu", f"{PATH}/99/apercu/page"):
        assert (await editor.browser.get(path)).status_code == 404


async def test_after_publication_words_are_corrected_in_public(site: Site, editor: Colleague) -> None:
    draft = await drafted(site, editor.id, DraftState.PUBLISHED)
    (topic,) = await list_topics(site.house.database)
    citizen = site.browser(1)
    assert "Texte corrigé" not in (await citizen.get(f"/sujets/{topic.id}")).text
    form = {"title": "Faut-il des trains du soir ?", "body": "Texte.", "number": "1"}
    answer = await editor.browser.post(f"{PATH}/{draft}/corriger", data={**form, "title": ""})
    assert answer.status_code == 400 and "Texte." in answer.text
    assert made(await editor.browser.post(f"{PATH}/{draft}/corriger", data=form)) == draft
    page = (await citizen.get(f"/sujets/{topic.id}")).text
    assert "trains du soir" in page and "Texte corrigé le" in page
    refused = await editor.browser.post(f"{PATH}/{draft}", data={**FORM, "number": "2"})
    assert refused.status_code == 409


async def test_a_vote_is_ended_early_with_a_reason_that_citizens_read(site: Site, editor: Colleague) -> None:
    draft = await drafted(site, editor.id, DraftState.PUBLISHED)
    (topic,) = await list_topics(site.house.database)
    without = await editor.browser.post(f"{PATH}/{draft}/arreter", data={"reason": " "})
    assert without.status_code == 400 and "Écrivez pourquoi" in without.text
    await editor.browser.post(f"{PATH}/{draft}/arreter", data={"reason": "Le projet <i>est retiré.</i>"})
    page = (await site.browser(1).get(f"/sujets/{topic.id}")).text
    assert "Le projet &lt;i&gt;est retiré." in page
    assert str(await site.house.vote(topic.id, device(2), Sign.PLUS)) == "closed"


async def test_the_calendar_shows_drafts_and_questions_with_its_warnings(
    site: Site, editor: Colleague
) -> None:
    await drafted(site, editor.id, DraftState.SCHEDULED)
    await drafted(site, editor.id)
    page = (await editor.browser.get(f"{PATH}/calendrier?mois=2027-01")).text
    assert page.count("Faut-il des trains de nuit") == 2
    assert "ouvrent le même jour" in page
    assert "Ni question ni questionnaire" in page
    assert (await editor.browser.get(f"{PATH}/calendrier?semaine=2027-W02")).text.count('cal-week"') == 1
    for asked in ("mois=nope", "semaine=2027-W60", "mois=2027-13"):
        assert (await editor.browser.get(f"{PATH}/calendrier?{asked}")).status_code == 200


async def test_the_calendar_shows_questionnaires_campaigns_and_letters_that_are_sent(
    site: Site, editor: Colleague
) -> None:
    questionnaire = await drafted_questionnaire(site, editor.id, DraftState.SCHEDULED)
    campaign = await drafted_campaign(site, editor.id, DraftState.PUBLISHED)
    await editor.browser.post("/console/lettre", data={"mois": "2027-01"})
    own = {
        "title": "La lettre de janvier",
        "version": "1",
        "key": "own-00000001",
        "heading-own-00000001": "Bonjour",
    }
    await editor.browser.post("/console/lettre/1", data={**own, "text-own-00000001": "À vous."})
    moment = {"day": "2027-01-27", "time": "23:30"}
    assert (await editor.browser.post("/console/lettre/1/envoi", data=moment)).status_code == 303
    page = " ".join((await editor.browser.get(f"{PATH}/calendrier?mois=2027-01")).text.split())
    assert f'href="{PATH}/questionnaires/{questionnaire}"' in page and "Questionnaire :" in page
    assert f'href="{PATH}/campagnes/{campaign}"' in page and "Le mois du train" in page
    assert 'href="/console/lettre/1"' in page and "part à 23:30" in page and "programmée" in page
    assert "Une lettre part la nuit." in page
    administrator = await colleague(site, Role.ADMINISTRATOR, email="b@grandest.fr")
    page = (await administrator.browser.get(f"{PATH}/calendrier?mois=2027-01")).text
    assert "La lettre de janvier" in page and 'href="/console/lettre/1"' not in page
