"""What everybody is told to have opened: of each sort, all that opened, and not for long."""

from dataclasses import replace

import pytest

from realtime.notice import FRESH_MS, MOST_FRESH, Fresh, FreshSort
from storage.drafts import begin_draft
from storage.opened import opened_lately
from storage.publication import end_early, keep_schedule, publish_draft, schedule_draft
from storage.switches import current_notice
from storage.values_campaign_drafts import CampaignContent
from storage.values_drafts import Content
from storage.values_show import LEAD_MS, Gesture
from tests.shows import QUESTION, launch
from tests.storage.house import START, House
from tests.storage.test_drafts import CONTENT, MINUTE
from tests.storage.test_drafts import editor as editor
from tests.storage.test_questionnaire_drafts import CONTENT as QUESTIONNAIRE

TOPIC = replace(CONTENT, picture=None)
CAMPAIGN = CampaignContent(
    "Le mois du train", "Un mois.", opens_at=START + MINUTE, closes_at=START + 60 * MINUTE
)


async def scheduled(house: House, editor: int, *contents: Content) -> list[int]:
    drafts = []
    for number, content in enumerate(contents):
        draft = await begin_draft(house.database, content, f"op-{number}", by=editor, now=START)
        assert isinstance(draft, int)
        assert await schedule_draft(house.database, draft, upon=1, by=editor, now=START) is None
        drafts.append(draft)
    return drafts


@pytest.mark.parametrize("content", [TOPIC, QUESTIONNAIRE, CAMPAIGN], ids=lambda one: str(one.sort))
async def test_whatever_the_clock_opens_is_told_for_a_while(
    house: House, editor: int, content: Content
) -> None:
    await scheduled(house, editor, content)
    opened = START + MINUTE
    assert await keep_schedule(house.database, house.keys, opened) == 1
    (fresh,) = (await current_notice(house.database, opened + 1)).fresh
    assert fresh == Fresh(FreshSort(content.sort), fresh.id, content.title, opened)
    assert len(await opened_lately(house.database, opened + 1)) == 1
    assert await opened_lately(house.database, opened + FRESH_MS + 1) == ()


async def test_all_that_opens_in_the_same_moment_is_told(house: House, editor: int) -> None:
    await scheduled(house, editor, TOPIC, QUESTIONNAIRE, CAMPAIGN, replace(TOPIC, title="Et encore ?"))
    await keep_schedule(house.database, house.keys, START + MINUTE)
    fresh = await opened_lately(house.database, START + MINUTE)
    assert sorted(one.title for one in fresh) == sorted(
        [TOPIC.title, QUESTIONNAIRE.title, CAMPAIGN.title, "Et encore ?"]
    )


async def test_of_very_much_the_newest_is_told(house: House, editor: int) -> None:
    many = [replace(TOPIC, title=f"Question {n} ?", opens_at=START + n) for n in range(1, MOST_FRESH + 3)]
    await scheduled(house, editor, *many)
    await keep_schedule(house.database, house.keys, START + MINUTE)
    fresh = await opened_lately(house.database, START + MINUTE)
    assert [one.title for one in fresh] == [one.title for one in many[:1:-1]]


@pytest.mark.parametrize("content", [TOPIC, QUESTIONNAIRE, CAMPAIGN], ids=lambda one: str(one.sort))
async def test_what_has_ended_again_is_told_no_more(house: House, editor: int, content: Content) -> None:
    draft = await begin_draft(house.database, content, "op-1", by=editor, now=START)
    assert isinstance(draft, int)
    await publish_draft(house.database, house.keys, draft, upon=1, by=editor, now=START)
    assert len(await opened_lately(house.database, START)) == 1
    await end_early(house.database, draft, "Déjà décidé.", by=editor, now=START + 1)
    assert await opened_lately(house.database, START + 1) == ()


async def test_a_question_that_an_event_asks_is_told_with_the_gesture_that_opens_it(house: House) -> None:
    show = await launch(house.database, house.keys, START, QUESTION)
    await show.goes(Gesture.REHEARSE, START, upon=0)
    assert await opened_lately(house.database, START) == ()
    await show.goes(Gesture.LAUNCH, START, upon=1)
    (fresh,) = await opened_lately(house.database, START)
    assert (fresh.title, fresh.opened_at) == (QUESTION.title, START + LEAD_MS)
    await show.goes(Gesture.STOP, START + 60_000, upon=2)
    assert await opened_lately(house.database, START + 70_000) == ()
