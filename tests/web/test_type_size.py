"""Large type, chosen without a program and kept."""

import pytest

from tests.web.conftest import ORIGIN, Site


async def test_whoever_chooses_large_type_reads_on_in_it_and_may_go_back(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.get("/caracteres/grands", headers={"referer": f"{ORIGIN}/profil?next=/"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/profil?next=/")
        for path in ("/profil", "/nulle-part"):
            page = (await browser.get(path)).text
            assert 'class="large-type"' in page and 'href="/caracteres/normaux"' in page
        await browser.get("/caracteres/normaux")
        assert "large-type" not in (await browser.get("/profil")).text


@pytest.mark.parametrize("cookie", ["caracteres=", "caracteres=enormes", "caracteres", "autre=grands"])
async def test_what_is_no_choice_changes_nothing(site: Site, cookie: str) -> None:
    async with site.browser() as browser:
        browser.headers["cookie"] = cookie
        assert "large-type" not in (await browser.get("/profil")).text


async def test_a_size_that_does_not_exist_is_a_missing_page(site: Site) -> None:
    assert (await site.browser().get("/caracteres/geants")).status_code == 404
