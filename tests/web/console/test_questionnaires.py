"""The pages on which editors write questionnaires, as their browsers ask for them."""

import re

import pytest

from storage.drafts import get_draft, revisions_of
from storage.publication import keep_schedule
from storage.topics import list_topics
from storage.values_drafts import DraftState
from storage.values_questionnaire_drafts import NEXT, QuestionnaireContent
from storage.values_staff import Role
from tests.web.conftest import Site
from tests.web.console.test_drafts import made
from tests.web.drafted import MINUTE, drafted_questionnaire
from tests.web.staffed import Colleague, colleague
from web.console.local_instant import write_instant

PATH = "/console/redaction/questionnaires"
FORM = {
    "title": "Vos <b>trajets</b>",
    "body": "Deux minutes.",
    "steps": "2",
    "step-1-title": "Prenez-vous le train ?",
    "step-1-theme": "transports",
    "step-1-plus": "next",
    "step-1-minus": "end",
    "step-1-skip": "2",
    "step-2-title": "Est-il à l'heure ?",
    "step-2-theme": "transports",
    "step-2-plus": "next",
    "step-2-minus": "next",
    "step-2-skip": "end",
    "results": "after-vote",
    "headline": "live",
    "op": "abcdefghijklmnop",
}


@pytest.fixture
async def editor(site: Site) -> Colleague:
    return await colleague(site, Role.EDITOR)


async def content(site: Site, draft: int) -> QuestionnaireContent:
    found = await get_draft(site.house.database, draft, QuestionnaireContent)
    assert found is not None
    return found.content


def plain(page: str) -> str:
    return re.sub("[\u202f\xa0]", " ", page).replace("&#39;", "'").replace("’", "'")


async def test_it_is_begun_saved_and_taken_back(site: Site, editor: Colleague) -> None:
    draft = made(await editor.browser.post(PATH, data=FORM))
    assert made(await editor.browser.post(PATH, data=FORM)) == draft  # pressed twice
    kept = await content(site, draft)
    assert [(step.plus, step.minus, step.skip) for step in kept.steps] == [
        (NEXT, None, 2),
        (NEXT, NEXT, None),
    ]
    changed = {**FORM, "title": "Autrement", "number": "1"}
    assert made(await editor.browser.post(f"{PATH}/{draft}", data=changed)) == draft
    late = await editor.browser.post(f"{PATH}/{draft}", data={**FORM, "title": "Le mien", "number": "1"})
    assert late.status_code == 409 and 'value="Le mien"' in late.text
    await editor.browser.post(f"{PATH}/{draft}/version", data={"version": "1", "number": "2"})
    assert await content(site, draft) == kept
    assert len(await revisions_of(site.house.database, draft)) == 3
    listed = (await editor.browser.get("/console/redaction")).text
    assert f'href="{PATH}/{draft}"' in listed and "Vos &lt;b&gt;trajets" in listed


async def test_questions_are_added_moved_and_taken_away_with_nothing_kept(
    site: Site, editor: Colleague
) -> None:
    page = await editor.browser.post(PATH, data={**FORM, "change": "add"})
    assert page.status_code == 200 and "Ce n'est pas encore enregistré" in plain(page.text)
    assert 'name="step-3-title"' in page.text
    moved = await editor.browser.post(PATH, data={**FORM, "change": "down-1"})
    first = re.search(r'name="step-1-title"[^>]*value="([^"]*)"', moved.text)
    assert first and plain(first[1]) == "Est-il à l'heure ?"
    draft = await drafted_questionnaire(site, editor.id)
    await editor.browser.post(f"{PATH}/{draft}", data={**FORM, "number": "1", "change": "remove-2"})
    assert len(await revisions_of(site.house.database, draft)) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": " "}, "Écrivez un titre"),
        ({"step-2-title": "é" * 141}, "plus de 140 signes"),
        ({"step-2-body": "x" * 4001}, "4 000 signes"),
        ({"step-1-theme": ""}, "Choisissez une thématique"),
        ({"step-1-theme": "nulle-part"}, "Choisissez une thématique"),
        ({"step-1-plus": "3"}, "réponses de la liste"),
        ({"step-1-plus": "nulle part"}, "réponses de la liste"),
        ({"results": "never"}, "réponses de la liste"),
        ({"steps": "0"}, "Le parcours a un défaut"),
        ({"opens": "2027-04-02T10:00", "closes": "2027-04-01T10:00"}, "avant de s'ouvrir"),
        ({"op": "x"}, "formulaire est incomplet"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    site: Site, editor: Colleague, wrong: dict[str, str], told: str
) -> None:
    answer = await editor.browser.post(PATH, data={**FORM, "body": "gardez-moi", **wrong})
    assert answer.status_code == 400 and told in plain(answer.text) and "gardez-moi" in answer.text


async def test_ways_that_are_wrong_are_kept_said_and_not_published(site: Site, editor: Colleague) -> None:
    closes = write_instant(site.house.clock[0] + MINUTE * 10)
    form = {**FORM, "closes": closes, "step-2-plus": "1", "step-1-plus": "end", "step-1-skip": "end"}
    draft = made(await editor.browser.post(PATH, data=form))
    page = plain((await editor.browser.get(f"{PATH}/{draft}")).text)
    assert "La question 2 n'est jamais posée" in page and "jamais posée</text>" in page
    assert "Question 2, après + : la question 1 est placée avant elle" in page
    refused = await editor.browser.post(f"{PATH}/{draft}/publier", data={"number": "1"})
    assert refused.status_code == 400 and "Le parcours a un défaut" in plain(refused.text)
    assert await list_topics(site.house.database) == []


async def test_the_preview_shows_each_question_and_the_end_as_citizens_see_them(
    site: Site, editor: Colleague
) -> None:
    draft = await drafted_questionnaire(site, editor.id)
    around = await editor.browser.get(f"{PATH}/{draft}/apercu?question=2")
    assert f'src="{PATH}/{draft}/apercu/page?question=2"' in around.text
    page = await editor.browser.get(f"{PATH}/{draft}/apercu/page?question=2")
    assert "Est-il à l" in page.text and "page-questionnaire" in page.text
    assert f'href="{PATH}/{draft}/apercu/page?question=1"' in page.text
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    end = await editor.browser.get(f"{PATH}/{draft}/apercu/page?question=fin")
    assert "Merci" in end.text and end.text.count('class="topic card"') == 2
    assert await list_topics(site.house.database) == []
    assert (await site.browser(1).get(f"{PATH}/{draft}/apercu/page")).status_code == 303
    for path in (f"{PATH}/99", f"{PATH}/{10**20}", f"{PATH}/99/apercu", f"{PATH}/99/apercu/page"):
        assert (await editor.browser.get(path)).status_code == 404


async def test_no_sort_of_draft_is_reached_through_another(site: Site, editor: Colleague) -> None:
    draft = await drafted_questionnaire(site, editor.id)
    for path in (f"/console/redaction/{draft}", f"/console/redaction/{draft}/apercu/page"):
        assert (await editor.browser.get(path)).status_code == 404
    answer = await editor.browser.post(f"/console/redaction/{draft}/publier", data={"number": "1"})
    assert answer.status_code == 404 and await list_topics(site.house.database) == []


async def test_scheduled_it_opens_by_the_clock_and_is_ended_with_a_reason(
    site: Site, editor: Colleague
) -> None:
    draft = await drafted_questionnaire(site, editor.id, DraftState.SCHEDULED)
    house, citizen = site.house, site.browser(1)
    assert "Vos trajets" not in (await citizen.get("/")).text
    house.clock[0] += MINUTE
    assert await keep_schedule(house.database, house.keys, house.clock[0]) == 1
    assert "Vos trajets" in (await citizen.get("/")).text
    words = {**FORM, "title": "Vos chemins", "step-1-title": "Prenez-vous le tramway ?", "number": "1"}
    assert made(await editor.browser.post(f"{PATH}/{draft}/corriger", data=words)) == draft
    page = (await citizen.get("/questionnaires/1")).text
    assert "le tramway" in page and "Texte corrigé le" in page
    await editor.browser.post(f"{PATH}/{draft}/arreter", data={"reason": "La ligne <i>ferme</i>."})
    page = (await citizen.get("/questionnaires/1")).text
    assert "La ligne &lt;i&gt;ferme" in page and "Ce questionnaire est terminé" in page
