"""What a topic shows of its past: the time line under the rule of its results, the pyramid after its close."""

import re

from realtime.disclosure import ResultPolicy
from realtime.tally import AgeBand, Cell, Departement, Sex, Sign
from storage.tallies import SETTLING_MS
from storage.values import TopicRules
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.test_pages import ME, text_of
from web.catalogue import load_catalogue


async def test_the_pyramid_waits_until_the_last_ballots_are_counted(site: Site) -> None:
    topic = await site.house.topic(TopicRules(0, site.house.clock[0] + 1, results=ResultPolicy.ALWAYS))
    site.house.clock[0] += 1
    assert "la pyramide paraît dans quelques secondes" in text_of(
        (await site.browser(ME).get(f"/sujets/{topic}")).text
    )
    site.house.clock[0] += SETTLING_MS
    assert "Pas assez de votants" in text_of((await site.browser(ME).get(f"/sujets/{topic}")).text)


async def crowd(site: Site, topic: int, number: int, sex: Sex, age: AgeBand) -> None:
    """So many new voters of one cell; every third says minus."""
    for voter in range(number):
        someone = device((list(Sex).index(sex) + 1) * 1000 + voter)
        await site.house.tell(someone, Cell(Departement.MARNE, sex, age))
        await site.house.vote(topic, someone, Sign.MINUS if voter % 3 == 0 else Sign.PLUS)


async def test_the_pyramid_comes_with_the_close_and_leaves_out_small_cells(site: Site) -> None:
    end = site.house.clock[0] + 1000
    topic = await site.house.topic(TopicRules(0, end, results=ResultPolicy.ALWAYS))
    await crowd(site, topic, 23, Sex.WOMAN, AgeBand.FROM_20)
    await crowd(site, topic, 19, Sex.MAN, AgeBand.FROM_20)
    await crowd(site, topic, 21, Sex.OTHER, AgeBand.FROM_40)
    before = (await site.browser().get(f"/sujets/{topic}")).text
    assert 'class="pyramid"' not in before
    site.house.clock[0] = end + SETTLING_MS
    page = (await site.browser().get(f"/sujets/{topic}")).text
    assert page.count("--length:") == 1
    table = page[page.index("Chiffres de la pyramide") :]
    women, men, others = table.split("rowgroup")[1:4]
    assert re.findall(r"<td>(.*?)</td>", women)[3] == "20"
    assert "<td>" not in men
    assert re.findall(r"<td>(.*?)</td>", others)[3] == "20"
    assert "Autre réponse : 40 à 59 ans" in text_of(page).replace("\u202f", " ")
    assert "19 votants" not in text_of(page)


async def past_of(site: Site, topic: int, number: int | None) -> tuple[int, dict[str, object]]:
    answer = await site.browser(number).get(f"/sujets/{topic}/fil", headers={"accept": "application/json"})
    assert "no-store" in answer.headers["cache-control"]
    return answer.status_code, answer.json()


async def voters_over_time(site: Site, topic: int) -> None:
    for voter in range(100, 130):
        await site.house.vote(topic, device(voter), Sign.PLUS)
        site.house.clock[0] += 10_000


async def test_the_past_stays_hidden_without_a_ballot(site: Site) -> None:
    topic = await site.house.topic()
    await voters_over_time(site, topic)
    told = {"code": "results-hidden", "message": load_catalogue().say("refusals", "results-hidden")}
    for number in (None, ME):
        assert await past_of(site, topic, number) == (403, told)


async def test_the_past_opens_with_a_ballot_even_a_withdrawn_one(site: Site) -> None:
    topic = await site.house.topic()
    await voters_over_time(site, topic)
    await site.house.vote(topic, device(ME), Sign.MINUS)
    for _ in range(2):
        status, told = await past_of(site, topic, ME)
        assert status == 200
        moments = told["moments"]
        assert isinstance(moments, list)
        assert [sum(counts) for _, *counts in moments] == [30]  # the first two would be of too few
        await site.house.vote(topic, device(ME), Sign.WITHDRAWN)


async def test_the_past_of_what_closes_last_opens_at_the_close_only(site: Site) -> None:
    end = site.house.clock[0] + 1_000_000
    topic = await site.house.topic(TopicRules(0, end, results=ResultPolicy.AT_CLOSE))
    await voters_over_time(site, topic)
    await site.house.vote(topic, device(ME), Sign.PLUS)
    assert (await past_of(site, topic, ME))[0] == 403
    site.house.clock[0] = end
    assert (await past_of(site, topic, None))[0] == 200


async def test_the_past_of_no_topic_is_a_refusal(site: Site) -> None:
    assert (await past_of(site, 999, ME))[1]["code"] == "unknown-topic"
