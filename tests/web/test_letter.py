"""The letter's pages: the same answer to everybody, and nothing that a mail scanner could set off."""

import json
import re
from collections.abc import Mapping

import pytest

from storage import letter, outbox
from storage.values_contact import PUBLIC, Block, BlockKind, Issue, NewMail
from tests.storage.house import beside
from tests.web.conftest import Site
from tests.web.test_pages import text_of

ADDRESS = "camille@exemple.fr"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
FORM = {"email": ADDRESS, "op": "op-letter-1"}


async def mail_of(site: Site) -> NewMail:
    """The mail that is due next."""
    house = site.house
    claimed = await outbox.claim(house.database, house.keys, house.clock[0])
    assert claimed is not None
    await outbox.mark_sent(house.database, claimed, house.clock[0])
    return claimed.mail


def link_in(mail: NewMail) -> str:
    [link] = re.findall(re.escape(PUBLIC) + r"(/\S+)", mail.text)
    assert f'href="{PUBLIC}{link}"' in mail.html
    return str(link)


async def subscribed(site: Site) -> NewMail:
    """Somebody subscribes and confirms; their welcome."""
    await site.browser(1).post("/lettre", data=FORM)
    answer = await site.browser().post(link_in(await mail_of(site)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/lettre/inscrit")
    return await mail_of(site)


async def addresses(site: Site) -> list[str]:
    return list((await letter.subscribers(site.house.database, site.house.keys)).values())


async def test_an_address_is_subscribed_by_the_button_and_not_by_the_link(site: Site) -> None:
    await site.browser().post("/lettre", data=FORM)
    link = link_in(await mail_of(site))
    for _ in range(3):
        page = await site.browser().get(link)
        assert page.status_code == 200 and ADDRESS in page.text
    await site.browser().head(link)
    assert await addresses(site) == []
    await site.browser().post(link)
    await site.browser().post(link)
    assert await addresses(site) == [ADDRESS]
    assert (await mail_of(site)).subject == "Vous recevrez la lettre d'Imagin'Est"
    assert not await outbox.is_due(site.house.database, site.house.clock[0])


async def test_a_known_address_and_an_unknown_one_are_answered_alike(site: Site) -> None:
    await subscribed(site)
    known = await site.browser(2).post("/lettre", data=FORM | {"op": "op-letter-2"})
    unknown = await site.browser(2).post("/lettre", data={"email": "b@exemple.fr", "op": "op-letter-3"})
    assert (known.status_code, known.headers["location"]) == (303, "/lettre/presque")
    assert [*known.headers.items(), known.text] == [*unknown.headers.items(), unknown.text]
    assert (await mail_of(site)).subject == "Vous recevez déjà la lettre d'Imagin'Est"
    assert "Confirmez" in (await mail_of(site)).subject


async def test_a_double_tap_is_one_mail_and_a_corrected_address_another(site: Site) -> None:
    for email in (ADDRESS, ADDRESS, "camille@exemple.com"):
        await site.browser(1).post("/lettre", data=FORM | {"email": email})
    assert beside(site.house.url, "SELECT COUNT(*) FROM mail") == [(2,)]


async def test_a_wrong_address_comes_back_with_what_to_do(site: Site) -> None:
    answer = await site.browser(1).post("/lettre", data=FORM | {"email": "a@b.fr,c@d.fr"})
    assert answer.status_code == 400
    assert 'value="a@b.fr,c@d.fr"' in answer.text and "une seule adresse" in text_of(answer.text)
    assert not await outbox.is_due(site.house.database, site.house.clock[0])


async def test_a_mail_scanner_that_opens_every_link_unsubscribes_nobody(site: Site) -> None:
    link = link_in(await subscribed(site))
    for method in ("GET", "HEAD", "OPTIONS"):
        await site.browser().request(method, link)
    assert await addresses(site) == [ADDRESS]


async def test_a_mail_programs_button_unsubscribes_without_cookie_origin_or_redirect(site: Site) -> None:
    mail = await subscribed(site)
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail.headers["List-Unsubscribe"].removeprefix(f"<{PUBLIC}").removesuffix(">")
    assert link == link_in(mail)
    browser = site.browser()
    del browser.headers["origin"]
    refused = await browser.post(link, data={"something": "else"})
    assert refused.status_code == 400 and await addresses(site) == [ADDRESS]
    for form in ({"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}):
        answer = await browser.post(link, **form)
        assert answer.status_code == 200 and "Vous êtes désabonné" in text_of(answer.text)
        assert await addresses(site) == []


async def test_a_person_unsubscribes_by_the_pages_button(site: Site) -> None:
    link = link_in(await subscribed(site))
    page = (await site.browser(5).get(link)).text
    [(name, value)] = re.findall(r'<button [^>]*name="([^"]+)" value="([^"]+)"', page)
    assert "désabonné" in text_of((await site.browser(5).post(link, data={name: value})).text)
    assert await addresses(site) == []


@pytest.mark.parametrize("kind", ["confirmation", "desabonnement"])
async def test_an_altered_link_says_what_to_do(site: Site, kind: str) -> None:
    for token in ("x", "A" * 43, "A" * 4000, "%00", "é"):
        for method in ("GET", "POST"):
            answer = await site.browser(1).request(method, f"/lettre/{kind}/{token}", data=ONE_CLICK)
            assert answer.status_code == 400
            assert "Ce lien est incomplet" in text_of(answer.text)


async def test_only_that_address_may_be_posted_to_from_anywhere(site: Site) -> None:
    link = link_in(await subscribed(site))
    token = link.rsplit("/", 1)[1]
    for path in (
        "/contact",
        "/lettre",
        f"/lettre/confirmation/{token}",
        "/lettre/desabonnement/",
        f"/lettre/desabonnement/{token}/",
        f"/lettre/desabonnement/{token}/../../../contact",
        f"/x/lettre/desabonnement/{token}",
        f"//lettre/desabonnement/{token}",
        f"{link}\n",
    ):
        assert await posted(site, path, {}) == (403, "missing-origin")
        assert await posted(site, path, {b"origin": b"https://elsewhere.test"}) == (403, "foreign-origin")
    assert await posted(site, link, {}, method="DELETE") == (403, "missing-origin")
    assert await addresses(site) == [ADDRESS]


async def posted(
    site: Site, path: str, headers: Mapping[bytes, bytes], method: str = "POST"
) -> tuple[int, str]:
    """Status and code of what the gate answers to a path as it is, which a client would tidy up."""
    said: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        said.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"host", b"imaginest.test"), *headers.items()],
    }
    await site.app(scope, receive, send)
    code = json.loads(bytes(said[1]["body"]))["code"]  # type: ignore[call-overload]
    return int(str(said[0]["status"])), code


async def test_a_letter_is_shown_and_markup_in_it_is_text(site: Site) -> None:
    blocks = (
        Block(BlockKind.PARAGRAPH, "<script>alert(1)</script>"),
        Block(BlockKind.ITEMS, items=("<b>un</b>",)),
        Block(BlockKind.LINK, "Voter", href="/sujets/1?a=1&b=2"),
    )
    await letter.store_issue(site.house.database, Issue(7, "La <i>septième</i>", blocks, 1))
    await letter.store_issue(site.house.database, Issue(8, "Un brouillon", (), None))
    page = (await site.browser().get("/lettre/7")).text
    assert "&lt;script&gt;" in page and "<b>un" not in page and "La &lt;i&gt;" in page
    assert 'href="/sujets/1?a=1&amp;b=2"' in page
    archive = (await site.browser().get("/lettre/archives")).text
    assert 'href="/lettre/7"' in archive and "brouillon" not in archive
    for path in ("/lettre/8", "/lettre/9", f"/lettre/{2**40}"):
        assert (await site.browser().get(path)).status_code == 404
