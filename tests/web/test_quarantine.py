"""Votes set aside by rule, from the console to the citizen's page and back."""

import html
import re
from dataclasses import replace

import pytest

from realtime.arrivals import NEW_DEVICE
from realtime.disclosure import ResultPolicy
from realtime.tally import Counts, Sign
from storage.arrivals import KEPT_DAYS, forget_old_arrivals
from storage.topics import close_topic
from storage.values import DAY_MS, CastVote, Receipt, TopicRules
from storage.values_staff import Role
from storage.values_watch import MINUTE_MS
from tests.storage.house import beside, device
from tests.storage.test_quarantine import attacked, back, crowd, made, one
from tests.web.conftest import Site
from tests.web.staffed import Colleague, colleague
from web.console.local_instant import write_instant

BOT = 100
"""One of those who vote within the minute of the attack."""


def form_of(minute: int, **more: str) -> dict[str, str]:
    return {
        "since": write_instant(minute * MINUTE_MS),
        "until": write_instant((minute + 1) * MINUTE_MS),
        "reason": "Votes automatiques",
        "op": "a" * 16,
        "step": "review",
    } | more


async def read(site: Site, path: str, number: int | None = None) -> str:
    return html.unescape((await site.browser(number).get(path)).text)


async def post(someone: Colleague, path: str, form: dict[str, str]) -> tuple[int, str]:
    answer = await someone.browser.post(path, data=form)
    return answer.status_code, html.unescape(answer.text)


async def test_a_rule_is_looked_at_then_holds_and_is_undone(site: Site) -> None:
    someone = await colleague(site, Role.MODERATOR)
    topic, minute = await attacked(site.house, TopicRules(0, None, ResultPolicy.ALWAYS))
    path = f"/console/mises-de-cote/sujets/{topic}"
    status, page = await post(someone, path, form_of(minute))
    assert status == 200 and "Mettre environ 45\u00a0votes de côté" in page
    assert (await site.house.standing(topic)).tally.headline == Counts(25, 60), "nothing was done yet"
    status, page = await post(someone, path, form_of(minute, step="edit"))
    assert 'value="Votes automatiques"' in page
    site.house.deltas.clear()
    assert (await post(someone, path, form_of(minute, step="confirm")))[0] == 303
    assert (await site.house.standing(topic)).tally.headline == Counts(25, 15)
    assert [delta.topic for delta in site.house.deltas] == [topic], "watchers hear of it"
    page = (await someone.browser.get(path)).text
    assert "Environ 45\u00a0votes mis de côté" in page
    again = re.search(r'href="(/console/mises-de-cote/[0-9]+/remettre)"', page)
    assert again is not None
    assert (await someone.browser.get(again[1])).status_code == 200
    status, page = await post(someone, again[1], {"reason": ""})
    assert status == 400 and "Écrivez le motif" in page
    assert (await post(someone, again[1], {"reason": "Une classe votait."}))[0] == 303
    assert (await site.house.standing(topic)).tally.headline == Counts(25, 60)
    status, page = await post(someone, again[1], {"reason": "Encore"})
    assert status == 409 and "les a déjà remis dans le compte" in page
    listed = html.unescape((await someone.browser.get("/console/mises-de-cote?q=question")).text)
    assert "Une classe votait." in listed and f'href="{path}"' in listed


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"until": "n'importe quoi"}, 400, "Cette date ne se lit pas"),
        ({"until": "2020-02-02T10:00"}, 400, "La fin vient avant le début"),
        ({"until": "2099-01-01T10:00"}, 400, "Cette période n'est pas finie"),
        ({"reason": " "}, 400, "Écrivez le motif"),
        ({"reason": "x" * 201}, 400, "plus de deux cents signes"),
        ({"network": "rien"}, 400, "Choisissez un réseau de la liste"),
        ({"new": "1"}, 400, "moins de trente votes comptés"),
        ({"op": "!"}, 400, "n'est plus valable"),
    ],
)
async def test_what_is_wrong_with_a_rule_is_told_and_what_was_typed_stays(
    site: Site, more: dict[str, str], status: int, told: str
) -> None:
    someone = await colleague(site, Role.ADMINISTRATOR)
    topic, minute = await attacked(site.house)
    path = f"/console/mises-de-cote/sujets/{topic}"
    answered, page = await post(someone, path, form_of(minute, step="confirm", **more))
    assert answered == status and told in page.replace("\u202f", " ")
    assert form_of(minute)["since"] in page
    assert (await site.house.standing(topic)).tally.headline == Counts(25, 60)
    assert (await post(someone, "/console/mises-de-cote/sujets/999", form_of(minute)))[0] == 404


async def test_a_citizen_reads_when_how_many_and_why_and_their_own_vote_stays_theirs(site: Site) -> None:
    await colleague(site, Role.MODERATOR)
    topic, minute = await attacked(site.house, TopicRules(0, None, ResultPolicy.ALWAYS))
    path = f"/sujets/{topic}"
    before = await read(site, path)
    assert 'id="mis-de-cote" aria-labelledby="mis-de-cote-titre" hidden' in before
    quarantine = await made(site.house, one(topic, minute))
    page = await read(site, path)
    assert "environ 45\u00a0votes mis de côté" in page and "Votes automatiques" in page
    assert 'aria-labelledby="mis-de-cote-titre">' in page and '<path class="aside-mark"' in page
    own = await read(site, path, BOT)
    assert "Votre vote est gardé, mais ne compte pas en ce moment" in own
    assert "Votre vote est gardé, mais" in await read(site, "/mes-votes", BOT)
    assert "Votre vote est gardé, mais" not in await read(site, path, 1)
    changed = await site.house.box.cast(CastVote(topic, device(BOT), Sign.PLUS, "b" * 16))
    assert isinstance(changed, Receipt)
    assert (await site.house.standing(topic)).tally.headline == Counts(25, 15)
    await back(site.house, quarantine)
    page = await read(site, path, BOT)
    assert "environ 45\u00a0votes revenus dans le compte" in page and "C'était une classe" in page
    assert "Votre vote est gardé, mais" not in page
    assert (await site.house.standing(topic)).tally.headline == Counts(26, 59)


async def test_steps_are_told_where_results_are_hidden_and_in_every_language(site: Site) -> None:
    await colleague(site, Role.MODERATOR)
    topic, minute = await attacked(site.house)
    await made(site.house, one(topic, minute))
    for language, told in (("de", "etwa 45 Stimmen zurückgestellt"), ("en", "about 45 votes set aside")):
        answer = await site.browser().get(f"/sujets/{topic}", headers={"accept-language": language})
        assert told in answer.text and "Votes automatiques" in answer.text
        assert '<path class="aside-mark"' not in answer.text


async def test_the_line_of_a_closed_topic_leads_to_its_corrected_result(site: Site) -> None:
    await colleague(site, Role.MODERATOR)
    rules = TopicRules(0, None, ResultPolicy.ALWAYS)
    topic, minute = await attacked(site.house, rules)
    await crowd(site.house, topic, range(200, 230))
    await close_topic(site.house.database, topic, site.house.clock[0])
    site.house.clock[0] += 10 * MINUTE_MS
    await made(site.house, one(topic, minute))
    site.house.clock[0] += MINUTE_MS
    page = await read(site, f"/sujets/{topic}")
    moments = re.search(r'class="moments">(.*?)</script>', page)
    assert moments is not None and moments[1].endswith(", 55, 15]]")


async def test_new_devices_of_one_network_bear_its_marks_through_the_form(site: Site) -> None:
    site.services[0] = replace(site.services[0], proxies=frozenset({"127.0.0.1"}))
    topic, house = await site.house.topic(), site.house
    for number in range(12):
        browser = site.browser()
        browser.headers["x-forwarded-for"] = f"8.8.8.8, 92.184.1.{number}"
        await browser.get(f"/sujets/{topic}")
        await browser.post("/profil", data={"skip": "1", "next": "/"})
        voted = await browser.post(
            f"/sujets/{topic}/vote", data={"sign": "1", "op": f"a-new-device-{number}"}
        )
        assert voted.status_code == 303
    await house.box.keep_arrivals()
    rows = beside(house.url, "SELECT mark, count(*) FROM arrival GROUP BY mark ORDER BY mark")
    network = house.keys.network_mark(topic, house.clock[0] // DAY_MS, "92.184.1.0/24")
    assert rows == [(NEW_DEVICE, 12), (network, 12)]
    house.clock[0] += (KEPT_DAYS + 1) * DAY_MS
    await forget_old_arrivals(house.database, house.clock[0])
    assert beside(house.url, "SELECT * FROM arrival") == []
