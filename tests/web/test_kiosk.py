"""A kiosk, as the server answers it."""

import httpx2
import pytest

from storage.ballots import own_signs
from tests.storage.house import device
from tests.web.conftest import Site
from web.kiosks import AT_ONCE, BETWEEN_MS, ENDED_COOKIE, is_kiosk_name, kiosk_pace
from web.record import COOKIES

ME = 1
PAGE = {"accept": "text/html"}


async def begin(site: Site, browser: httpx2.AsyncClient) -> None:
    """This browser is a kiosk, and somebody has begun."""
    await browser.get(f"/borne?code={site.house.keys.kiosk_code('agence-metz')}")
    await browser.post("/borne/commencer")


async def test_a_code_makes_a_browser_a_kiosk_and_leaves_the_address(site: Site) -> None:
    async with site.browser() as browser:
        assert "Terminer" not in (await browser.get("/")).text
        answer = await browser.get(f"/borne?code={site.house.keys.kiosk_code('agence-metz')}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/borne")
        await browser.post("/borne/commencer")
        page = await browser.get("/")
        assert 'action="/borne/terminer"' in page.text
        assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("code", ["x", "agence-metz.", ".", "agence-metz.AAAAAAAAAAAAAAAAAAAAAA", "é.é"])
async def test_a_code_that_was_not_made_here_makes_nothing(site: Site, code: str) -> None:
    async with site.browser() as browser:
        assert (await browser.get("/borne", params={"code": code})).status_code == 403
        assert "Terminer" not in (await browser.get("/")).text
        assert (await browser.get("/borne")).status_code == 403
        assert (await browser.post("/borne/commencer")).status_code == 403


async def test_whoever_comes_next_is_somebody_else(site: Site) -> None:
    topic = await site.house.topic()
    async with site.browser() as browser:
        await begin(site, browser)
        await browser.get("/caracteres/grands")
        fields = {
            "sign": "1",
            "op": "op-of-the-first",
            "first": "1",
            "topic": str(topic),
            "next": f"/sujets/{topic}",
        }
        await browser.post("/profil", data={**fields, "skip": "1"})
        assert 'data-own="1"' in (await browser.get(f"/sujets/{topic}")).text
        answer = await browser.post("/borne/terminer")
        assert answer.headers["location"] == "/borne"
        assert answer.headers["clear-site-data"] == '"storage"'
        gone = {line.split("=")[0] for line in answer.headers.get_list("set-cookie") if "Max-Age=0" in line}
        assert gone == set(COOKIES) - {"borne", "ecran-…"}
        await browser.post("/borne/commencer")
        page = (await browser.get(f"/sujets/{topic}")).text
        assert 'data-own=""' in page and 'data-view="hidden"' in page and "Terminer" in page


async def test_a_page_that_a_script_asks_for_late_ends_no_visit(site: Site) -> None:
    topic = await site.house.topic()
    async with site.browser() as browser:
        await begin(site, browser)
        await browser.get("/borne", headers={"accept": "*/*"})
        assert (await browser.get(f"/sujets/{topic}", headers=PAGE)).status_code == 200
        await browser.get("/borne", headers=PAGE)
        assert (await browser.get(f"/sujets/{topic}", headers=PAGE)).headers["location"] == "/borne"


@pytest.mark.parametrize("number", [None, ME])
async def test_nobody_is_anybody_at_a_kiosk_before_a_visit_was_begun(site: Site, number: int | None) -> None:
    """Also whoever was known to this browser before it became a kiosk."""
    topic = await site.house.topic()
    fields = {"sign": "1", "op": "op-of-nobody", "kind": "idea", "text": "Un banc", "theme": "sport"}
    async with site.browser(number) as browser:
        await browser.get(f"/borne?code={site.house.keys.kiosk_code('agence-metz')}")
        answers = [
            await browser.get(path, headers=PAGE)
            for path in ("/", f"/sujets/{topic}", "/mes-votes", "/contact")
        ]
        for path in (
            f"/sujets/{topic}/vote",
            "/profil",
            "/proposer",
            "/contact",
            f"/sujets/{topic}/arguments",
        ):
            answers.append(await browser.post(path, data=fields, headers=PAGE))
        assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/borne")}
        assert not any(
            line.startswith("imaginest=") for one in answers for line in one.headers.get_list("set-cookie")
        )
        told = await browser.post(
            f"/sujets/{topic}/vote", data=fields, headers={"accept": "application/json"}
        )
        assert (told.status_code, told.json()["code"]) == (403, "unknown-voter")
        for path in ("/borne", "/hors-connexion", "/efface", "/favicon.svg"):
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert not any(line.startswith("imaginest=2") for line in answer.headers.get_list("set-cookie"))
    signs = await own_signs(site.house.database, site.house.keys, device(ME), [topic])
    assert signs == {}


async def test_a_visit_that_the_page_has_ended_shows_nothing_more_of_anybody(site: Site) -> None:
    async with site.browser() as browser:
        await begin(site, browser)
        assert (await browser.get("/mes-votes", headers=PAGE)).status_code == 200
        browser.cookies.set(ENDED_COOKIE, "1", domain="imaginest.test")
        answer = await browser.get("/mes-votes", headers=PAGE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/borne")
        await browser.get("/borne", headers=PAGE)
        assert list(browser.cookies) == ["borne"]


async def test_the_page_between_two_people_forgets_the_first(site: Site) -> None:
    async with site.browser() as browser:
        await begin(site, browser)
        await browser.get("/borne", headers=PAGE)
        assert list(browser.cookies) == ["borne"]
        assert (await browser.get("/", headers=PAGE)).headers["location"] == "/borne"


@pytest.mark.parametrize("language", ["fr", "de", "en"])
async def test_nothing_is_promised_that_ends_with_the_visit(site: Site, language: str) -> None:
    """A page of a kiosk never says what it says at home: that something is kept on the device."""
    paths = ("/mes-votes", "/mes-idees", "/contact")
    asked = {"accept-language": language, **PAGE}
    letter = {"subject": "other", "text": "Bonjour", "op": "op-of-a-letter"}
    idea = {
        "kind": "idea",
        "text": "Un banc devant chaque mairie",
        "theme": "sport",
        "op": "op-of-an-idea",
        "step": "publish",
    }
    async with site.browser() as home, site.browser() as kiosk:
        await home.get("/", headers=asked)
        await begin(site, kiosk)
        for browser, ends in ((home, False), (kiosk, True)):
            pages = [(await browser.get(path, headers=asked)).text for path in paths]
            for path, fields in (("/contact", letter), ("/proposer", idea)):
                fields = {**fields, "op": f"{fields['op']}-{ends}"}
                sent = await browser.post(path, data=fields, headers=asked)
                assert sent.status_code == 303, path
                pages.append((await browser.get(sent.headers["location"], headers=asked)).text)
            word = {"fr": "« Terminer »", "de": "„Beenden“", "en": "“Finish”"}[language]
            found = [word in page.replace("\xa0", " ").replace("\u202f", " ") for page in pages]
            assert found == [ends] * len(pages)
            assert ('name="email"' in pages[2]) is not ends


async def test_a_kiosk_that_goes_too_fast_is_asked_to_wait_and_waits_for_no_other(site: Site) -> None:
    async with site.browser() as browser:
        await browser.get(f"/borne?code={site.house.keys.kiosk_code('agence-metz')}")
        answers = [await browser.post("/borne/commencer") for _ in range(AT_ONCE + 1)]
        assert [answer.status_code for answer in answers] == [303] * AT_ONCE + [429]
        assert "Attendez une minute" in answers[-1].text
        assert 1 <= int(answers[-1].headers["retry-after"]) <= BETWEEN_MS // 1000
        await browser.get(f"/borne?code={site.house.keys.kiosk_code('agence-nancy')}")
        assert (await browser.post("/borne/commencer")).status_code == 303


def test_a_kiosk_that_has_rested_may_begin_again() -> None:
    pace = kiosk_pace()
    now = 1_000_000
    while pace.take("a", now):
        pass
    assert pace.take("a", now + BETWEEN_MS)
    assert not pace.take("a", now + BETWEEN_MS)


@pytest.mark.parametrize("name", ["", "Metz", "a.b", "a b", "x" * 41, "é"])
def test_a_name_that_would_not_fit_in_a_code_is_none(name: str) -> None:
    assert not is_kiosk_name(name) and is_kiosk_name("agence-metz")
