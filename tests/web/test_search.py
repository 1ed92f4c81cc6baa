"""The search without JavaScript, over a real database."""

import re

import pytest

from realtime.disclosure import ResultPolicy
from realtime.tally import Departement, Sign
from storage.follow_up import tell_follow_up
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules, TopicState
from storage.values_follow_up import FollowUp, FollowUpStep
from storage.values_search import A_PAGE, Answer, Order, Query, Who
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.test_pages import CELL, ME, VOTE, text_of
from web.citizen.search import read_query, search_address
from web.searches import DEVICE

THEMES = frozenset({"sport", "culture"})
NOW = 1_800_000_000_000
OPEN = TopicRules(0, None, results=ResultPolicy.ALWAYS)


async def store(site: Site, *titles: str, **more: object) -> list[int]:
    new = [NewTopic(TopicKind.IDEA, title, "sport", OPEN, **more) for title in titles]  # type: ignore[arg-type]
    return await create_topics(site.house.database, site.house.keys, new, 0)


def shown(page: str) -> list[str]:
    return re.findall(r'<h3 class="card-title">\s*<a[^>]*>([^<]+)<', page)


def test_an_address_says_what_is_looked_for_and_comes_back_the_same() -> None:
    query = Query(
        "vélo & train",
        "sport",
        TopicState.OPEN,
        Who.CITIZENS,
        Departement.MEUSE,
        Answer.GIVEN,
        Order.POPULAR,
        3,
    )
    asked = dict(re.findall(r"(\w+)=([^&]*)", search_address(query, 3)))
    assert asked.pop("mots") == "v%C3%A9lo%20%26%20train"
    assert read_query(asked | {"mots": " vélo  &\ntrain "}, THEMES) == query
    assert search_address(Query()) == "/recherche"


@pytest.mark.parametrize("wrong", ["", "x", "planned", "99", "\0", "-1", "é" * 5000, "sport' OR 1=1"])
def test_what_is_wrong_in_an_address_is_as_if_it_were_not_there(wrong: str) -> None:
    asked = dict.fromkeys(("theme", "etat", "qui", "departement", "reponse", "tri"), wrong) | {"page": "-1"}
    assert read_query(asked, THEMES) == Query()
    assert read_query({"etat": "closed", "tri": "closing"}, THEMES).order is Order.RECENT


async def test_words_find_cards_that_take_a_vote_and_come_back(site: Site) -> None:
    found, _ = await store(site, "Des vélos dans le train", "Autre chose", departement=Departement.MEUSE)
    await site.house.tell(device(ME), CELL)
    async with site.browser(ME) as browser:
        page = (await browser.get("/recherche?mots=TRAIN+v%C3%A9lo")).text
        assert shown(page) == ["Des vélos dans le train"]
        assert "1 sujet" in text_of(page) and "Meuse" in text_of(page.split('class="facts"')[1])
        back = re.search(r'name="next" value="([^"]+)"', page)
        assert back is not None
        answer = await browser.post(f"/sujets/{found}/vote", data=VOTE | {"next": back[1]})
        assert answer.headers["location"] == f"/recherche?mots=TRAIN%20v%C3%A9lo#sujet-{found}"
        assert 'data-own="1"' in (await browser.get(answer.headers["location"])).text


async def test_the_form_says_again_what_was_chosen(site: Site) -> None:
    page = (
        await site.browser().get("/recherche?mots=%22%3Cb%3E&theme=sport&departement=55&tri=popular")
    ).text
    assert 'value="&#34;&lt;b&gt;"' in page
    assert re.findall(r'<option value="(\w+)" selected>', page) == ["sport", "55", "popular"]
    without = "/recherche?mots=%22%3Cb%3E&amp;departement=55&amp;tri=popular"
    assert f'<a class="chip chip-chosen" href="{without}">' in page and "Retirer le filtre Sport" in text_of(
        page
    )


async def test_what_the_region_has_answered_is_found_by_a_filter(site: Site) -> None:
    answered, _ = await store(site, "Des vélos", "Des trains")
    told = FollowUp(answered, FollowUpStep.ANSWERED, site.house.clock[0], "Oui.")
    await tell_follow_up(site.house.database, told)
    page = (await site.browser().get("/recherche?reponse=given")).text
    assert shown(page) == ["Des vélos"]
    assert "Retirer le filtre Avec une réponse" in text_of(page)
    assert '<option value="given" selected>' in page
    assert shown((await site.browser().get("/recherche")).text) == ["Des trains", "Des vélos"]


async def test_nothing_found_says_what_to_try(site: Site) -> None:
    await store(site, "Des vélos")
    page = (await site.browser().get("/recherche?mots=dinosaure&etat=closed")).text
    assert "Aucun sujet ne répond à « dinosaure »" in text_of(page).replace("\u00a0", " ")
    assert 'href="/proposer"' in page and 'href="/recherche?mots=dinosaure"' in page


async def test_words_that_are_none_show_everything_and_say_so(site: Site) -> None:
    await store(site, "Des vélos")
    page = (await site.browser().get("/recherche?mots=%25")).text
    assert shown(page) == ["Des vélos"]
    assert "pas de mot à chercher" in text_of(page)


@pytest.mark.parametrize(
    "mots", ["%00", "%25_%25", "%27%22%3B--", "(.%2A)%2B", "%C3%A9" * 10_000, "%FF%FE", "%F0%9F%9A%B2"]
)
async def test_strange_words_are_harmless_through_both_doors(site: Site, mots: str) -> None:
    await store(site, "Des vélos")
    async with site.browser() as browser:
        assert (await browser.get(f"/recherche?mots={mots}")).status_code == 200
        assert (await browser.get(f"/similaires?texte={mots}")).json() == []


async def test_pages_keep_what_is_looked_for(site: Site) -> None:
    await store(site, *(f"Vélo {n:02}" for n in range(A_PAGE + 1)))
    page = (await site.browser().get("/recherche?mots=v%C3%A9lo&tri=popular")).text
    assert len(shown(page)) == A_PAGE
    assert 'href="/recherche?mots=v%C3%A9lo&amp;tri=popular&amp;page=2#resultats" rel="next"' in page
    last = (await site.browser().get("/recherche?mots=v%C3%A9lo&tri=popular&page=7")).text
    assert len(shown(last)) == 1 and "Page 2 sur 2" in text_of(last)
    assert "/recherche?mots=v%C3%A9lo&amp;tri=popular&amp;page=2#sujet-" in last


async def test_the_home_page_leads_to_the_search(site: Site) -> None:
    page = (await site.browser().get("/")).text
    assert 'action="/recherche"' in page and 'href="/recherche?theme=sport"' in page


async def test_similar_topics_as_a_program_reads_them(site: Site) -> None:
    first, *_ = await store(site, "Un train de nuit vers Nice", "Autre chose")
    await site.house.vote(first, device(7), Sign.PLUS)
    answer = await site.browser().get("/similaires", params={"texte": "des trains de nuit"})
    assert answer.json() == [
        {
            "id": first,
            "title": "Un train de nuit vers Nice",
            "language": "fr",
            "voters": 1,
            "url": f"/sujets/{first}",
        }
    ]
    assert answer.headers["cache-control"].startswith("private")
    assert (await site.browser().get("/similaires")).json() == []


async def test_who_searches_too_fast_waits_keeps_the_words_and_holds_up_nobody_else(site: Site) -> None:
    await store(site, "Des trains de nuit")
    site.house.clock[0] = NOW
    path = "/recherche?mots=trains+de+nuit&theme=sport"
    async with site.browser(ME) as browser:
        for _ in range(DEVICE[1]):
            assert (await browser.get(path)).status_code == 200
        refused = await browser.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert 'value="trains de nuit"' in refused.text and "Vos recherches se suivent" in refused.text
        assert shown(refused.text) == [] and '<option value="sport" selected>' in refused.text
        similar = await browser.get("/similaires?texte=des+trains+de+nuit")
        assert (similar.status_code, similar.headers["retry-after"]) == (429, "1")
        assert similar.json()["code"] == "too-fast" and "Attendez" in similar.json()["message"]
        assert shown((await site.browser(ME + 1).get(path)).text) == ["Des trains de nuit"]
        site.house.clock[0] += DEVICE[0]
        assert shown((await browser.get(path)).text) == ["Des trains de nuit"]


async def test_whoever_brings_no_cookie_shares_the_pace_of_their_address(site: Site) -> None:
    site.house.clock[0] = NOW
    searches = site.services[0].searches
    while searches.wait(None, "127.0.0.1", NOW) is None:
        pass
    refused = await site.browser().get("/recherche")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert (await site.browser(ME).get("/recherche")).status_code == 200
    assert searches.wait(None, "2001:db8::/64", NOW) is None
