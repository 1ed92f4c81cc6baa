"""Posting without JavaScript: form, preview, sending, and following what became of it."""

import re
from html import unescape

import httpx2
import pytest

from storage.follow_up import tell_follow_up
from storage.posts import POSTS_AN_HOUR, posts_of, publish, refuse, waiting
from storage.topics import close_topic, list_topics
from storage.values_follow_up import FollowUp, FollowUpStep
from storage.values_posts import Post, PostingRules, PostReason, PostRefusal, PostStatus
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.test_pages import text_of
from web.catalogue import load_catalogue
from web.post_text import TextFault
from web.posting import Checked, Draft, DraftFault, Step, check, read_draft, read_step

ME, OTHER = 1, 2
TEXT = "Un train de nuit de Strasbourg à Nice"
FORM = {"kind": "idea", "text": TEXT, "theme": "transports", "op": "abcdefgh-1"}
SEND = FORM | {"step": "publish"}


async def mine(site: Site, number: int = ME) -> list[Post]:
    return await posts_of(site.house.database, site.house.keys.author(device(number)))


async def sent(site: Site, **fields: str) -> Post:
    answer = await site.browser(ME).post("/proposer", data=SEND | fields)
    assert answer.status_code == 303
    return (await mine(site))[0]


async def published(site: Site, post: Post) -> int:
    done = await publish(site.house.database, site.house.keys, post.id, PostingRules(), site.house.clock[0])
    assert isinstance(done, Post) and done.topic is not None
    return done.topic


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found[1])


def test_a_form_is_read_as_it_was_typed() -> None:
    assert read_draft({"kind": "debate", "text": " a\n", "op": object()}) == Draft("debate", " a\n", "", "")
    assert read_draft({"departement": "55"}).departement == "55"
    assert [read_step({"step": step}) for step in ("edit", "publish", "x", "")] == [
        Step.EDIT,
        Step.PUBLISH,
        Step.PREVIEW,
        Step.PREVIEW,
    ]


def test_every_fault_is_named() -> None:
    assert check(Draft("question", "", ""), {"sport"}) == {
        "kind": DraftFault.NO_KIND,
        "text": TextFault.NO_TEXT,
        "theme": DraftFault.NO_THEME,
    }
    assert check(Draft("argument", "Des trains", "magie"), {"sport"}) == {
        "kind": DraftFault.NO_KIND,
        "theme": PostRefusal.UNKNOWN_THEME,
    }
    assert check(Draft("idea", "Des trains", "sport", departement="75"), {"sport"}) == {
        "departement": DraftFault.UNKNOWN_DEPARTEMENT
    }
    assert isinstance(check(Draft("idea", "Des trains", "sport"), {"sport"}), Checked)


def test_every_fault_reason_and_status_has_a_sentence() -> None:
    sections = load_catalogue().sections
    codes = {*map(str, DraftFault), *map(str, TextFault), *map(str, PostRefusal)}
    assert set(sections["post-faults"]) == codes
    assert all(one.endswith(".") and "!" not in one for one in sections["post-faults"].values())
    assert set(sections["post-reason"]) == set(map(str, PostReason))
    assert set(sections["post-status"]) == set(sections["post-status-told"]) == set(map(str, PostStatus))


async def test_the_form_offers_every_theme_with_its_explanation(site: Site) -> None:
    page = (await site.browser(ME).get("/proposer")).text
    themes = re.findall(r'name="theme" value="([a-z-]+)"', page)
    assert len(themes) == 16 and themes[-1] == "vie-citoyenne"
    assert set(themes) == set(load_catalogue().sections["theme-told"])
    assert "TER, cars, lignes scolaires" in page


async def test_an_idea_goes_through_its_preview_to_the_moderator_and_is_followed(site: Site) -> None:
    async with site.browser(ME) as browser:
        preview = await browser.post("/proposer", data=FORM | {"text": f"  {TEXT}\r\n", "step": "preview"})
        assert preview.status_code == 200 and TEXT in preview.text
        assert "Idée citoyenne" in preview.text and "Transports" in preview.text
        assert await mine(site) == []
        fields = {name: value_of(preview.text, name) for name in ("kind", "text", "theme", "op")}
        answer = await browser.post("/proposer", data=fields | {"step": "publish"})
        [post] = await mine(site)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/mes-idees/{post.id}")
        assert (post.text, post.status) == (TEXT, PostStatus.WAITING)
        assert "attend un modérateur" in text_of((await browser.get(f"/mes-idees/{post.id}")).text)
        assert "En attente" in text_of((await browser.get("/mes-idees")).text)
        assert TEXT not in (await browser.get("/")).text
        topic = await published(site, post)
        assert f'href="/sujets/{topic}"' in (await browser.get("/mes-idees")).text
        for path in ("/mes-idees", f"/mes-idees/{post.id}"):
            assert "Réponse attendue le 27 janvier 2027" in text_of((await browser.get(path)).text)
        told = FollowUp(topic, FollowUpStep.ANSWERED, site.house.clock[0], "Oui.")
        await tell_follow_up(site.house.database, told)
        for path in ("/mes-idees", f"/mes-idees/{post.id}"):
            page = (await browser.get(path)).text
            assert f'href="/sujets/{topic}#suivi">La Région a répondu' in page
            assert "Réponse attendue" not in page
        assert TEXT in (await browser.get("/")).text


async def test_the_departement_that_an_idea_is_about_goes_along_to_its_page_and_the_search(
    site: Site,
) -> None:
    async with site.browser(ME) as browser:
        form = (await browser.get("/proposer?departement=55")).text
        assert '<option value="">tout le Grand Est</option>' in form and '"55" selected>Meuse<' in form
        wrong = await browser.post("/proposer", data=FORM | {"departement": "75", "step": "preview"})
        assert wrong.status_code == 400 and "pas dans la liste" in wrong.text and TEXT in wrong.text
        preview = (await browser.post("/proposer", data=FORM | {"departement": "55", "step": "preview"})).text
        assert '<span class="facts-place">Meuse</span>' in preview
        names = ("kind", "text", "theme", "op", "departement")
        fields = {name: value_of(preview, name) for name in names}
        back = (await browser.post("/proposer", data=fields | {"step": "edit"})).text
        assert '"55" selected>Meuse<' in back
        await browser.post("/proposer", data=fields | {"step": "publish"})
        [post] = await mine(site)
        assert "Meuse" in text_of((await browser.get("/mes-idees")).text.split('class="own-post')[-1])
        topic = await published(site, post)
        for address in ("/", f"/sujets/{topic}", "/recherche?departement=55"):
            assert '<span class="facts-place">Meuse</span>' in (await browser.get(address)).text, address
        assert TEXT not in (await browser.get("/recherche?departement=57")).text


async def test_changing_ones_mind_at_the_preview_keeps_the_text(site: Site) -> None:
    page = (await site.browser(ME).post("/proposer", data=FORM | {"step": "edit", "kind": "debate"})).text
    assert f">\n{TEXT}</textarea>" in page
    assert 'value="debate" checked' in page and 'value="transports" checked' in page


async def test_a_double_tap_makes_one_post(site: Site) -> None:
    async with site.browser(ME) as browser:
        answers = [await browser.post("/proposer", data=SEND) for _ in range(3)]
    assert {answer.headers["location"] for answer in answers} == {f"/mes-idees/{(await mine(site))[0].id}"}
    assert len(await mine(site)) == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"text": "x" * 141}, "Votre texte compte 141 signes."),
        ({"text": "👨‍👩‍👧‍👦" * 140}, "Dites-le avec des mots"),
        ({"text": "bon" + "\u0316" * 30}, "trop d'accents superposés"),
        ({"text": "Des \u202etrains"}, "change le sens de lecture"),
        ({"text": "\u200b\u200b"}, "Écrivez votre idée"),
        ({"text": "Des\x00trains"}, "caractère invisible"),
        ({"text": "javascript:alert(1)"}, "ni lien ni adresse"),
        (
            {"text": "Écrivez à Marie Dupont, marie@exemple.org, ou sur https://exemple.org"},
            "ni lien ni adresse de site ou de messagerie : retirez-les",
        ),
        ({"theme": "magie"}, "Nous ne connaissons pas cette thématique"),
        ({"theme": ""}, "Choisissez la thématique"),
        ({"kind": "question"}, "Choisissez si vous proposez"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "publish"])
async def test_what_is_wrong_is_said_and_the_rest_is_kept(
    site: Site, fields: dict[str, str], told: str, step: str
) -> None:
    answer = await site.browser(ME).post("/proposer", data=FORM | fields | {"step": step})
    assert answer.status_code == 400
    assert told in text_of(answer.text)
    typed = (FORM | fields)["text"]
    assert typed in unescape(answer.text)
    assert await mine(site) == []


async def test_a_text_of_a_hundred_kilobytes_is_told_to_be_too_long(site: Site) -> None:
    for path, fields in (("/proposer", FORM | {"step": "preview"}), ("/contact", {"subject": "autre"})):
        answer = await site.browser(ME).post(path, data=fields | {"text": "a" * 500_000})
        assert answer.status_code == 413
        assert "Votre texte est beaucoup trop long pour ce formulaire" in text_of(answer.text)
    answer = await site.browser(ME).post("/proposer", data=FORM | {"text": "ab " * 3000, "step": "preview"})
    assert "Votre texte compte 8 999 signes." in text_of(answer.text)


async def test_html_and_template_syntax_are_text(site: Site) -> None:
    text = "<script>alert(1)</script> {{ 7 * 7 }} & {% raw %}"
    async with site.browser(ME) as browser:
        preview = (await browser.post("/proposer", data=FORM | {"text": text})).text
        post = await sent(site, text=text)
        await published(site, post)
        for page in (preview, (await browser.get("/mes-idees")).text, (await browser.get("/")).text):
            assert "<script>alert" not in page
            assert text in unescape(page)


async def test_too_many_posts_are_told_kindly_and_the_text_is_kept(site: Site) -> None:
    async with site.browser(ME) as browser:
        for n in range(POSTS_AN_HOUR):
            await browser.post("/proposer", data=SEND | {"op": f"abcdefgh-{n}"})
        answer = await browser.post("/proposer", data=SEND | {"op": "abcdefgh-9", "text": "Une de plus"})
        assert answer.status_code == 429 and answer.headers["retry-after"] == "3600"
        assert "trois textes en une heure" in text_of(answer.text)
        assert "revenez dans 60 minutes" in text_of(answer.text)
        site.house.clock[0] += 48 * 60_000 + 500
        later = await browser.post("/proposer", data=SEND | {"op": "abcdefgh-8"})
        assert later.headers["retry-after"] == "720" and "revenez dans 12 minutes" in text_of(later.text)
        site.house.clock[0] += 720_000
        again = await browser.post("/proposer", data=SEND | {"op": "abcdefgh-7"})
        assert again.status_code == 303, "who comes then is not refused"
    assert value_of(answer.text, "text") == "Une de plus"


async def test_a_form_that_was_used_already_or_is_broken_gets_a_fresh_one(site: Site) -> None:
    await sent(site)
    async with site.browser(ME) as browser:
        for fields, status in (({"text": "Autre chose"}, 409), ({"op": "x"}, 400)):
            answer = await browser.post("/proposer", data=SEND | fields)
            assert answer.status_code == status
            assert value_of(answer.text, "text") == (SEND | fields)["text"]
            again = await browser.post("/proposer", data=SEND | fields | {"op": value_of(answer.text, "op")})
            assert again.status_code == 303


async def test_without_a_cookie_the_text_is_kept_and_can_be_sent_with_one(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.post("/proposer", data=SEND)
        assert answer.status_code == 400
        assert "Nous ne reconnaissons pas votre navigateur" in text_of(answer.text)
        assert TEXT in unescape(answer.text)
        assert (await browser.post("/proposer", data=SEND)).status_code == 303
    assert len(await waiting(site.house.database)) == 1


async def test_a_form_of_another_site_posts_nothing(site: Site) -> None:
    async with site.browser(ME) as browser:
        answer = await browser.post("/proposer", data=SEND, headers={"origin": "http://elsewhere.test"})
    assert answer.status_code == 403
    assert await mine(site) == []


async def test_while_nothing_can_be_stored_the_text_stays_on_the_page(site: Site) -> None:
    database = site.house.database
    database._waiting += 10_000  # as many writes as are never let in
    answer = await site.browser(ME).post("/proposer", data=SEND)
    database._waiting -= 10_000
    assert answer.status_code == 503
    assert value_of(answer.text, "text") == TEXT and value_of(answer.text, "op") == SEND["op"]
    assert (await site.browser(ME).post("/proposer", data=SEND)).status_code == 303


async def test_nobody_else_sees_or_withdraws_a_post(site: Site) -> None:
    post = await sent(site)
    async with site.browser(OTHER) as other:
        assert (await other.get(f"/mes-idees/{post.id}")).status_code == 404
        assert (await other.post(f"/mes-idees/{post.id}/retirer")).status_code == 404
        assert TEXT not in (await other.get("/mes-idees")).text
    assert (await site.browser().get(f"/mes-idees/{post.id}")).status_code == 404
    assert (await site.browser().post(f"/mes-idees/{post.id}/retirer")).status_code == 400
    assert (await mine(site)) == [post]


@pytest.mark.parametrize("is_published", [False, True])
async def test_its_author_withdraws_a_post(site: Site, is_published: bool) -> None:
    post = await sent(site)
    if is_published:
        await published(site, post)
    async with site.browser(ME) as browser:
        answer = await browser.post(f"/mes-idees/{post.id}/retirer")
        assert answer.headers["location"] == f"/mes-idees/{post.id}"
        page = (await browser.get(f"/mes-idees/{post.id}")).text
        assert "Votre texte est retiré" in text_of(page) and "/retirer" not in page
        assert TEXT not in (await browser.get("/")).text
        if is_published:
            for address in ("/sujets/1", "/sujets/1/partager", "/sujets/1/arguments", "/integrer/1"):
                gone = await browser.get(address)
                assert (gone.status_code, TEXT in gone.text) == (410, False)
                assert "Ce sujet a été retiré" in gone.text
    assert await list_topics(site.house.database) == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (str(PostReason.DUPLICATE), "Une idée très proche est déjà publiée"),
        ("Déjà <b>fait</b>", "Déjà <b>fait</b>"),
    ],
)
async def test_a_refusal_says_why(site: Site, reason: str, told: str) -> None:
    post = await sent(site)
    await refuse(site.house.database, post.id, reason, site.house.clock[0])
    page = (await site.browser(ME).get("/mes-idees")).text
    assert "Non publié" in page and told in unescape(page) and "<b>" not in page


async def test_ideas_that_say_the_same_are_offered_instead(site: Site) -> None:
    topic = await published(site, await sent(site))
    async with site.browser(OTHER) as browser:
        text = "des TRAINS de nuits vers nice"
        found = (await browser.get("/similaires", params={"texte": text})).json()
        assert found == [
            {"id": topic, "title": TEXT, "language": "fr", "voters": 0, "url": f"/sujets/{topic}"}
        ]
        preview = (await browser.post("/proposer", data=FORM | {"text": text})).text
        assert f'href="/sujets/{topic}">Voter plutôt pour celle-ci' in preview
        await close_topic(site.house.database, topic, site.house.clock[0])
        assert (await browser.get("/similaires", params={"texte": text})).json() == []
        for nothing in ("", "\x00", "%_'", "x" * 10_000):
            assert (await browser.get("/similaires", params={"texte": nothing})).json() == []


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "9" * 30, "٣"])
async def test_a_wrong_page_of_ones_posts_harms_nothing(site: Site, wrong: str) -> None:
    await sent(site)
    answer: httpx2.Response = await site.browser(ME).get("/mes-idees", params={"avant": wrong})
    assert answer.status_code == 200


async def test_how_posts_stand_is_told_to_their_author_alone_and_once(site: Site) -> None:
    post = await sent(site)
    async with site.browser(ME) as browser:
        first = await browser.get("/mes-idees/etat")
        assert first.json() == {str(post.id): "waiting"}
        known = {"if-none-match": first.headers["etag"]}
        assert (await browser.get("/mes-idees/etat", headers=known)).status_code == 304
        await published(site, post)
        assert (await browser.get("/mes-idees/etat", headers=known)).json() == {str(post.id): "published"}
    assert (await site.browser(OTHER).get("/mes-idees/etat")).json() == {}
    assert (await site.browser().get("/mes-idees/etat")).json() == {}
