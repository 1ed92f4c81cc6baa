"""The pages on which editors keep themes and directions in order."""

import re

import pytest

from storage.follow_up import follow_ups
from storage.referents import idea
from storage.themes import list_directions, theme_entries
from storage.values_staff import Role
from tests.storage.test_referents import idea_of
from tests.web.conftest import Site
from tests.web.staffed import Colleague, colleague, invite
from web.console.themes import DIRECTIONS, PATH

OP = "abcdefghijklmnop"


@pytest.fixture
async def editor(site: Site) -> Colleague:
    return await colleague(site, Role.EDITOR)


async def theme(site: Site, slug: str) -> int:
    return next(one.id for one in await theme_entries(site.house.database) if one.slug == slug)


async def test_a_theme_is_added_and_offered_to_citizens(site: Site, editor: Colleague) -> None:
    await editor.browser.post(DIRECTIONS, data={"name": "Climat", "op": OP})
    (direction,) = await list_directions(site.house.database)
    form = {"name": "Énergie <b>", "direction": str(direction.id), "op": OP}
    answer = await editor.browser.post(PATH, data=form)
    page = (await editor.browser.get(answer.headers["location"])).text
    assert "Énergie &lt;b&gt;" in page and "enregistré" in page and "Climat" in page
    citizen = site.browser(1)
    for path in ("/", "/proposer", "/recherche"):
        assert "Énergie &lt;b&gt;" in (await citizen.get(path)).text
    for wrong, told in (({"name": " "}, "Écrivez un nom"), ({"op": "x"}, "incomplet")):
        refused = await editor.browser.post(PATH, data={**form, "op": f"{OP}2", "name": "Autre", **wrong})
        assert refused.status_code == 400 and told in refused.text


async def test_a_retired_theme_is_searched_but_not_chosen(site: Site, editor: Colleague) -> None:
    await site.house.topic()
    sport, citizen = await theme(site, "sport"), site.browser(1)
    await editor.browser.post(f"{PATH}/{sport}/retrait", data={"into": "retired"})
    assert 'value="sport"' not in (await citizen.get("/proposer")).text
    assert 'value="sport"' in (await citizen.get("/recherche")).text
    assert 'value="sport"' not in (await editor.browser.get("/console/redaction/nouveau")).text
    assert "Retirées" in (await editor.browser.get(PATH)).text
    await editor.browser.post(f"{PATH}/{sport}/retrait", data={"into": "offered"})
    assert 'value="sport"' in (await citizen.get("/proposer")).text


async def test_two_who_rename_at_once_do_not_overwrite_each_other(site: Site, editor: Colleague) -> None:
    sport = await theme(site, "sport")
    await editor.browser.post(f"{PATH}/{sport}", data={"name": "Sports", "number": "0"})
    late = await editor.browser.post(f"{PATH}/{sport}", data={"name": "Les sports", "number": "0"})
    assert late.status_code == 409 and 'value="Les sports"' in late.text and "entre-temps" in late.text
    for path in (f"{PATH}/99", f"{PATH}/{10**20}"):
        assert (await editor.browser.get(path)).status_code == 404


async def test_the_order_is_that_of_the_home_page(site: Site, editor: Colleague) -> None:
    async def chips() -> list[str]:
        return re.findall(r'href="/recherche\?theme=([a-z-]+)"', (await site.browser(1).get("/")).text)

    before = await chips()
    await editor.browser.post(f"{PATH}/{await theme(site, before[1])}/rang", data={"into": "up"})
    assert await chips() == [before[1], before[0], *before[2:]]
    page = (await editor.browser.get(PATH)).text
    orders = page.partition("order-versions")[2].partition("</details>")[0].split("<li>")[1:]
    assert "de la place 2 à la place 1" in orders[0] and "Agent" in orders[0] and "origine" in orders[1]
    names = [re.findall(r"[0-9]+\. ([^·<]+?) *[·<]", one) for one in orders]
    assert len(orders) == 2 and names[0] == [names[1][1], names[1][0], *names[1][2:]]


async def test_who_answers_for_a_theme_is_the_administrators_to_say(site: Site, editor: Colleague) -> None:
    chief = await colleague(site, Role.ADMINISTRATOR, email="chief@grandest.fr")
    rose, _ = await invite(site, Role.REFERENT, email="rose@grandest.fr", themes="sport")
    culture = f"{PATH}/{await theme(site, 'culture')}"
    assert "choisis par l" in (await editor.browser.get(culture)).text
    form = {"staff": str(rose), "into": "in"}
    assert (await editor.browser.post(f"{culture}/referents", data=form)).status_code == 403
    assert (await chief.browser.post(f"{culture}/referents", data=form)).status_code == 303
    assert "Agent rose@grandest.fr" in (await editor.browser.get(culture)).text
    await chief.browser.post(f"{culture}/referents", data={**form, "into": "out"})
    sport = f"{PATH}/{await theme(site, 'sport')}"
    only = await chief.browser.post(f"{sport}/referents", data={**form, "into": "out"})
    assert only.status_code == 400 and "sa seule thématique" in only.text
    nobody = await chief.browser.post(f"{culture}/referents", data={**form, "staff": str(editor.id)})
    assert nobody.status_code == 400 and "pas ce rôle" in nobody.text


async def test_a_referent_finds_the_direction_of_the_theme_filled_in(site: Site, editor: Colleague) -> None:
    await editor.browser.post(DIRECTIONS, data={"name": "Jeunesse et sports", "op": OP})
    (direction,) = await list_directions(site.house.database)
    sport = await theme(site, "sport")
    form = {"name": "Sport", "direction": str(direction.id), "number": "0"}
    await editor.browser.post(f"{PATH}/{sport}", data=form)
    referent = await colleague(site, Role.REFERENT, email="r@grandest.fr", themes="sport")
    topic = await idea_of(site.house, "sport")
    page = (await referent.browser.get(f"/console/reponses/{topic}")).text
    assert page.count("Jeunesse et sports") == 2  # in the field, and among what is proposed
    assert await idea(site.house.database, topic) is not None
    assert [one.step for one in await follow_ups(site.house.database, topic)] == []


async def test_a_direction_is_named_otherwise_and_retired(site: Site, editor: Colleague) -> None:
    await editor.browser.post(DIRECTIONS, data={"name": "Climat", "op": OP})
    (direction,) = await list_directions(site.house.database)
    here = f"{DIRECTIONS}/{direction.id}"
    await editor.browser.post(here, data={"name": "Climat et eau", "op": OP})
    assert "Climat et eau" in (await editor.browser.get(DIRECTIONS)).text
    long = await editor.browser.post(here, data={"name": "x" * 121, "op": OP})
    assert long.status_code == 400 and "trop long" in long.text
    await editor.browser.post(f"{here}/retrait", data={"into": "retired"})
    assert "(retirée)" in (await editor.browser.get(DIRECTIONS)).text
    assert "Climat et eau" not in (await editor.browser.get(PATH)).text
