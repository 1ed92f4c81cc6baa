"""What the legal pages say is what the program does: tables, cookies, browser storage and works of others."""

import json
import re
import tomllib

import pytest

from storage.tables import METADATA
from tests.project.checkout import files, text_of
from tests.running import ROOT
from tests.web.conftest import Site
from web.catalogue import load_catalogue
from web.kiosks import ENDED_COOKIE
from web.record import COOKIES, SHELVES, TABLES, WORKS, Kept
from web.site import Site as Deployment


def program(*kinds: str) -> str:
    """All that runs, without its tests."""
    parts = ("server", "web", "channels", "storage", "realtime")
    paths = (path.relative_to(ROOT) for path in files() if path.suffix in kinds)
    return "\n".join(
        text_of(ROOT / path) for path in paths if path.parts[0] in parts and "tests" not in path.parts
    )


def test_every_table_is_named_once() -> None:
    named = [table for tables in TABLES.values() for table in tables]
    assert sorted(named) == sorted(METADATA.tables)
    assert set(TABLES) == set(Kept)


def test_every_cookie_is_named_with_its_days() -> None:
    code = program(".py")
    constants = re.findall(r'^\w*COOKIE = "([\w-]+)"', code, re.M)
    assert {re.sub("-$", "-…", name) for name in constants} == set(COOKIES), "… stands for a hall"
    for first in re.findall(r"\.set_cookie\(\s*([^,\s]+)", code):
        assert re.fullmatch(r"\w*COOKIE", first), "a cookie's name is a constant, or it is not found here"
    assert set(re.findall(r"^MAX_AGE = (\d+) \* 86_400$", code, re.M)) == {
        str(days) for days in COOKIES.values() if days
    }


def test_everything_that_the_browser_keeps_is_named() -> None:
    code = program(".ts")
    keys = r'^const (?:KEY|PREFIX|DRAFT|ERASED) = "(imaginest\.\w+)\.?"'
    assert set(re.findall(keys, code, re.M)) == set(SHELVES)
    for first in re.findall(r"\.setItem\(\s*([^,\s]+)", code):
        assert first in {"KEY", "PREFIX", "DRAFT", "ERASED", "key", "key:"}, (
            "a name in the browser's storage is a constant, or it is not found here"
        )
    assert "indexedDB" not in code
    assert re.findall(r"document\.cookie = `(.+?)=", code) == ["${ENDED_COOKIE}"]
    assert re.findall(r'^const ENDED_COOKIE = "(.+)"', code, re.M) == [ENDED_COOKIE]


def test_every_entry_is_said_whole() -> None:
    sections = load_catalogue().sections
    for section in ("kept", "kept-what", "kept-why", "kept-seen", "kept-until"):
        assert set(sections[section]) == {str(one) for one in Kept}
    assert set(sections["cookie"]) == set(COOKIES) and set(sections["shelf"]) == set(SHELVES)


def test_every_work_of_others_is_thanked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    needed = {re.split(r"[^\w-]", one)[0] for one in project}
    package = json.loads((ROOT / "web/frontend/package.json").read_text())
    assert {work.name for work in WORKS} == needed | set(package["dependencies"])


@pytest.mark.parametrize("address", ["/mentions-legales", "/donnees-personnelles", "/accessibilite"])
async def test_what_the_deployment_has_not_told_is_seen_to_be_missing(site: Site, address: str) -> None:
    assert 'class="missing"' in (await site.browser().get(address)).text


async def test_what_the_deployment_tells_stands_on_the_pages(site: Site) -> None:
    texts = ("L'éditeur", "La directrice", "L'hébergeur <b>", "dpo@region.example", "Un contact")
    publisher, director, hosting, privacy, contact = texts
    site.deploy(
        Deployment(
            publisher=publisher,
            director=director,
            hosting=hosting,
            privacy_contact=privacy,
            accessibility_contact=contact,
            appeal_days=45,
        )
    )
    pages = [
        (await site.browser().get(address)).text
        for address in ("/mentions-legales", "/donnees-personnelles", "/accessibilite", "/credits")
    ]
    assert not any('class="missing"' in page for page in pages)
    assert "hébergeur &lt;b&gt;" in pages[0] and "La directrice" in pages[0]
    assert privacy in pages[1] and "45\u00a0jours après la fin" in pages[1] and contact in pages[2]
