"""The pages on which editors write pages, and the pages that citizens read."""

import pytest

from storage.pages import get_page
from storage.values_staff import Role
from tests.web.conftest import Site
from tests.web.staffed import Colleague, colleague
from web.console.comparing import Fate, Piece, compare
from web.console.pages import PATH

FORM = {
    "title": "Nos <b>engagements</b>",
    "text": "# D'abord\r\nUn <i>texte</i>.\r\n\r\n- un\r\n- deux\r\n\r\n[La recherche](/recherche)",
    "listed": "1",
    "op": "abcdefghijklmnop",
}


@pytest.fixture
async def editor(site: Site) -> Colleague:
    return await colleague(site, Role.EDITOR)


async def begun(editor: Colleague) -> str:
    """Its address at the console."""
    answer = await editor.browser.post(PATH, data=FORM)
    return answer.headers["location"].partition("?")[0]


async def test_a_page_is_written_published_and_read(site: Site, editor: Colleague) -> None:
    here, citizen = await begun(editor), site.browser(1)
    address = "/pages/nos-b-engagements-b"
    assert (await citizen.get(address)).status_code == 404
    await editor.browser.post(f"{here}/publier", data={"number": "1"})
    page = await citizen.get(address)
    assert page.status_code == 200
    for part in (
        "<h1>Nos &lt;b&gt;engagements&lt;/b&gt;</h1>",
        "<h2>D&#39;abord</h2>",
        "Un &lt;i&gt;texte&lt;/i&gt;.",
        "<li>deux</li>",
        '<a href="/recherche">La recherche</a>',
    ):
        assert part in page.text, part
    listed = (await citizen.get("/comment-ca-marche")).text
    assert f'<a href="{address}">Nos &lt;b&gt;engagements&lt;/b&gt;</a>' in listed
    await editor.browser.post(f"{here}/retirer", data={"number": "1"})
    assert (await citizen.get(address)).status_code == 404
    assert address not in (await citizen.get("/comment-ca-marche")).text


async def test_an_introduction_stands_above_what_the_program_says(site: Site, editor: Colleague) -> None:
    for number, address, own in (
        (1, "/comment-ca-marche", "Un appareil, un vote par sujet"),
        (2, "/mentions-legales", "Les questions et propositions de la Région sont rédigées par ses services"),
    ):
        here = f"{PATH}/{number}"
        form = {"title": "Ignoré", "text": "Un <b>mot</b> de la présidente.", "number": "0", "listed": "1"}
        await editor.browser.post(here, data=form)
        assert "présidente" not in (await site.browser(1).get(address)).text
        preview = (await editor.browser.get(f"{here}/apercu/page")).text
        assert "Un &lt;b&gt;mot&lt;/b&gt; de la présidente." in preview and own in preview
        await editor.browser.post(f"{here}/publier", data={"number": "1"})
        page = (await site.browser(1).get(address)).text
        assert "Un &lt;b&gt;mot&lt;/b&gt; de la présidente." in page and own in page and "Ignoré" not in page
        assert page.index("présidente") < page.index(own)
        assert (await site.browser(1).get(f"/pages{address}")).status_code == 404
    for address in ("/donnees-personnelles", "/accessibilite", "/credits"):
        assert "présidente" not in (await site.browser(1).get(address)).text


async def test_versions_are_compared_and_restored(site: Site, editor: Colleague) -> None:
    here = await begun(editor)
    await editor.browser.post(here, data={**FORM, "text": "Un autre texte.", "number": "1"})
    compared = (await editor.browser.get(f"{here}/comparer?de=1&a=2")).text
    assert "<del>" in compared and "autre" in compared.partition("<ins>")[2]
    await editor.browser.post(f"{here}/version", data={"version": "1", "number": "2"})
    found = await get_page(site.house.database, int(here.rpartition("/")[2]))
    assert found is not None and found.number == 3 and found.content.text.startswith("# D'abord\nUn")
    page = (await editor.browser.get(here)).text
    assert "Version 3" in page and "comparer?de=1&amp;a=2" in page
    for wrong in ("de=1&a=99", "de=x&a=1", ""):
        assert (await editor.browser.get(f"{here}/comparer?{wrong}")).status_code == 404


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(site: Site, editor: Colleague) -> None:
    here = await begun(editor)
    for wrong, status, told in (
        ({"text": "[ici](javascript:alert(1))\ngardez-moi"}, 400, "Un lien ne va pas"),
        ({"text": "gardez-moi", "title": " "}, 400, "Écrivez un titre"),
        ({"text": "gardez-moi", "number": "7"}, 409, "entre-temps"),
    ):
        answer = await editor.browser.post(here, data={**FORM, "number": "1", **wrong})
        assert answer.status_code == status and told in answer.text and "gardez-moi" in answer.text
    for path in (f"{PATH}/99", f"{PATH}/{10**20}", f"{PATH}/99/apercu", f"{PATH}/99/apercu/page"):
        assert (await editor.browser.get(path)).status_code == 404


def fates(before: str, after: str) -> list[list[tuple[Fate, str]]]:
    return [[(piece.fate, piece.text) for piece in line] for line in compare(before, after)]


def test_a_changed_word_is_told_within_its_line() -> None:
    assert fates("un\nle train rouge\ntrois", "un\nle train bleu\ntrois\nquatre") == [
        [(Fate.KEPT, "un")],
        [(Fate.KEPT, "le train "), (Fate.REMOVED, "rouge"), (Fate.ADDED, "bleu")],
        [(Fate.KEPT, "trois")],
        [(Fate.ADDED, "quatre")],
    ]


def test_both_texts_can_be_read_out_of_a_comparison() -> None:
    before, after = "a b c\n\nd e f\ng", "a x c\nd e\n\ng h\ni"
    lines = compare(before, after)

    def side(*wanted: Fate) -> str:
        kept = [[piece.text for piece in line if piece.fate in wanted] for line in lines]
        return "\n".join("".join(parts) for parts in kept if parts)

    def told(text: str) -> str:
        return "".join(text.split())

    assert told(side(Fate.KEPT, Fate.REMOVED)) == told(before)
    assert told(side(Fate.KEPT, Fate.ADDED)) == told(after)
    assert compare("", "") == [] and compare("a", "a") == [(Piece(Fate.KEPT, "a"),)]
