"""The journal's page and table, as an administrator's browser asks for them."""

import csv
import re
from io import StringIO

import pytest

from storage import audit
from storage.values_audit import Action, SubjectKind
from storage.values_staff import Role
from tests.web.conftest import Site
from tests.web.staffed import Colleague, colleague, invite
from web.csv_text import csv_bytes

DAY = 86_400_000


async def wrote(site: Site, who: int | None, action: Action, kind: SubjectKind, id: object) -> None:
    clock = site.house.clock
    await site.house.database.write(
        lambda connection: audit.note(connection, who, action, kind, id, {"title": f"objet {id}"}, clock[0])
    )


@pytest.fixture
async def administrator(site: Site) -> Colleague:
    return await colleague(site, Role.ADMINISTRATOR)


async def objects(someone: Colleague, query: str) -> list[str]:
    """The subjects of the lines that the page shows of a search, the newest first."""
    page = await someone.browser.get(f"/console/journal?{query}")
    assert page.status_code == 200
    return re.findall(r"objet ([^<\s]+)", page.text)


async def test_lines_are_found_by_who_what_on_what_and_when(site: Site, administrator: Colleague) -> None:
    other, _ = await invite(site, Role.EDITOR, email="b@grandest.fr")
    await wrote(site, administrator.id, Action.POST_REFUSED, SubjectKind.POST, 12)
    await wrote(site, other, Action.LETTER_BEGUN, SubjectKind.LETTER, 3)
    site.house.clock[0] += 2 * DAY
    await administrator.sign_in()
    await wrote(site, other, Action.LETTER_EDITED, SubjectKind.LETTER, 12)
    for query, found in (
        ("", ["12", "3", "12"]),
        (f"personne={other}", ["12", "3"]),
        ("action=letter-begun", ["3"]),
        ("sorte=letter", ["12", "3"]),
        ("objet=12", ["12", "12"]),
        ("objet=12&sorte=post", ["12"]),
        ("du=2027-01-16", ["12"]),
        ("au=2027-01-15", ["3", "12"]),
        ("du=2030-01-01", []),
        ("personne=x&action=nope&sorte=nope&du=demain&avant=-1", ["12", "3", "12"]),
    ):
        assert await objects(administrator, query) == found, query
    assert "Aucune ligne" in (await administrator.browser.get("/console/journal?objet=404")).text


async def test_what_was_asked_stays_asked_on_the_pages_that_follow(
    site: Site, administrator: Colleague
) -> None:
    for number in range(audit.MOST_LINES + 1):
        await wrote(site, administrator.id, Action.POST_APPROVED, SubjectKind.POST, number)
        await wrote(site, None, Action.TOPIC_PUBLISHED, SubjectKind.DRAFT, "autre")
    page = (await administrator.browser.get("/console/journal?sorte=post")).text
    older = re.search(r'href="/console/journal(\?[^"]+)">Plus anciennes', page)
    assert older and "sorte=post" in older[1]
    assert await objects(administrator, older[1].removeprefix("?").replace("&amp;", "&")) == ["0"]
    assert "sans compte" in (await administrator.browser.get("/console/journal?sorte=draft")).text


async def table(someone: Colleague, query: str) -> list[dict[str, str]]:
    answer = await someone.browser.get(f"/console/journal.csv?{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="journal.csv"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


async def test_the_same_lines_are_taken_away_as_a_table_that_computes_nothing(
    site: Site, administrator: Colleague
) -> None:
    await wrote(site, administrator.id, Action.POST_REFUSED, SubjectKind.POST, 7)
    await wrote(site, None, Action.POST_REFUSED, SubjectKind.POST, '=HYPERLINK("https://x";"oui")')
    evil, plain = await table(administrator, "sorte=post")
    assert evil["objet"] == '\'=HYPERLINK("https://x";"oui")' and evil["personne"] == ""
    assert (plain["objet"], plain["action"], plain["detail"]) == ("7", "post-refused", '{"title": "objet 7"}')
    assert plain["date"].startswith("2027-01-15T") and plain["date"].endswith("+01:00")
    [taken] = await table(administrator, "action=journal-exported")
    assert taken["detail"] == '{"lines": 2}' and taken["personne"] == "Agent a@grandest.fr"


@pytest.mark.parametrize(
    "evil",
    ["=1+1", "+33 6", "-2", "@SOMME(A1)", "\t=1", "\r=1", " =1", "\u00a0@x", "\n+1", "\uff1d1+1", "\uff20x"],
)
def test_a_cell_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(evil: str) -> None:
    written = csv_bytes([evil], [[evil, "a=b", -2]]).decode().removeprefix("\ufeff")
    rows = list(csv.reader(StringIO(written, newline=""), delimiter=";"))
    assert rows == [["'" + evil], ["'" + evil, "a=b", "-2"]]


@pytest.mark.parametrize("path", ["/console/journal", "/console/journal.csv"])
async def test_only_administrators_read_it(site: Site, path: str) -> None:
    editor = await colleague(site, Role.EDITOR, Role.MODERATOR)
    assert (await editor.browser.get(path)).status_code == 403
    assert (await site.browser(1).get(path)).status_code == 303
