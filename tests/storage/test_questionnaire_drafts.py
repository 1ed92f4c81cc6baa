"""Questionnaires that editors write: what is wrong with their ways, and what they become."""

import random
from dataclasses import replace

import pytest

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Sign
from storage import audit
from storage.drafts import amends_of, begin_draft, get_draft, restore_revision, revisions_of, save_draft
from storage.publication import correct, end_early, keep_schedule, publish_draft, schedule_draft
from storage.questionnaires import get_questionnaire
from storage.search import find
from storage.topics import get_topic, list_topics
from storage.values_audit import Action, AuditSearch, SubjectKind
from storage.values_drafts import Amends, DraftContent, DraftFault, DraftState
from storage.values_questionnaire_drafts import (
    NEXT,
    PlannedStep,
    Problem,
    ProblemKind,
    QuestionnaireContent,
    problems,
    resolved,
)
from storage.values_questionnaires import MOST_STEPS, Ways, plan_fault
from storage.values_search import Query
from tests.storage.house import START, House, device
from tests.storage.test_drafts import MINUTE
from tests.storage.test_drafts import editor as editor

CONTENT = QuestionnaireContent(
    "Vos trajets",
    "Trois questions.",
    (
        PlannedStep("Prenez-vous le train ?", "transports", minus=3),
        PlannedStep("Est-il à l'heure ?", "transports", "Le matin surtout."),
        PlannedStep("Faut-il plus de bus ?", "transports", skip=None),
    ),
    ResultPolicy.AT_CLOSE,
    HeadlinePolicy.SEALED,
    opens_at=START + MINUTE,
    closes_at=START + 10 * MINUTE,
)
WAYS = (Ways(2, 3, 2), Ways(3, 3, 3), Ways(None, None, None))


async def begun(house: House, editor: int, content: QuestionnaireContent = CONTENT) -> int:
    draft = await begin_draft(house.database, content, "op-1", by=editor, now=START)
    assert isinstance(draft, int)
    return draft


async def told(house: House, draft: int) -> list[tuple[str, int | None]]:
    asked = AuditSearch(subject_kind=SubjectKind.QUESTIONNAIRE, subject_id=str(draft))
    return [(line.action, line.staff) for line in reversed(await audit.search(house.database, asked))]


@pytest.mark.parametrize(
    ("ways", "found"),
    [
        ([(NEXT, 3, NEXT), (NEXT, NEXT, NEXT), (NEXT, NEXT, None)], []),
        ([(1, NEXT, NEXT)], [Problem(ProblemKind.LOOP, 1, ("plus",), 1)]),
        (
            [(NEXT, NEXT, NEXT), (1, NEXT, 1)],
            [Problem(ProblemKind.LOOP, 2, ("plus", "skip"), 1)],
        ),
        (
            [(3, 3, 3), (None, None, None), (2, 2, 2)],
            [Problem(ProblemKind.BACKWARD, 3, ("plus", "skip", "minus"), 2)],
        ),
        ([(None, 9, None)], [Problem(ProblemKind.UNKNOWN, 1, ("minus",), 9)]),
        (
            [(3, 3, 3), (3, 3, 3), (None, None, None)],
            [Problem(ProblemKind.UNREACHABLE, 2)],
        ),
    ],
)
def test_what_is_wrong_with_the_ways_is_named(
    ways: list[tuple[int | None, int | None, int | None]], found: list[Problem]
) -> None:
    assert problems(resolved(ways)) == found


def test_a_plan_has_a_problem_exactly_where_storage_refuses_it() -> None:
    chance, outcomes = random.Random(5), set()
    for _ in range(3000):
        many = chance.randint(1, 4)
        goals = [None, NEXT, NEXT, *range(1, many + 1)]
        ways = resolved([tuple(chance.choices(goals, k=3)) for _ in range(many)])
        outcomes.add(plan_fault(ways))
        assert bool(problems(ways)) is (plan_fault(ways) is not None), ways
    assert len(outcomes) == 3
    long = resolved([(NEXT, NEXT, NEXT)] * (MOST_STEPS + 1))
    assert [each.kind for each in problems(long)] == [ProblemKind.TOO_LONG]


async def test_every_revision_is_kept_and_read_back_whole(house: House, editor: int) -> None:
    draft, database = await begun(house, editor), house.database
    other = replace(CONTENT, steps=CONTENT.steps[:1])
    assert await save_draft(database, draft, other, upon=1, by=editor, now=START) is None
    assert await restore_revision(database, draft, 1, upon=2, by=editor, now=START) is None
    assert [one.content for one in await revisions_of(database, draft)] == [CONTENT, other, CONTENT]
    assert await get_draft(database, draft, DraftContent) is None
    unknown = replace(CONTENT, steps=(PlannedStep("Où ?", "nowhere"),))
    assert await save_draft(database, draft, unknown, upon=3, by=editor, now=START) is DraftFault.NO_THEME
    assert [action for action, _ in await told(house, draft)] == [
        Action.DRAFT_BEGUN,
        Action.DRAFT_SAVED,
        Action.DRAFT_RESTORED,
    ]


async def test_the_clock_opens_it_with_its_questions_and_writes_down_its_end(
    house: House, editor: int
) -> None:
    draft = await begun(house, editor)
    assert await schedule_draft(house.database, draft, upon=1, by=editor, now=START) is None
    assert await list_topics(house.database) == []
    assert await keep_schedule(house.database, house.keys, START + MINUTE + 200) == 1
    found = await get_draft(house.database, draft, QuestionnaireContent)
    assert found is not None and found.state is DraftState.PUBLISHED and found.made is not None
    made = await get_questionnaire(house.database, found.made)
    assert made is not None and (made.opens_at, made.closes_at) == (START + MINUTE, START + 10 * MINUTE)
    assert tuple(step.ways for step in made.steps) == WAYS
    topic = await get_topic(house.database, made.topics[1])
    assert topic is not None and (topic.title, topic.body) == ("Est-il à l'heure ?", "Le matin surtout.")
    assert (topic.rules.results, topic.rules.headline) == (ResultPolicy.AT_CLOSE, HeadlinePolicy.SEALED)
    assert await keep_schedule(house.database, house.keys, START + 10 * MINUTE) == 1
    assert (await told(house, draft))[-2:] == [
        (Action.QUESTIONNAIRE_PUBLISHED, None),
        (Action.QUESTIONNAIRE_ENDED, None),
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (replace(CONTENT, closes_at=None), DraftFault.NO_CLOSES),
        (replace(CONTENT, steps=(PlannedStep("Où ?", "sport", plus=1),)), DraftFault.BAD_PLAN),
        (replace(CONTENT, steps=()), DraftFault.BAD_PLAN),
        (replace(CONTENT, closes_at=START), DraftFault.CLOSES_IN_PAST),
    ],
)
async def test_what_is_not_ready_is_kept_and_not_published(
    house: House, editor: int, content: QuestionnaireContent, fault: DraftFault
) -> None:
    draft, database = await begun(house, editor, content), house.database
    assert await schedule_draft(database, draft, upon=1, by=editor, now=START) is fault
    assert await publish_draft(database, house.keys, draft, upon=1, by=editor, now=START) is fault
    assert await list_topics(database) == []


async def test_words_are_corrected_and_nothing_else(house: House, editor: int) -> None:
    draft, database = await begun(house, editor), house.database
    made = await publish_draft(database, house.keys, draft, upon=1, by=editor, now=START)
    assert isinstance(made, int)
    first = replace(CONTENT.steps[0], title="Prenez-vous le tramway ?")
    better = replace(CONTENT, title="Vos chemins", steps=(first, *CONTENT.steps[1:]))
    assert await correct(database, draft, better, upon=1, by=editor, now=START + 1) is None
    found = await get_questionnaire(database, made)
    assert found is not None and found.title == "Vos chemins"
    topic = await get_topic(database, found.topics[0])
    assert topic is not None and topic.title == "Prenez-vous le tramway ?"
    assert await amends_of(database, topic.id) == Amends(corrected_at=START + 1)
    assert [one.id for one in (await find(database, Query("tramway"), START + 2)).topics] == [topic.id]
    turned = replace(better, steps=(replace(first, minus=NEXT), *CONTENT.steps[1:]))
    refused = await correct(database, draft, turned, upon=2, by=editor, now=START + 2)
    assert refused is DraftFault.WRONG_STATE


async def test_ended_early_none_of_its_questions_takes_votes(house: House, editor: int) -> None:
    draft, database = await begun(house, editor), house.database
    made = await publish_draft(database, house.keys, draft, upon=1, by=editor, now=START)
    assert isinstance(made, int)
    assert await end_early(database, draft, "Déjà décidé.", by=editor, now=START + 1) is None
    found = await get_questionnaire(database, made)
    assert found is not None and found.closes_at == START + 1
    house.clock[0] = START + 1
    for topic in found.topics:
        assert str(await house.vote(topic, device(1), Sign.PLUS)) == "closed"
        assert await amends_of(database, topic) == Amends(None, START + 1, "Déjà décidé.")
