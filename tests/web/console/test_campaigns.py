"""The pages on which editors write campaigns, as their browsers ask for them."""

import pytest

from realtime.tally import Sign
from storage import audit
from storage.drafts import get_draft, revisions_of
from storage.news import get_campaign
from storage.publication import keep_schedule
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_audit import AuditSearch, SubjectKind
from storage.values_campaign_drafts import CampaignContent
from storage.values_drafts import DraftState
from storage.values_staff import Role
from tests.storage.house import device
from tests.web.conftest import Site
from tests.web.console.test_drafts import made, picture
from tests.web.drafted import MINUTE, drafted_campaign
from tests.web.staffed import Colleague, colleague

PATH = "/console/redaction/campagnes"
FORM = {"title": "Le mois <b>du train</b>", "body": "Un mois.", "op": "abcdefghijklmnop"}


@pytest.fixture
async def editor(site: Site) -> Colleague:
    return await colleague(site, Role.EDITOR)


async def content(site: Site, draft: int) -> CampaignContent:
    found = await get_draft(site.house.database, draft, CampaignContent)
    assert found is not None
    return found.content


async def test_it_is_written_illustrated_and_filled(site: Site, editor: Colleague) -> None:
    first, second = await site.house.topic(), await site.house.topic()
    file = {"picture": ("a.png", picture(), "image/png")}
    form = {**FORM, "alt": "Un train", "topic": [str(second)], "more": f"{first}, {second}"}
    draft = made(await editor.browser.post(PATH, data=form, files=file))
    kept = await content(site, draft)
    assert kept.topics == (second, first) and kept.picture is not None and kept.title == FORM["title"]
    page = (await editor.browser.get(f"{PATH}/{draft}")).text
    assert page.count(" checked") == 2 and "Le mois &lt;b&gt;" in page
    late = {**FORM, "title": "Autrement", "topic": [str(first)], "number": "1", "alt": "Un train"}
    assert made(await editor.browser.post(f"{PATH}/{draft}", data=late)) == draft
    refused = await editor.browser.post(f"{PATH}/{draft}", data={**late, "title": "Encore"})
    assert refused.status_code == 409 and 'value="Encore"' in refused.text
    await editor.browser.post(f"{PATH}/{draft}/version", data={"version": "1", "number": "2"})
    assert await content(site, draft) == kept


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": ""}, "Écrivez un titre"),
        ({"more": "99"}, "existe pas"),
        ({"more": "un"}, "existe pas"),
        ({"more": " ".join(map(str, range(1, 102)))}, "cent sujets au plus"),
        ({"opens": "2027-04-02T10:00", "closes": "2027-04-01T10:00"}, "avant de s"),
        ({"op": "x"}, "incomplet"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    site: Site, editor: Colleague, wrong: dict[str, str], told: str
) -> None:
    answer = await editor.browser.post(PATH, data={**FORM, "body": "gardez-moi", **wrong})
    assert answer.status_code == 400 and told in answer.text and "gardez-moi" in answer.text


async def test_arguments_and_what_another_campaign_has_are_not_grouped(site: Site, editor: Colleague) -> None:
    house = site.house
    topic = await house.topic()
    rules = TopicRules(0, None)
    argument = NewTopic(TopicKind.ARGUMENT, "Oui.", "sport", rules, parent=topic, side=Sign.PLUS)
    (below,) = await create_topics(house.database, house.keys, [argument], house.clock[0])
    await drafted_campaign(site, editor.id, DraftState.PUBLISHED, topics=(topic,))
    for number, told in ((below, "ne peut pas être groupé"), (topic, "déjà dans une autre campagne")):
        answer = await editor.browser.post(PATH, data={**FORM, "more": str(number)})
        assert answer.status_code == 400 and told in answer.text


async def test_the_clock_opens_it_and_afterwards_all_but_its_times_may_change(
    site: Site, editor: Colleague
) -> None:
    house, citizen = site.house, site.browser(1)
    first, second = await house.topic(), await house.topic()
    draft = await drafted_campaign(site, editor.id, DraftState.SCHEDULED, topics=(first,))
    assert "Le mois du train" not in (await citizen.get("/")).text
    house.clock[0] += MINUTE
    assert await keep_schedule(house.database, house.keys, house.clock[0]) == 1
    assert "Le mois du train" in (await citizen.get("/")).text
    before = await get_campaign(house.database, 1)
    form = {"title": "Le mois du rail", "topic": [str(second)], "number": "1", "closes": "2099-01-01T00:00"}
    file = {"picture": ("a.png", picture(), "image/png")}
    changed = await editor.browser.post(
        f"{PATH}/{draft}/corriger", data={**form, "alt": "Un train rouge"}, files=file
    )
    assert made(changed) == draft
    after = await get_campaign(house.database, 1)
    assert before is not None and after is not None
    assert (after.title, after.topics, after.closes_at) == ("Le mois du rail", (second,), before.closes_at)
    page = (await citizen.get("/campagnes/1")).text
    assert 'alt="Un train rouge"' in page and f"/sujets/{second}" in page and f"/sujets/{first}" not in page
    assert len(await revisions_of(house.database, draft)) == 2


async def test_ended_early_it_says_why_and_its_topics_take_votes_all_the_same(
    site: Site, editor: Colleague
) -> None:
    topic = await site.house.topic()
    draft = await drafted_campaign(site, editor.id, DraftState.PUBLISHED, topics=(topic,))
    await editor.browser.post(f"{PATH}/{draft}/arreter", data={"reason": "Fini <i>plus tôt</i>."})
    page = (await site.browser(1).get("/campagnes/1")).text
    assert "Fini &lt;i&gt;plus tôt" in page and "campagne terminée" in page
    assert str(await site.house.vote(topic, device(1), Sign.PLUS)) != "closed"
    asked = AuditSearch(subject_kind=SubjectKind.CAMPAIGN)
    lines = await audit.search(site.house.database, asked)
    assert [line.action for line in lines] == ["campaign-ended", "campaign-published", "draft-begun"]


async def test_the_preview_is_the_page_that_citizens_will_see(site: Site, editor: Colleague) -> None:
    topic = await site.house.topic()
    draft = await drafted_campaign(site, editor.id, topics=(topic,))
    around = await editor.browser.get(f"{PATH}/{draft}/apercu")
    assert f'src="{PATH}/{draft}/apercu/page"' in around.text
    page = await editor.browser.get(f"{PATH}/{draft}/apercu/page")
    assert "page-campaign" in page.text and f"/sujets/{topic}" in page.text
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert await get_campaign(site.house.database, 1) is None
    for path in (f"{PATH}/99", f"{PATH}/99/apercu", f"{PATH}/{10**20}/apercu/page"):
        assert (await editor.browser.get(path)).status_code == 404
