"""A launch event on a telephone: the link of a hall, what is on, the vote that bears the hall, the evening over."""

import asyncio
import re
from dataclasses import replace
from hashlib import sha256
from html import unescape

import pytest

from realtime.disclosure import ResultPolicy
from realtime.tally import NOWHERE, ONLINE, AgeBand, Cell, Departement, Hall, Sex, Sign
from server.identity import COOKIE as DEVICE_COOKIE
from server.identity import begin_at_kiosk
from storage.event_steps import add_step
from storage.events import save_event
from storage.stages import get_stage
from storage.topics import create_topics
from storage.values import DAY_MS, NewTopic, TopicKind, TopicRules
from storage.values_events import EventFault, NewEvent, StepContent, StepKind
from storage.values_news import Picture
from storage.values_show import LEAD_MS, Gesture, Show
from tests.shows import HALLS, METZ, QUESTION, REIMS, THANKS, WAITING, Launch, launch
from tests.storage.house import beside, device
from tests.storage.images import PNG
from tests.web.conftest import Site
from web.citizen.time_left import countdown
from web.halls import HALL_COOKIE
from web.kiosks import COOKIE as KIOSK_COOKIE

WHEN = ("le soir", "à midi", "la nuit")


async def begun(site: Site, *contents: StepContent) -> Launch:
    return await launch(site.house.database, site.house.keys, site.house.clock[0], *contents)


async def goes(site: Site, show: Launch, gesture: Gesture) -> Show:
    """A gesture, and its effect."""
    stage = await get_stage(show.database, show.event)
    assert stage is not None
    after = await show.goes(gesture, site.house.clock[0], upon=stage.show.number)
    site.house.clock[0] = after.at
    return after


async def page(site: Site, show: Launch, part: str = "") -> str:
    answer = await site.browser(1).get(f"/evenements/{show.event}{part}")
    assert answer.status_code == 200
    return answer.text


async def test_a_halls_link_leads_to_its_event_and_is_kept(site: Site) -> None:
    show = await begun(site)
    answer = await site.browser().get("/salle/metz")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/evenements/{show.event}")
    kept = answer.headers["set-cookie"]
    assert f"{HALL_COOKIE}=metz" in kept and "HttpOnly" in kept and "Max-Age=86400" in kept
    browser = site.browser()
    browser.cookies.set(HALL_COOKIE, "metz")
    assert "Vous votez avec la salle" in (await browser.get(f"/evenements/{show.event}")).text


@pytest.mark.parametrize("hall", ["atlantide", "METZ", "..%2fmetz", "x" * 200])
async def test_a_hall_that_does_not_exist_offers_those_that_do(site: Site, hall: str) -> None:
    answer = await site.browser().get(f"/salle/{hall}")
    assert answer.status_code == 404 and HALL_COOKIE + "=" not in answer.headers.get("set-cookie", "")
    if "%2f" not in hall:
        assert 'href="/salle/strasbourg"' in answer.text


async def test_a_hall_in_which_nothing_is_on_says_so(site: Site) -> None:
    answer = await site.browser().get("/salle/metz")
    assert answer.status_code == 200 and "Rien n'a lieu dans cette salle" in answer.text.replace("’", "'")


async def test_of_several_events_a_halls_link_means_the_one_that_it_names_or_the_one_that_is_on(
    site: Site,
) -> None:
    first = await begun(site)
    soon = NewEvent("Demain", "", site.house.clock[0] + 1_000, HALLS)
    other = await save_event(site.house.database, None, soon, op="other", by=None, now=1)
    browser = site.browser()
    assert (await browser.get("/salle/metz")).headers["location"] == f"/evenements/{other}"
    named = await browser.get(f"/salle/metz?e={first.event}")
    assert named.headers["location"] == f"/evenements/{first.event}"
    later = replace(soon, name="Plus tard", starts_at=site.house.clock[0] + 9 * DAY_MS)
    planned = await save_event(site.house.database, None, later, op="planned", by=None, now=1)
    elsewhere = await browser.get(f"/salle/metz?e={planned}")
    assert elsewhere.headers["location"] == f"/evenements/{other}", "what is only planned has no page yet"
    await goes(site, first, Gesture.LAUNCH)
    assert (await browser.get("/salle/metz")).headers["location"] == f"/evenements/{first.event}"


async def test_before_the_launch_and_in_a_rehearsal_nothing_of_the_show_is_told(site: Site) -> None:
    show = await begun(site, StepContent(StepKind.REVEAL, "Le nom secret"))
    before = (await page(site, show)).replace("’", "'")
    assert "Tout commence ici" in before
    assert re.search(r"<span data-begun=[^>]*>\w+ \d+(er)?\s\w+ \d{4} à \d+\sh( \d\d)?</span>", before)
    assert re.findall(r'data-begun="" (\w*)', before) + re.findall(r'data-begun="1" (\w*)', before) == [
        "",
        "",
        "hidden",
    ]
    await goes(site, show, Gesture.REHEARSE)
    for part in ("", "/scene"):
        assert "Le nom secret" not in await page(site, show, part)
    await goes(site, show, Gesture.LAUNCH)
    assert "Le nom secret" in await page(site, show)


async def test_the_next_scene_is_there_ahead_of_its_instant_and_the_page_turns_at_it(site: Site) -> None:
    show = await begun(site)
    await goes(site, show, Gesture.LAUNCH)
    after = await show.goes(Gesture.NEXT, site.house.clock[0], upon=1)
    assert "Bienvenue" in await page(site, show)
    scene = await page(site, show, "/scene")
    assert QUESTION.title[:20] in scene and 'class="vote-plus' in scene, (
        "a vote that opens then is open there"
    )
    site.house.clock[0] = after.at
    assert 'class="vote-plus' in await page(site, show)


async def test_a_telephone_reads_what_citizens_say_and_may_answer(site: Site) -> None:
    show = await begun(site, StepContent(StepKind.IDEAS, "Vos idées"), StepContent(StepKind.WORDS))
    house = site.house
    new = [
        NewTopic(TopicKind.IDEA, f"Ouvrir la piscine {when}", "sport", TopicRules(0, None)) for when in WHEN
    ]
    topics = await create_topics(house.database, house.keys, new, house.clock[0])
    for number in range(10):
        for topic in topics:
            await house.vote(topic, device(number), Sign.PLUS)
    await goes(site, show, Gesture.LAUNCH)
    told = await page(site, show)
    assert all(f'href="/sujets/{topic}"' in told for topic in topics)
    assert "réunissent le plus de votants" in told and "10\xa0votants" in told
    assert 'href="/proposer?kind=idea"' in told and "+ 100" not in told, "their results are for voters only"
    await show.goes(Gesture.NEXT, house.clock[0], upon=1)
    assert re.findall(r'<li class="word-\d"[^>]*>(\w+)<', await page(site, show, "/scene")) == [
        "ouvrir",
        "piscine",
    ]


async def test_what_is_written_in_a_hall_bears_it_and_nobody_is_told_at_the_text(site: Site) -> None:
    show = await begun(site)
    await goes(site, show, Gesture.LAUNCH)
    await goes(site, show, Gesture.NEXT)
    asked = await get_stage(show.database, show.event)
    assert asked is not None
    browser = site.browser(1)
    browser.cookies.set(HALL_COOKIE, "metz")
    idea = {"kind": "idea", "text": "Un pont", "theme": "sport", "op": "abcdefgh-1", "step": "publish"}
    assert (await browser.post("/proposer", data=idea)).status_code == 303
    argument = {"text": "Oui, un pont", "side": "1", "op": "abcdefgh-2"}
    answer = await browser.post(f"/sujets/{asked.steps[1].topic}/arguments", data=argument)
    assert answer.status_code == 303, answer.text
    assert beside(site.house.url, "SELECT hall FROM post") == [("metz",)] * 2
    mine = (await browser.get("/mes-idees/1")).text
    assert "Un pont" in mine and "metz" not in mine.lower()


async def test_a_vote_by_form_bears_the_hall_and_comes_back_to_the_event(site: Site) -> None:
    show = await begun(site, QUESTION)
    await goes(site, show, Gesture.LAUNCH)
    stage = await get_stage(show.database, show.event)
    assert stage is not None
    topic = stage.steps[0].topic
    assert topic is not None
    for number in range(1, 11):
        browser = site.browser(number)
        browser.cookies.set(HALL_COOKIE, METZ)
        await browser.post("/profil", data={"skip": "1", "next": "/"})
        text = (await browser.get(f"/evenements/{show.event}")).text
        (left,) = re.findall(r'class="time-left">([^<]*)', text)
        assert "fin du vote dans les salles" in left
        vote = text.split('<form class="vote"')[1].split("</form>")[0]
        form = dict(re.findall(r'name="(op|next)" value="([^"]+)"', vote))
        answer = await browser.post(f"/sujets/{topic}/vote", data={**form, "sign": "1"})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"/evenements/{show.event}")
    standing = await site.house.standing(topic)
    assert standing.tally.series["hall:metz"].plus == 10
    subject = (await site.browser(1).get(f"/sujets/{topic}")).text
    assert 'data-series="hall:metz"' in subject and 'data-series="hall:reims" data-empty' in subject


async def test_a_countdown_is_told_as_what_is_left_and_never_below_nothing(site: Site) -> None:
    start = site.house.clock[0]
    show = await begun(site, StepContent(StepKind.COUNTDOWN, "Dans un instant", at=start + 65_000 + LEAD_MS))
    await goes(site, show, Gesture.LAUNCH)
    assert f'data-countdown="{start + 65_000 + LEAD_MS}" data-paused="">1:05' in await page(site, show)
    site.house.clock[0] += 3_600_000
    assert ">0:00</p>" in await page(site, show)


@pytest.mark.parametrize(
    ("halls", "told"),
    [((METZ, ONLINE), "En direct<"), ((METZ, REIMS, ONLINE), "En direct dans plusieurs salles<")],
)
async def test_an_event_in_one_hall_is_not_said_to_be_in_several(
    site: Site, halls: tuple[Hall, ...], told: str
) -> None:
    house = site.house
    show = await launch(house.database, house.keys, house.clock[0], halls=halls)
    await goes(site, show, Gesture.LAUNCH)
    text = await page(site, show)
    assert told in text and ("plusieurs salles" in text) is ("plusieurs" in told)


def test_a_countdown_rounds_its_seconds_up() -> None:
    told = [countdown(left) for left in (-5, 0, 1, 1000, 60_001, 3_600_000)]
    assert told == ["0:00", "0:00", "0:01", "0:01", "1:01", "1:00:00"]


async def test_a_question_asked_again_stands_beside_what_it_was_before(site: Site) -> None:
    show = await begun(site, QUESTION)
    again = StepContent(StepKind.TOPIC, again=show.steps[0])
    for number, content in enumerate((again, StepContent(StepKind.RESULTS))):
        await _add(show, content, f"op-again-{number}", site.house.clock[0])
    await goes(site, show, Gesture.LAUNCH)
    assert "On vote à nouveau" not in await page(site, show)
    await goes(site, show, Gesture.NEXT)
    assert "On vote à nouveau" in await page(site, show)
    await goes(site, show, Gesture.NEXT)
    told = unescape(await page(site, show))
    assert "Avant l'échange" in told and "Après l'échange" in told
    await goes(site, show, Gesture.STOP)
    over = unescape(await page(site, show))
    assert over.count('<article class="round">') == 1 and "Avant l'échange" in over
    assert over.count('data-series="hall:metz"') == 2, "the halls of each of both votes"
    rows = (await page(site, show, "/presse/resultats.csv")).replace("’", "'").splitlines()
    assert [row.split(";")[1] for row in rows if ";Ensemble;" in row] == [
        "Avant l'échange",
        "Après l'échange",
    ]
    press = await page(site, show, "/presse")
    charts = [
        await page(site, show, f"/presse/{topic}.svg")
        for topic in re.findall(r"/presse/(\d+)\.svg\" alt", press)
    ]
    titles = [re.findall("<title>(.*)</title>", chart)[0].replace("’", "'") for chart in charts]
    assert titles == [f"{QUESTION.title} ({when} l'échange)" for when in ("Avant", "Après")]


async def _add(show: Launch, content: StepContent, op: str, now: int) -> None:
    assert isinstance(await add_step(show.database, show.event, content, op=op, by=show.by, now=now), int)


async def test_a_telephone_shows_the_picture_of_a_vote(site: Site) -> None:
    show = await begun(site, WAITING)
    picture = Picture(sha256(PNG).hexdigest(), "Une place", 1, 1)
    asked, now = replace(QUESTION, picture=picture), site.house.clock[0]
    step = await add_step(
        site.house.database, show.event, asked, op="picture", by=show.by, now=now, image=PNG
    )
    assert not isinstance(step, EventFault), step
    await goes(site, show, Gesture.LAUNCH)
    await goes(site, show, Gesture.NEXT)
    scene = await page(site, show, "/scene")
    assert f"/images/{picture.image}" in scene and 'alt="Une place"' in scene


async def test_when_it_is_over_the_page_is_that_of_the_evening(site: Site) -> None:
    show = await begun(site, WAITING, QUESTION, THANKS)
    await goes(site, show, Gesture.LAUNCH)
    await goes(site, show, Gesture.NEXT)
    await goes(site, show, Gesture.STOP)
    told = await page(site, show)
    assert "Les questions de la soirée" in told and "des trains la nuit" in told
    assert "Strasbourg · Metz · Reims · En ligne" in told


async def test_an_event_that_does_not_exist_is_not_found(site: Site) -> None:
    for number in ("999", "99999999999999999999"):
        assert (await site.browser().get(f"/evenements/{number}")).status_code == 404


async def opened(site: Site, results: ResultPolicy) -> tuple[Launch, int]:
    """An event with a vote that is open, on which twelve have voted."""
    show = await begun(site, replace(QUESTION, results=results), THANKS)
    await goes(site, show, Gesture.LAUNCH)
    stage = await get_stage(show.database, show.event)
    assert stage is not None
    topic = stage.steps[0].topic
    assert topic is not None
    for number in range(1, 13):
        await site.house.vote(topic, device(number), Sign.PLUS if number < 12 else Sign.MINUS)
    return show, topic


async def told(site: Site, show: Launch, number: int | None) -> str:
    answer = await site.browser(number).get(f"/evenements/{show.event}")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "private, no-cache"
    assert ("set-cookie" in answer.headers) is (number is None)
    return answer.text


@pytest.mark.parametrize("results", [ResultPolicy.AFTER_VOTE, ResultPolicy.ALWAYS])
async def test_whoever_comes_back_and_has_not_voted_has_the_page_of_all_and_a_voter_their_own(
    site: Site, results: ResultPolicy
) -> None:
    """In whichever order they come, also in the same moment, nothing of one is on the page of another."""
    show, topic = await opened(site, results)
    tokens = [site.house.keys.seen_token(topic, device(number)) for number in range(1, 14)]
    comers = [1, None, 13, 12, None, 1, 14, 2, 13]
    together = await asyncio.gather(*(told(site, show, number) for number in comers))
    assert len({page for page, number in zip(together, comers, strict=True) if number not in {1, 2, 12}}) == 1
    one_by_one = [await told(site, show, number) for number in comers]
    for number, text in zip(comers * 2, [*together, *one_by_one], strict=True):
        has_voted = number in {1, 2, 12}
        own = {1: "1", 2: "1", 12: "-1"}.get(number or 0, "")
        assert [at for at, token in enumerate(tokens, 1) if token in text] == ([number] if has_voted else [])
        assert f'data-own="{own}"' in text and text.count('aria-pressed="true"') == bool(own)
        is_shown = has_voted or results is ResultPolicy.ALWAYS
        assert ("&#34;plus&#34;: 11" in text) is is_shown and ('data-view="hidden"' in text) is not is_shown


async def test_a_vote_in_the_moment_of_the_page_of_all_is_on_the_voters_page_at_once(site: Site) -> None:
    show, topic = await opened(site, ResultPolicy.AFTER_VOTE)
    assert 'data-own=""' in await told(site, show, 20)
    await site.house.vote(topic, device(20), Sign.MINUS)
    own = await told(site, show, 20)
    assert 'data-own="-1"' in own and "&#34;minus&#34;: 2" in own
    assert 'data-own=""' in await told(site, show, 21)


async def test_a_page_of_all_says_whether_its_reader_was_asked_already_and_how_they_read(site: Site) -> None:
    show, _ = await opened(site, ResultPolicy.AFTER_VOTE)
    await site.house.tell(device(20), Cell(Departement.MOSELLE, Sex.WOMAN, AgeBand.FROM_40))
    await site.house.tell(device(21), Cell(Departement.MOSELLE, None, None))
    await site.house.tell(device(22), NOWHERE)
    states = [re.findall('data-profile="(.*?)"', await told(site, show, n))[0] for n in (20, 21, 22, 23, 20)]
    assert states == ["complete", "partial", "skipped", "none", "complete"]
    for cookie, value, shown in (
        ("langue", "de", '<html lang="de"'),
        ("caracteres", "grands", 'class="large-type"'),
        (HALL_COOKIE, "metz", "Vous votez avec la salle : Metz"),
        (KIOSK_COOKIE, site.house.keys.kiosk_code("agence-metz"), 'class="kiosk"'),
    ):
        browser = site.browser(23)
        if cookie == KIOSK_COOKIE:
            browser.cookies.set(
                DEVICE_COOKIE, begin_at_kiosk(site.house.keys, 1, secure=False).decode()[10:99]
            )
        browser.cookies.set(cookie, value)
        answer = await browser.get(f"/evenements/{show.event}")
        assert shown in answer.text.replace("’", "'").replace("\xa0", " ").replace("\u202f", " "), cookie
        assert shown not in await told(site, show, 23)
        assert answer.headers["cache-control"] == (
            "no-store" if cookie == KIOSK_COOKIE else "private, no-cache"
        )


async def test_when_an_evening_is_over_all_who_come_back_have_one_page(site: Site) -> None:
    """Thousands load it in the seconds after the end, and nearly all of them have voted."""
    show, _ = await opened(site, ResultPolicy.AFTER_VOTE)
    await goes(site, show, Gesture.STOP)
    pages = {await told(site, show, number) for number in (1, 12, 20, None)}
    assert len(pages) == 1 and "data-for-all" in pages.pop()
