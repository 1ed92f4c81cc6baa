"""Which language a visitor reads."""

import pytest

from storage.values import TopicRules
from tests.web.conftest import ORIGIN, Site
from web.catalogue import Language
from web.language import language_of

FRENCH = Language.FRENCH


@pytest.mark.parametrize(
    "wishes",
    ["", "fr", "fr-FR,fr;q=0.9", "xx", "*", "de-DE;q=abc", ",,;q=,", "fr;q=0", "fr;q=nan", "é" * 3000],
)
def test_whoever_asks_for_nothing_that_we_speak_reads_french(wishes: str) -> None:
    assert language_of({b"accept-language": wishes.encode("utf-8")}) is FRENCH


@pytest.mark.parametrize("cookie", ["langue=fr", "langue=klingon", "langue=", "langue", 'langue="', "a=b"])
def test_a_cookie_that_names_no_language_of_ours_chooses_none(cookie: str) -> None:
    assert language_of({b"cookie": cookie.encode()}) is FRENCH


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("de", Language.GERMAN),
        ("de-AT,de;q=0.9,en;q=0.8", Language.GERMAN),
        ("lb, de-LU;q=0.8, fr;q=0.6", Language.GERMAN),
        ("pl, en-US; q=0.7, fr; q=0.6", Language.ENGLISH),
        ("en;q=0.2,fr;q=0.4", FRENCH),
    ],
)
def test_the_best_wish_that_we_speak_is_read(wishes: str, language: Language) -> None:
    assert language_of({b"accept-language": wishes.encode()}) is language


def test_what_was_chosen_goes_before_what_the_browser_asks_for() -> None:
    headers = {b"cookie": b"imaginest=x; langue=de", b"accept-language": b"fr"}
    assert language_of(headers) is Language.GERMAN


async def test_a_choice_leads_back_to_the_page_and_lasts(site: Site) -> None:
    topic = await site.house.topic()
    async with site.browser() as browser:
        before = f"{ORIGIN}/sujets/{topic}"
        answer = await browser.get("/langue/de", headers={"referer": before})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sujets/{topic}")
        page = await browser.get(f"/sujets/{topic}")
    assert '<html lang="de">' in page.text
    assert page.headers["content-language"] == "de"
    assert page.headers["vary"] == "accept-language, cookie"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ORIGIN + "/?page=2", "/?page=2"),
        (ORIGIN + "/nulle-part", "/"),
        ("http://elsewhere.test/profil", "/"),
        ("", "/"),
        ("http://[", "/"),
    ],
)
async def test_a_choice_never_leads_to_what_cannot_be_read(site: Site, before: str, after: str) -> None:
    answer = await site.browser().get("/langue/en", headers={"referer": before})
    assert (answer.status_code, answer.headers["location"]) == (303, after)


async def test_a_choice_below_an_answered_form_leads_to_its_topic(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, 1))
    async with site.browser(1) as browser:
        refused = await browser.post(f"/sujets/{topic}/vote", data={"sign": "1", "op": "abcdefgh-1"})
        assert refused.status_code == 409
        answer = await browser.get("/langue/de", headers={"referer": f"{ORIGIN}/sujets/{topic}/vote"})
    assert answer.headers["location"] == f"/sujets/{topic}"


async def test_a_language_that_we_do_not_speak_is_not_found(site: Site) -> None:
    assert (await site.browser().get("/langue/tlh")).status_code == 404
