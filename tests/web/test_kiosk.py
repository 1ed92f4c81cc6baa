"""A kiosk, as the server answers it."""

import pytest

from realtime.tally import Sign
from storage.ballots import own_signs
from tests.storage.house import device
from tests.web.conftest import Site
from web.kiosks import AT_ONCE, BETWEEN_MS, is_kiosk_name, kiosk_pace
from web.record import COOKIES

ME = 1


async def test_a_code_makes_a_browser_a_kiosk_and_leaves_the_address(site: Site) -> None:
    async with site.browser() as browser:
        assert "Terminer" not in (await browser.get("/")).text
        answer = await browser.get(f"/borne?code={site.house.keys.kiosk_code('agence-metz')}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/borne")
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
    await site.house.vote(topic, device(ME), Sign.PLUS)
    async with site.browser(ME) as browser:
        await browser.get(f"/borne?code={site.house.keys.kiosk_code('agence-metz')}")
        await browser.get("/caracteres/grands")
        assert 'data-own="1"' in (await browser.get(f"/sujets/{topic}")).text
        answer = await browser.post("/borne/terminer")
        assert answer.headers["location"] == "/borne"
        assert answer.headers["clear-site-data"] == '"storage"'
        gone = {line.split("=")[0] for line in answer.headers.get_list("set-cookie") if "Max-Age=0" in line}
        assert gone == set(COOKIES) - {"borne"}
        for name in gone:
            browser.cookies.delete(name)  # this client keeps what it was given by hand, a browser does not
        page = (await browser.get(f"/sujets/{topic}")).text
        assert 'data-own=""' in page and 'data-view="hidden"' in page and "Terminer" in page
    signs = await own_signs(site.house.database, site.house.keys, device(ME), [topic])
    assert signs == {topic: Sign.PLUS}


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
