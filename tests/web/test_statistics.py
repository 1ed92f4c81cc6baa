"""Statistics for everybody, without JavaScript, over a real database."""

import asyncio
import csv
import json
import re
from html import unescape
from io import StringIO
from typing import Any

import pytest

from realtime.disclosure import ResultPolicy
from realtime.tally import AgeBand, Cell, Departement, Sex, Sign
from storage.topics import create_topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from tests.storage.house import START, House, device
from tests.web.conftest import Site
from web.statistics.board import INTERVAL_MS
from web.statistics.downloads import TableName
from web.statistics.population import population

OPEN = TopicRules(0, None)
SHOWN = TopicRules(0, None, results=ResultPolicy.ALWAYS)
AT_CLOSE = TopicRules(0, START + 3_600_000, results=ResultPolicy.AT_CLOSE)
WOMAN = Cell(Departement.MEUSE, Sex.WOMAN, AgeBand.FROM_75)


async def topic(house: House, rules: TopicRules, title: str = "Une question ?", theme: str = "sport") -> int:
    new = NewTopic(TopicKind.IDEA, title, theme, rules, provenance=Provenance.SIMULATED)
    return (await create_topics(house.database, house.keys, [new], house.clock[0]))[0]


async def votes(
    house: House, where: int, plus: int, minus: int, cell: Cell | None = None, first: int = 0
) -> None:
    for number in range(plus + minus):
        if cell is not None:
            await house.tell(device(first + number), cell)
        await house.vote(where, device(first + number), Sign.PLUS if number < plus else Sign.MINUS)


def later(site: Site) -> None:
    """Until the figures are counted again."""
    site.house.clock[0] += INTERVAL_MS + 60_000


async def everything(site: Site, number: int | None = None) -> dict[str, str]:
    """All that the statistics publish, by address."""
    later(site)
    browser = site.browser(number)
    addresses = ["/statistiques", "/statistiques?thematique=sport", "/statistiques/direct"]
    addresses += [f"/statistiques/{name}.{kind}" for name in TableName for kind in ("csv", "json")]
    addresses += ["/statistiques/representativite"]
    answers = {address: await browser.get(address) for address in addresses}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {address: answer.text for address, answer in answers.items()}


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def live(site: Site) -> dict[str, Any]:
    later(site)
    found: dict[str, Any] = (await site.browser().get("/statistiques/direct")).json()
    return found


async def test_a_fresh_database_says_honestly_that_there_is_nothing(site: Site) -> None:
    page = text_of((await site.browser().get("/statistiques")).text)
    assert "Aucun vote ces trente derniers jours" in page
    assert page.count("Aucun sujet pour l'instant.") == 4
    pairs = text_of((await site.browser().get("/statistiques/representativite")).text)
    assert pairs.count("Trop peu de réponses pour comparer.") == 3
    for name in TableName:
        assert (await site.browser().get(f"/statistiques/{name}.csv")).status_code == 200


async def test_what_was_voted_is_what_is_shown(site: Site) -> None:
    shown, hidden = await topic(site.house, SHOWN), await topic(site.house, OPEN, theme="culture")
    await votes(site.house, shown, 30, 10)
    await votes(site.house, hidden, 7, 0)
    found = await live(site)
    assert (
        found["numbers"]
        | {
            "votes": 47,
            "topics": 2,
            "open-topics": 2,
            "theme:sport": 40,
            "theme:culture": 7,
            "theme:sante": 0,
        }
        == found["numbers"]
    )
    assert found["themes"]["sport"] == ["sun", 75]
    assert found["themes"]["culture"] == ["fog", None]
    assert sum(value for key, value in found["numbers"].items() if key.startswith("day:")) == 47
    page = (await site.browser().get("/statistiques")).text
    assert 'data-number="votes">47<' in page
    assert "Grand soleil" in page
    assert "Votes simulés" in page


async def test_a_hidden_topic_leaves_no_ratio_anywhere(site: Site) -> None:
    """Everything published is the same, to the byte, whichever way people vote."""
    published = []
    for sign in (Sign.PLUS, Sign.MINUS):
        for rules in (OPEN, AT_CLOSE):
            where = await topic(site.house, rules, f"Sujet {rules.results}")
            site.house.clock[0] = START
            for number in range(40):
                await site.house.tell(device(number), WOMAN)
                await site.house.vote(where, device(number), sign)
        site.house.clock[0] = START
        published.append(await live(site))
    before, after = published
    assert after["maps"] == before["maps"]
    assert after["lists"]["loved"] == after["lists"]["divided"] == []
    assert all(weather == ["fog", None] for weather in after["themes"].values())
    assert all(item["plus"] is None for item in after["lists"]["most-voted"] + after["lists"]["rising"])


async def test_signs_on_hidden_topics_change_no_byte(site: Site) -> None:
    where = await topic(site.house, OPEN)
    await votes(site.house, where, 40, 0, WOMAN)
    before = await everything(site)
    for number in range(40):  # everybody changes their mind, and blocks are sealed
        await site.house.vote(where, device(number), Sign.MINUS)
    after = await everything(site)
    for address, content in before.items():
        moved = re.sub(r"Chiffres du [^<]*", "", after[address])
        assert moved == re.sub(r"Chiffres du [^<]*", "", content), address


async def test_one_more_vote_changes_no_group_until_its_block_is_full(site: Site) -> None:
    where = await topic(site.house, SHOWN)
    await votes(site.house, where, 10, 0, WOMAN)
    kept = ("participation", "meteo", "representativite")
    pages = {address: content for address, content in (await everything(site)).items()}
    for number in range(10, 19):
        await votes(site.house, where, 1, 0, WOMAN, first=number)
        now = await everything(site)
        for name in kept:
            for kind in ("csv", "json"):
                assert now[f"/statistiques/{name}.{kind}"] == pages[f"/statistiques/{name}.{kind}"]
        assert (
            json.loads(now["/statistiques/direct"])["maps"]
            == json.loads(pages["/statistiques/direct"])["maps"]
        )
    await votes(site.house, where, 1, 0, WOMAN, first=19)
    now = await everything(site)
    assert now["/statistiques/participation.csv"] != pages["/statistiques/participation.csv"]


async def test_figures_are_counted_once_in_an_interval(site: Site) -> None:
    where = await topic(site.house, SHOWN)
    browser = site.browser()
    first = await browser.get("/statistiques/direct")
    await votes(site.house, where, 3, 0)
    again = await browser.get("/statistiques/direct", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    later(site)
    after = await browser.get("/statistiques/direct", headers={"if-none-match": first.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["numbers"]["votes"] == 3


async def test_a_title_cannot_become_a_formula_in_a_spreadsheet(site: Site) -> None:
    title = '=HYPERLINK("http://x";"oui") ; « non »'
    await votes(site.house, await topic(site.house, SHOWN, title), 1, 0)
    later(site)
    answer = await site.browser().get("/statistiques/classements.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0][:4] == ["liste", "rang", "sujet", "titre"]
    assert [row[3] for row in rows[1:]] == ["'" + title, "'" + title]
    assert answer.content.endswith(b"\r\n")


@pytest.mark.parametrize("address", ["/statistiques/bulletins.csv", "/statistiques/x.json"])
async def test_a_table_of_another_name_is_not_there(site: Site, address: str) -> None:
    assert (await site.browser().get(address)).status_code == 404


async def test_the_map_shows_the_theme_that_was_chosen(site: Site) -> None:
    await votes(site.house, await topic(site.house, SHOWN), 30, 0, WOMAN)
    await votes(site.house, await topic(site.house, SHOWN, theme="culture"), 0, 30, WOMAN)
    later(site)
    browser = site.browser()
    ratios = []
    for query in ("", "?thematique=sport", "?thematique=culture", "?thematique=<script>"):
        page = (await browser.get("/statistiques" + query)).text
        found = re.search(r'data-place-row="55">.*?place-share">(\d+)', page, re.S)
        assert found
        ratios.append(int(found[1]))
    assert ratios == [50, 100, 0, 50]


async def test_the_topics_own_page_shows_nothing_before_the_vote(site: Site) -> None:
    where = await topic(site.house, OPEN)
    await votes(site.house, where, 20, 10, WOMAN)
    stranger = site.browser(99)
    page = (await stranger.get(f"/sujets/{where}/representativite")).text
    assert "ne se montrent pas encore" in text_of(page)
    assert "pair-bars" not in page
    for kind in ("csv", "json"):
        assert (await stranger.get(f"/sujets/{where}/representativite.{kind}")).status_code == 403
    voter = site.browser(3)
    page = text_of((await voter.get(f"/sujets/{where}/representativite")).text)
    assert "Trop peu de réponses pour redresser." in page
    answer = (await voter.get(f"/sujets/{where}/representativite.json")).json()
    assert answer["weighted"] is None
    assert [row["voters"] for row in answer["rows"] if row["code"] == "75+"] == [30]
    assert (await voter.get("/sujets/999/representativite")).status_code == 404


async def test_a_topic_of_many_is_weighted(site: Site) -> None:
    """Everybody votes, but those of 20 to 39 years four times as often, and they are for."""
    where = await topic(site.house, SHOWN)
    cells = [Cell(*cell) for cell in population() for _ in range(24 if cell[2] is AgeBand.FROM_20 else 6)]
    for number, cell in enumerate(cells):
        await site.house.tell(device(number), cell)
    signs = [Sign.PLUS if cell.age is AgeBand.FROM_20 else Sign.MINUS for cell in cells]
    await asyncio.gather(*(site.house.vote(where, device(number), sign) for number, sign in enumerate(signs)))
    answer = (await site.browser().get(f"/sujets/{where}/representativite.json")).json()
    young = sum(n for (_, _, age), n in population().items() if age is AgeBand.FROM_20)
    assert answer["weighted"]["plus"] == pytest.approx(young / sum(population().values()), abs=0.03)
    page = text_of((await site.browser().get(f"/sujets/{where}/representativite")).text)
    assert re.search(r"Redressé \+ (2[6-9]|30)\W", page)
    assert (
        "Les 20 à 39 ans sont environ deux fois plus nombreux parmi les votants que parmi les habitants"
        in page
    )
    assert "Les 40 à 59 ans sont moitié moins nombreux" in page
    assert "Les habitants du Bas-Rhin sont moitié moins nombreux" in page
    assert "Les 75 ans et plus sont" not in page
    await everything(site)  # pooled: one topic of many
    pooled = text_of((await site.browser().get("/statistiques/representativite")).text)
    assert "Les 20 à 39 ans sont environ deux fois plus nombreux" in pooled
    assert "Aucun groupe ne s'écarte" in pooled
