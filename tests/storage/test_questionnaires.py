"""Questionnaires: a plan that ends, and how many people took part."""

import asyncio

import pytest

from storage.attendance import Attendance
from storage.ballots import DAY_MS
from storage.questionnaires import (
    BadPlan,
    create_questionnaire,
    destroy_expired_visitors,
    engagement,
    get_questionnaire,
    note_stages,
    running_questionnaires,
)
from storage.topics import UnknownTheme, list_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_questionnaires import (
    MOST_STEPS,
    Engagement,
    NewQuestionnaire,
    NewStep,
    PlanFault,
    Stage,
    Step,
    Ways,
    plan_fault,
)
from tests.storage.house import START, House, beside, device

BRANCH = (Ways(2, 3, 4), Ways(4, 4, 4), Ways(4, None, 4), Ways(None, None, None))
END = START + 10 * DAY_MS
EVERYTHING = {Stage.STARTED, Stage.VOTED, Stage.FINISHED}


async def questionnaire(house: House, ways: tuple[Ways, ...] = BRANCH, theme: str = "sport") -> int:
    rules = TopicRules(START, END)
    steps = tuple(
        NewStep(NewTopic(TopicKind.QUESTION, f"Question {number} ?", theme, rules), each)
        for number, each in enumerate(ways, 1)
    )
    new = NewQuestionnaire("Vos trajets", START, END, steps)
    return await create_questionnaire(house.database, house.keys, new, house.clock[0])


@pytest.mark.parametrize(
    ("ways", "fault"),
    [
        (BRANCH, None),
        ((Ways(None, None, None),), None),
        ((), PlanFault.EMPTY),
        ((Ways(None, None, None),) * (MOST_STEPS + 1), PlanFault.TOO_LONG),
        ((Ways(1, None, None),), PlanFault.BACKWARD),
        ((Ways(2, 2, 2), Ways(None, 1, None)), PlanFault.BACKWARD),
        ((Ways(2, None, None),), PlanFault.BACKWARD),
        ((Ways(3, 3, 3), Ways(3, 3, 3), Ways(None, None, None)), PlanFault.UNREACHABLE),
    ],
)
def test_a_plan_leads_forward_and_to_every_step(ways: tuple[Ways, ...], fault: PlanFault | None) -> None:
    assert plan_fault(ways) is fault


async def test_a_questionnaire_is_stored_whole_with_its_topics(house: House) -> None:
    one = await questionnaire(house)
    found = await get_questionnaire(house.database, one)
    assert found is not None
    assert found.steps == tuple(Step(topic, ways) for topic, ways in zip(found.topics, BRANCH, strict=True))
    assert [each.id for each in await running_questionnaires(house.database, START)] == [one]
    assert await running_questionnaires(house.database, END) == []


async def test_a_bad_plan_or_theme_leaves_nothing(house: House) -> None:
    with pytest.raises(BadPlan, match="one before it"):
        await questionnaire(house, (Ways(1, 1, 1),))
    with pytest.raises(UnknownTheme):
        await questionnaire(house, theme="cheese")
    assert await list_topics(house.database) == []
    assert await get_questionnaire(house.database, 1) is None


async def test_a_stage_counts_once_however_often_and_from_where_it_is_told(house: House) -> None:
    one = await questionnaire(house)

    async def note(number: int, stages: set[Stage]) -> None:
        await note_stages(house.database, house.keys, one, device(number), stages, house.clock[0])

    await note(1, {Stage.ACTIVE})
    await note(2, {Stage.STARTED})
    await asyncio.gather(*(note(3, stages) for stages in (EVERYTHING, {Stage.STARTED}, EVERYTHING, set())))
    assert await engagement(house.database, one) == Engagement(active=3, started=2, voted=1, finished=1)


async def test_only_the_day_of_a_stage_is_kept(house: House) -> None:
    one = await questionnaire(house)
    house.clock[0] += 12_345
    await note_stages(house.database, house.keys, one, device(1), EVERYTHING, house.clock[0])
    (kept,) = beside(house.url, "SELECT started_at, voted_at, finished_at FROM questionnaire_visitor")
    assert set(kept) == {START - START % DAY_MS}


async def test_nobody_has_the_same_name_in_two_questionnaires(house: House) -> None:
    for one in (await questionnaire(house), await questionnaire(house)):
        await note_stages(house.database, house.keys, one, device(1), EVERYTHING, START)
    names = {bytes(name) for (name,) in beside(house.url, "SELECT pseudonym FROM questionnaire_visitor")}
    assert len(names) == 2 and house.keys.pseudonym(device(1)) not in names


async def test_attendance_counts_each_person_once_and_only_while_it_runs(house: House) -> None:
    one = await questionnaire(house)
    attendance = Attendance(house.keys)
    attendance.note(device(1), START)
    await attendance.flush(house.database, START)
    for number in (1, 2, 2):
        attendance.note(device(number), START + 1)
    attendance.note(device(3), END)
    await attendance.flush(house.database, START + 2)
    attendance.note(device(1), START + 3)
    await attendance.flush(house.database, START + 4)
    assert (await engagement(house.database, one)).active == 2
    assert (await attendance.engagement(house.database, one, START)).active == 2
    await note_stages(house.database, house.keys, one, device(4), EVERYTHING, START)
    assert (await attendance.engagement(house.database, one, START + 4_999)).active == 2
    assert (await attendance.engagement(house.database, one, START + 5_000)).active == 3


async def test_after_the_appeal_time_four_numbers_stay_and_nobody_behind_them(house: House) -> None:
    one = await questionnaire(house)
    await note_stages(house.database, house.keys, one, device(1), EVERYTHING, START)
    before = await engagement(house.database, one)
    assert await destroy_expired_visitors(house.database, END + 59 * DAY_MS, 60) == []
    assert await destroy_expired_visitors(house.database, END + 60 * DAY_MS, 60) == [one]
    assert beside(house.url, "SELECT 1 FROM questionnaire_visitor") == []
    assert await engagement(house.database, one) == before == Engagement(1, 1, 1, 1)
    assert await destroy_expired_visitors(house.database, END + 61 * DAY_MS, 60) == []
