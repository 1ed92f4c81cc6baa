"""My votes, erase me and the phone's files, without JavaScript, over a real database."""

import json
import re
from html import unescape

from realtime.tally import AgeBand, Cell, Departement, Sex, Sign
from server.identity import COOKIE
from storage.ballots import own_signs
from storage.profiles import profile_of
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from tests.storage.house import device
from tests.web.conftest import Site
from web.citizen.mine import VOTES_A_PAGE

ME = 1
CELL = Cell(Departement.MOSELLE, Sex.WOMAN, AgeBand.FROM_40)


def rows(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-row="(\d+)"', page)]


async def voted(site: Site, count: int, number: int = ME) -> list[int]:
    topics = [await site.house.topic() for _ in range(count)]
    for topic in topics:
        await site.house.vote(topic, device(number), Sign.PLUS)
    return topics


async def test_the_page_lists_what_i_voted_on_open_topics_first(site: Site) -> None:
    closing = await site.house.topic(TopicRules(0, site.house.clock[0] + 1))
    await site.house.vote(closing, device(ME), Sign.MINUS)
    (mine,) = await voted(site, 1)
    (_, others) = (await site.house.topic(), await voted(site, 1, 2))
    site.house.clock[0] += 1
    page = (await site.browser(ME).get("/mes-votes")).text
    assert rows(page) == [mine, closing]
    assert f'id="sujet-{others[0]}"' not in page
    assert "Vous avez voté moins." in unescape(page)
    assert f'value="/mes-votes#sujet-{mine}"' in page


async def test_arguments_that_i_voted_on_are_listed_with_what_they_stand_under(site: Site) -> None:
    topic = await site.house.topic()
    argument = NewTopic(
        TopicKind.ARGUMENT,
        "Les trains sont pleins",
        "sport",
        TopicRules(0, None),
        parent=topic,
        side=Sign.PLUS,
    )
    (one,) = await create_topics(site.house.database, site.house.keys, [argument], 0)
    await site.house.vote(one, device(ME), Sign.PLUS)
    page = (await site.browser(ME).get("/mes-votes")).text
    assert rows(page) == [one]
    assert re.search(rf'Argument sous\s+<a href="/sujets/{topic}"', page)


async def test_a_new_visitor_is_led_to_the_topics(site: Site) -> None:
    page = (await site.browser().get("/mes-votes")).text
    assert "Vous n'avez pas encore voté" in unescape(page)
    assert 'class="mine-none">' in page


async def test_many_votes_are_paged_and_a_vote_comes_back_to_its_page(site: Site) -> None:
    topics = await voted(site, VOTES_A_PAGE + 1)
    pages = [(await site.browser(ME).get(f"/mes-votes?page={n}")).text for n in (1, 2)]
    assert [number for page in pages for number in rows(page)] == topics[::-1]
    assert 'value="/mes-votes?page=2#sujet-' in pages[1]
    known = re.search(r'data-known="([^"]*)"', pages[0])
    assert known is not None and json.loads(unescape(known[1])) == topics[::-1]


async def test_a_vote_is_withdrawn_from_the_list_by_a_form(site: Site) -> None:
    (topic,) = await voted(site, 1)
    await site.house.tell(device(ME), CELL)
    form = {"sign": "0", "op": "abcdefgh-9", "next": f"/mes-votes#sujet-{topic}"}
    answer = await site.browser(ME).post(f"/sujets/{topic}/vote", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/mes-votes#sujet-{topic}")
    assert "Vous avez retiré votre vote." in unescape((await site.browser(ME).get("/mes-votes")).text)


async def test_the_rows_of_a_device_come_in_its_order_and_hold_no_other_results(site: Site) -> None:
    mine = await voted(site, 2)
    hidden = (await voted(site, 1, 2))[0]
    wanted = f"{mine[0]},x,{hidden},{mine[1]},{mine[0]},99999999,-3"
    answer = await site.browser(ME).post("/mes-votes/lignes", data={"sujets": wanted})
    assert rows(answer.text) == [mine[0], hidden, mine[1]]
    assert answer.headers["cache-control"] == "no-store"
    article = answer.text.split(f'data-row="{hidden}"')[1].split("</article>")[0]
    assert 'data-view="hidden"' in article and "&#34;plus&#34;" not in article
    many = ",".join(map(str, range(1, 400)))
    assert len(rows((await site.browser(ME).post("/mes-votes/lignes", data={"sujets": many})).text)) <= 20


async def test_how_my_votes_stand_is_told_to_me_only(site: Site) -> None:
    (topic,) = await voted(site, 1)
    asked = {"sujets": str(topic)}
    assert (await site.browser(ME).post("/mes-votes/signes", data=asked)).json() == {"signs": {str(topic): 1}}
    assert (await site.browser(2).post("/mes-votes/signes", data=asked)).json() == {"signs": {}}
    assert (await site.browser().post("/mes-votes/signes", data=asked)).status_code == 400
    elsewhere = await site.browser(ME).post(
        "/mes-votes/signes", data=asked, headers={"origin": "https://elsewhere.test"}
    )
    assert elsewhere.status_code == 403


async def test_erasing_forgets_me_and_the_next_visit_is_somebody_new(site: Site) -> None:
    (topic,) = await voted(site, 1)
    await site.house.tell(device(ME), CELL)
    browser = site.browser(ME)
    before = browser.cookies[COOKIE]
    asked = await browser.get("/effacer")
    assert "Ce qui disparaît" in asked.text and asked.headers["cache-control"] == "no-store"
    answer = await browser.post("/effacer")
    assert (answer.status_code, answer.headers["location"]) == (303, "/efface")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "Max-Age=0" in answer.headers["set-cookie"]
    browser.cookies.delete(COOKIE)
    after = await browser.get("/efface")
    assert COOKIE in after.headers["set-cookie"] and before not in after.headers["set-cookie"]
    assert await profile_of(site.house.database, site.house.keys, device(ME)) is None
    signs = await own_signs(site.house.database, site.house.keys, device(ME), [topic])
    assert signs == {topic: Sign.PLUS}, "the ballot stays counted"


async def test_reading_about_erasing_erases_nothing(site: Site) -> None:
    await site.house.tell(device(ME), CELL)
    answer = await site.browser(ME).get("/effacer")
    assert "set-cookie" not in answer.headers
    assert await profile_of(site.house.database, site.house.keys, device(ME)) is not None


async def test_the_manifest_is_whole_and_its_icons_load(site: Site) -> None:
    answer = await site.browser().get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert told["lang"] == "fr" and told["start_url"] == "/" and told["display"] == "standalone"
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        image = await site.browser().get(icon["src"])
        width, height = (int.from_bytes(image.content[at : at + 4]) for at in (16, 20))
        assert image.headers["content-type"] == "image/png" and f"{width}x{height}" == icon["sizes"]
        assert len(image.content) < 30_000
    assert (await site.browser().get("/icons/..%2Ffavicon.svg")).status_code == 404
    assert (await site.browser().get("/apple-touch-icon.png")).status_code == 200


async def test_the_profile_leads_back_to_where_one_was(site: Site) -> None:
    topic = await site.house.topic()
    here = f"/sujets/{topic}"
    page = await site.browser(ME).get("/profil", headers={"referer": f"http://imaginest.test{here}"})
    assert f'name="next" value="{here}"' in page.text
    for elsewhere in ("https://elsewhere.test/sujets/1", "http://imaginest.test/profil?next=/x"):
        page = await site.browser(ME).get("/profil", headers={"referer": elsewhere})
        assert 'name="next" value="/"' in page.text
