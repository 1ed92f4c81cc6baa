"""Unusual votes in the watch room: seen, told beside what is usual, and never by what is hidden."""

import asyncio
import html
import re
from dataclasses import replace

import pytest

from realtime.arrivals import NEW_DEVICE, SLOT_MS
from realtime.disclosure import ResultPolicy
from realtime.tally import Sign
from storage.event_steps import event_steps
from storage.values import CastVote, Receipt, TopicRules
from storage.values_show import Gesture
from storage.values_staff import Role
from storage.values_watch import MINUTE_MS
from tests.shows import METZ, QUESTION, REIMS, STRASBOURG, launch
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.staffed import Colleague, colleague


async def crowd(site: Site, topic: int, first: int, number: int, *, minus_of: int = 0) -> None:
    """So many new voters at once, and a minute later; one of ``minus_of`` is against."""
    signs = [
        Sign.MINUS if minus_of and voter % minus_of == 0 else Sign.PLUS
        for voter in range(first, first + number)
    ]
    await asyncio.gather(
        *(site.house.vote(topic, device(first + place), sign) for place, sign in enumerate(signs))
    )
    site.house.clock[0] += MINUTE_MS


async def burst(site: Site, results: ResultPolicy) -> tuple[Colleague, int]:
    """A topic with a hundred voters of two minds, and eighty of one mind in a minute two hours later."""
    topic = await site.house.topic(TopicRules(0, None, results=results))
    for start in range(0, 120, 12):
        await crowd(site, topic, start, 12, minus_of=2)
    site.house.clock[0] += 120 * MINUTE_MS
    await crowd(site, topic, 1000, 80)
    return await colleague(site, Role.MODERATOR), topic


@pytest.mark.parametrize("results", [ResultPolicy.ALWAYS, ResultPolicy.AFTER_VOTE, ResultPolicy.AT_CLOSE])
async def test_a_burst_is_told_and_its_mind_only_where_everybody_sees_it(
    site: Site, results: ResultPolicy
) -> None:
    someone, topic = await burst(site, results)
    wall, page = [
        html.unescape((await someone.browser.get(path)).text)
        for path in ("/console/veille/etat", f"/console/veille/sujets/{topic}")
    ]
    assert f'href="/console/veille/sujets/{topic}"' in wall
    assert "80\u00a0votants en 1\u00a0minute, d'habitude 0" in page
    is_open = results is ResultPolicy.ALWAYS
    assert ("80\u00a0votants en dix minutes\u202f: 100\u202f% pour, d'habitude 50\u202f%" in page) is is_open
    assert ("%" in page) is ("%" in wall) is is_open, "a flag would tell which way it leans"
    site.house.clock[0] += 7 * 60 * MINUTE_MS
    await someone.sign_in()
    later = (await someone.browser.get("/console/veille/etat")).text
    assert "Rien qui sorte de l'ordinaire" in html.unescape(later)


async def test_few_voters_are_drawn_as_none(site: Site) -> None:
    topic = await site.house.topic()
    await crowd(site, topic, 0, 3)
    someone = await colleague(site, Role.MODERATOR)
    page = (await someone.browser.get(f"/console/veille/sujets/{topic}")).text
    assert "moins de 10" in page and "<td>3</td>" not in page
    assert "Rien depuis six heures" in page
    assert (await someone.browser.get("/console/veille/sujets/999")).status_code == 404
    assert (await site.browser().get(f"/console/veille/sujets/{topic}")).status_code == 303


async def test_new_devices_and_one_network_are_told_and_lead_to_the_form(site: Site) -> None:
    topic, house = await site.house.topic(), site.house
    house.clock[0] -= house.clock[0] % SLOT_MS
    for slot in range(3):
        await crowd(site, topic, 100 * slot, 40, minus_of=2)
        house.clock[0] += SLOT_MS - MINUTE_MS
        await house.box.keep_arrivals()
    bots = [
        CastVote(topic, device(number), Sign.PLUS, f"bot-{number:012d}", marks=(NEW_DEVICE, 77))
        for number in range(1000, 1050)
    ]
    at = house.clock[0] // MINUTE_MS
    await asyncio.gather(*(house.box.cast(vote) for vote in bots))
    house.clock[0] += MINUTE_MS
    await house.box.keep_arrivals()
    someone = await colleague(site, Role.MODERATOR)
    page = html.unescape((await someone.browser.get(f"/console/veille/sujets/{topic}")).text)
    assert (
        "50\u00a0votes en dix minutes viennent d'appareils nouveaux\u202f: 100\u202f%, d'habitude 1\u202f%"
        in page
    )
    assert (
        "50\u00a0votes en dix minutes viennent d'un même réseau (n°\u00a077)\u202f: 100\u202f% de tous"
        in page
    )
    rule = f"/console/mises-de-cote/sujets/{topic}?de={at}&a={at + 10}"
    assert f"{rule}&nouveaux=1" in page and f"{rule}&reseau=77" in page
    form = html.unescape((await someone.browser.get(f"{rule}&nouveaux=1&reseau=77")).text)
    assert 'name="new" value="1" checked' in form
    assert re.search(r'<option value="77" selected>n°\s77\s: 50\u00a0votes', form)
    editor = await colleague(site, Role.EDITOR, email="e@grandest.fr")
    assert "mises-de-cote" not in (await editor.browser.get(f"/console/veille/sujets/{topic}")).text


async def hall_rush(site: Site, topic: int) -> None:
    """Three halls of two minds, each behind one address, vote within two minutes with devices that are new."""
    for minute, halls in enumerate((((METZ, Sign.PLUS),), ((REIMS, Sign.MINUS), (STRASBOURG, Sign.MINUS)))):
        votes = [
            CastVote(
                topic,
                device(10_000 * number + 1000 * minute + voter),
                sign,
                f"rush-{minute}{number}{voter:09}",
                hall,
                marks=(NEW_DEVICE, 70 + minute + number),
            )
            for number, (hall, sign) in enumerate(halls)
            for voter in range(150)
        ]
        assert all(isinstance(one, Receipt) for one in await asyncio.gather(*map(site.house.box.cast, votes)))
        site.house.clock[0] += MINUTE_MS
    await site.house.box.keep_arrivals()


async def test_a_hall_that_votes_at_once_in_an_event_is_nothing_unusual_and_elsewhere_it_is(
    site: Site,
) -> None:
    site.house.clock[0] -= site.house.clock[0] % SLOT_MS
    plain = await site.house.topic(TopicRules(0, None, results=ResultPolicy.ALWAYS))
    question = replace(QUESTION, results=ResultPolicy.ALWAYS)
    show = await launch(site.house.database, site.house.keys, site.house.clock[0], question)
    site.house.clock[0] = (await show.goes(Gesture.LAUNCH, site.house.clock[0], upon=0)).at
    (asked,) = [step.topic for step in await event_steps(site.house.database, show.event) if step.topic]
    for topic in (asked, plain):
        await hall_rush(site, topic)
    courses = {one.won.topic: one for one in await site.services[0].watch.courses()}
    assert sum(courses[asked].won.won) == sum(courses[plain].won.won) == 450
    assert courses[plain].bursts and courses[plain].one_way and courses[plain].alike
    assert not courses[asked].is_flagged
    online = [
        CastVote(asked, device(90_000 + voter), Sign.PLUS, f"bot-{voter:09}", marks=(NEW_DEVICE, 7))
        for voter in range(200)
    ]
    await asyncio.gather(*map(site.house.box.cast, online))
    site.house.clock[0] += MINUTE_MS
    await site.house.box.keep_arrivals()
    courses = {one.won.topic: one for one in await site.services[0].watch.courses()}
    assert [one.mark for one in courses[asked].alike] == [7], "one network online is"
