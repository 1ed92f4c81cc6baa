"""A questionnaire without JavaScript: forms, redirects and one cookie."""

import re
from html import unescape

import pytest

from realtime.tally import NOWHERE, Sign
from storage.ballots import own_signs
from storage.questionnaires import create_questionnaire, engagement, get_questionnaire
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_questionnaires import Engagement, NewQuestionnaire, NewStep, Questionnaire, Ways
from tests.storage.house import START, device
from tests.web.conftest import Site
from tests.web.test_pages import CELL, ME, text_of
from web.catalogue import load_catalogue
from web.citizen.questionnaire import COOKIE

END = START + 86_400_000
WAYS = (Ways(2, 3, 4), Ways(4, 4, 4), Ways(4, 4, 4), Ways(None, None, None))


async def made(site: Site, opens_at: int = 0, *, profile_required: bool = False) -> Questionnaire:
    rules = TopicRules(opens_at, END, profile_required=profile_required)
    steps = tuple(
        NewStep(NewTopic(TopicKind.QUESTION, f"Question n° {number}", "transports", rules), ways)
        for number, ways in enumerate(WAYS, 1)
    )
    new = NewQuestionnaire("Vos trajets", opens_at, END, steps)
    one = await create_questionnaire(site.house.database, site.house.keys, new, START)
    found = await get_questionnaire(site.house.database, one)
    assert found is not None
    return found


def question_of(page: str) -> str:
    found = re.search(r"Question \d+ sur au plus \d+", text_of(page))
    heading = re.search(r'class="ask-question"[^>]*>([^<]+)<', page)
    assert heading is not None
    return f"{found[0]} : {heading[1]}" if found else heading[1]


def fields(step: int, **more: str) -> dict[str, str]:
    return {"step": str(step), "op": f"operation-{step}-{len(more)}", **more}


async def test_a_walk_with_a_branch_a_skip_and_an_end(site: Site) -> None:
    path = f"/questionnaires/{(await made(site)).id}"
    await site.house.tell(device(ME), CELL)
    async with site.browser(ME) as browser:
        browser.follow_redirects = True
        assert question_of((await browser.get(path)).text) == "Question 1 sur au plus 3 : Question n° 1"
        page = (await browser.post(path, data=fields(1, sign="-1"))).text
        assert question_of(page) == "Question 2 sur au plus 3 : Question n° 3"
        page = (await browser.post(path, data=fields(3, skip="1"))).text
        assert question_of(page) == "Question 3 sur au plus 3 : Question n° 4"
        assert question_of((await browser.get(path)).text) == "Question 3 sur au plus 3 : Question n° 4"
        back = (await browser.get(f"{path}?question=3")).text
        assert question_of(back) == "Question 2 sur au plus 3 : Question n° 3"
        page = (await browser.post(path, data=fields(4, sign="1"))).text
    assert question_of(page) == "Merci, c'est fini"
    assert "Vous avez voté moins." in page and "Vous n'avez pas répondu." in text_of(page)
    assert "Question n° 2" not in page
    assert await engagement(site.house.database, 1) == Engagement(1, 1, 1, 1)


async def test_a_changed_answer_takes_the_other_way_and_counts_once(site: Site) -> None:
    found = await made(site)
    path = f"/questionnaires/{found.id}"
    await site.house.tell(device(ME), CELL)
    async with site.browser(ME) as browser:
        browser.follow_redirects = True
        await browser.post(path, data=fields(1, sign="-1"))
        again = (await browser.get(f"{path}?question=1")).text
        assert "Garder ma réponse" in again and "Vous avez voté moins." in again
        page = (await browser.post(path, data={**fields(1, sign="1"), "op": "another-op"})).text
    assert question_of(page) == "Question 2 sur au plus 3 : Question n° 2"
    own = await own_signs(site.house.database, site.house.keys, device(ME), found.topics)
    assert own == {found.topics[0]: Sign.PLUS}
    assert (await site.house.standing(found.topics[0])).tally.voters == 1


async def test_the_profile_is_asked_once_and_the_answer_counts_after_it(site: Site) -> None:
    found = await made(site)
    path = f"/questionnaires/{found.id}"
    async with site.browser(ME) as browser:
        answer = await browser.post(path, data=fields(1, sign="1"))
        assert answer.headers["location"].startswith("/profil?")
        form = (await browser.get(answer.headers["location"])).text
        kept = dict(re.findall(r'name="(next|topic|sign|op)" value="([^"]*)"', form))
        answer = await browser.post("/profil", data={**kept, "skip": "1"})
        assert answer.headers["location"] == f"{path}?question=2"
        page = (await browser.get(f"{path}?question=2")).text
    assert question_of(page) == "Question 2 sur au plus 3 : Question n° 2"


async def test_an_answer_that_needs_the_whole_profile_is_kept_and_counts_after_it(site: Site) -> None:
    found = await made(site, profile_required=True)
    path = f"/questionnaires/{found.id}"
    await site.house.tell(device(ME), NOWHERE)
    async with site.browser(ME) as browser:
        asked = await browser.post(path, data=fields(1, sign="-1"))
        form = (await browser.get(asked.headers["location"])).text
        kept = dict(re.findall(r'name="(next|topic|sign|op)" value="([^"]*)"', form))
        told = {"departement": "57", "sex": "F", "age": "75+"}
        done = await browser.post("/profil", data={**kept, **told})
    assert 'name="skip"' not in form
    assert done.headers["location"] == f"{path}?question=3"
    own = await own_signs(site.house.database, site.house.keys, device(ME), found.topics)
    assert own == {found.topics[0]: Sign.MINUS}


@pytest.mark.parametrize(
    ("sent", "status", "section", "entry"),
    [
        ({"step": "1", "op": "operation-1"}, 400, "questionnaire-fault", "no-answer"),
        ({"step": "1", "op": "operation-1", "sign": "0"}, 400, "questionnaire-fault", "no-answer"),
        ({"step": "x", "op": "operation-1", "sign": "1"}, 400, "questionnaire-fault", "unknown-step"),
        ({"step": "9", "op": "operation-1", "sign": "1"}, 409, "questionnaire-fault", "unknown-step"),
        ({"step": "2", "op": "operation-1", "skip": "1"}, 409, "questionnaire-fault", "unknown-step"),
        ({"step": "1", "op": "!", "sign": "1"}, 400, "refusals", "bad-op"),
    ],
)
async def test_what_is_no_answer_shows_the_question_again_with_a_sentence(
    site: Site, sent: dict[str, str], status: int, section: str, entry: str
) -> None:
    path = f"/questionnaires/{(await made(site)).id}"
    await site.house.tell(device(ME), CELL)
    answer = await site.browser(ME).post(path, data=sent)
    assert answer.status_code == status
    assert load_catalogue().say(section, entry) in text_of(answer.text).replace("\u202f", " ")
    assert question_of(answer.text) == "Question 1 sur au plus 3 : Question n° 1"


async def test_before_it_opens_and_after_it_closed_nothing_is_taken(site: Site) -> None:
    path = f"/questionnaires/{(await made(site, opens_at=START + 10)).id}"
    await site.house.tell(device(ME), CELL)
    async with site.browser(ME) as browser:
        assert "pas encore ouvert" in text_of((await browser.get(path)).text)
        assert "Question n°" not in (await browser.get(path)).text
        site.house.clock[0] = END
        answer = await browser.post(path, data=fields(1, sign="1"))
        assert answer.status_code == 409
        assert "Ce questionnaire est terminé, cette réponse n'a pas été comptée" in text_of(answer.text)
        assert answer.text.count("Question n°") >= len(WAYS)
    assert await engagement(site.house.database, 1) == Engagement(0, 0, 0, 0)


@pytest.mark.parametrize("cookie", ["x", "1.x", "99", "2.3.4", "1." * 50 + "1", "-1"])
async def test_a_cookie_of_ones_own_making_hurts_nobody(site: Site, cookie: str) -> None:
    path = f"/questionnaires/{(await made(site)).id}"
    async with site.browser(ME) as browser:
        browser.cookies.set(COOKIE, cookie)
        assert question_of((await browser.get(path)).text).endswith("Question n° 1")


async def test_few_people_are_not_counted_out_loud(site: Site) -> None:
    found = await made(site)
    path = f"/questionnaires/{found.id}"

    async def finish(number: int) -> None:
        async with site.browser(number) as browser:
            for step in (1, 4):
                await browser.post(path, data=fields(step, skip="1"))
            await browser.get(path)

    for number in range(100, 109):
        await finish(number)
    told = (await site.browser().get(f"{path}/participation")).json()
    assert {told[name] for name in ("started", "finished", "voted", "active")} == {"moins de 10"}
    await finish(109)
    site.house.clock[0] += 5_000
    told = (await site.browser().get(f"{path}/participation")).json()
    assert (told["started"], told["finished"], told["voted"]) == ("10", "10", "moins de 10")
    assert told["rate"] == "pas encore"


async def test_its_questions_are_no_loose_cards_of_the_home_page(site: Site) -> None:
    await made(site)
    page = (await site.browser(ME).get("/")).text
    assert 'href="/questionnaires/1"' in page and "au plus 3 questions" in page
    assert "Question n°" not in page
    site.house.clock[0] = END
    assert "/questionnaires/1" not in (await site.browser(ME).get("/")).text


@pytest.mark.parametrize(
    "path", ["/questionnaires/7", f"/questionnaires/{10**30}", "/questionnaires/7/participation"]
)
async def test_no_such_questionnaire_is_a_missing_page(site: Site, path: str) -> None:
    assert (await site.browser().get(path)).status_code == 404


async def test_the_statistics_say_of_which_questionnaire_a_question_is(site: Site) -> None:
    questionnaire = await made(site)
    alone = await site.house.topic()
    for topic in (alone, *(step.topic for step in questionnaire.steps)):
        await site.house.vote(topic, device(ME), Sign.PLUS)
    async with site.browser() as browser:
        listed = (
            (await browser.get("/statistiques")).text.split('data-list="most-voted"')[1].split("</ol>")[0]
        )
        live = (await browser.get("/statistiques/direct")).json()["lists"]["most-voted"]
    entries = [unescape(one) for one in listed.split("<li>")[1:]]
    for entry in entries:
        assert ("Vos trajets" in entry) == (f"/sujets/{alone}" not in entry)
    assert {item["id"]: item["questionnaire"] for item in live} == {
        topic: "" if topic == alone else "Vos trajets" for topic in (item["id"] for item in live)
    }
    assert len(live) == len(entries) > 1
