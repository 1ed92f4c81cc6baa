"""What editors write: revisions, and the clock that publishes exactly once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Departement, Sign
from storage import audit, staff
from storage.drafts import (
    amends_of,
    begin_draft,
    discard_draft,
    get_draft,
    list_drafts,
    restore_revision,
    revisions_of,
    save_draft,
)
from storage.news import get_image, pictures_of
from storage.opened import opened_lately
from storage.planning import planned
from storage.publication import (
    correct,
    end_early,
    keep_schedule,
    publish_draft,
    schedule_draft,
    unschedule_draft,
)
from storage.search import find
from storage.switches import current_notice
from storage.topics import get_topic, list_topics
from storage.values import TopicKind, TopicRules
from storage.values_audit import Action, AuditSearch, SubjectKind
from storage.values_drafts import Amends, DraftContent, DraftFault, DraftState
from storage.values_news import Picture
from storage.values_search import Query
from storage.values_staff import NewAccount, Role, StaffFault
from tests.storage.house import START, House, device, open_house

MINUTE = 60_000
CONTENT = DraftContent(
    TopicKind.QUESTION,
    "Faut-il des trains de nuit ?",
    "Entre Strasbourg et Nice.",
    "transports",
    ResultPolicy.AT_CLOSE,
    HeadlinePolicy.SEALED,
    profile_required=True,
    opens_at=START + MINUTE,
    closes_at=START + 10 * MINUTE,
    departement=Departement.BAS_RHIN,
    picture=Picture("a" * 64, "Un train", 640, 360),
)


@pytest.fixture
async def editor(house: House) -> int:
    new = NewAccount("e@grandest.fr", "Élodie", frozenset({Role.EDITOR}), frozenset())
    done = await staff.add(house.database, house.keys, new, by=None, op="e", now=START)
    assert not isinstance(done, StaffFault)
    return done[0]


@pytest.fixture
async def other(house: House) -> AsyncIterator[House]:
    """Another node on the same database."""
    node = await open_house(house.url, house.clock)
    yield node
    await node.close()


async def begun(house: House, editor: int, content: DraftContent = CONTENT, op: str = "op-1") -> int:
    draft = await begin_draft(house.database, content, op, by=editor, now=START, image=b"webp")
    assert isinstance(draft, int)
    return draft


async def told(house: House, draft: int) -> list[tuple[str, int | None]]:
    """The journal's lines of a draft, the oldest first: what, and who (None: the clock)."""
    asked = AuditSearch(subject_kind=SubjectKind.DRAFT, subject_id=str(draft))
    return [(line.action, line.staff) for line in reversed(await audit.search(house.database, asked))]


async def test_every_revision_is_kept_and_an_older_one_comes_back_as_a_new_one(
    house: House, editor: int
) -> None:
    draft = await begun(house, editor)
    assert await begun(house, editor) == draft  # the same op: pressed twice
    other = replace(CONTENT, title="Autrement ?", picture=None)
    assert await save_draft(house.database, draft, other, upon=1, by=editor, now=START) is None
    assert await save_draft(house.database, draft, other, upon=1, by=editor, now=START) is None
    late = replace(CONTENT, title="Trop tard")
    saved = await save_draft(house.database, draft, late, upon=1, by=editor, now=START)
    assert saved is DraftFault.CHANGED
    assert await restore_revision(house.database, draft, 1, upon=2, by=editor, now=START + 1) is None
    revisions = await revisions_of(house.database, draft)
    assert [(one.number, one.content, one.by) for one in revisions] == [
        (3, CONTENT, "Élodie"),
        (2, other, "Élodie"),
        (1, CONTENT, "Élodie"),
    ]
    image = await get_image(house.database, "a" * 64)
    assert image is not None and image.content == b"webp"
    assert [action for action, _ in await told(house, draft)] == [
        Action.DRAFT_BEGUN,
        Action.DRAFT_SAVED,
        Action.DRAFT_RESTORED,
    ]


async def test_a_theme_must_exist(house: House, editor: int) -> None:
    content = replace(CONTENT, theme="nowhere")
    assert await begin_draft(house.database, content, "op", by=editor, now=START) is DraftFault.NO_THEME


async def test_the_clock_opens_it_with_all_that_was_said_and_not_before(house: House, editor: int) -> None:
    draft = await begun(house, editor)
    assert await schedule_draft(house.database, draft, upon=1, by=editor, now=START) is None
    assert await keep_schedule(house.database, house.keys, START + MINUTE - 1) == 0
    assert await list_topics(house.database) == []
    before = (await current_notice(house.database, START)).number
    assert await keep_schedule(house.database, house.keys, START + MINUTE + 300) == 1
    (topic,) = await list_topics(house.database)
    assert (topic.title, topic.body, topic.departement) == (CONTENT.title, CONTENT.body, CONTENT.departement)
    rules = TopicRules(START + MINUTE, START + 10 * MINUTE, CONTENT.results, CONTENT.headline, True)
    assert topic.rules == rules
    assert await pictures_of(house.database, [topic.id]) == {topic.id: CONTENT.picture}
    notice = await current_notice(house.database, START + MINUTE + 300)
    assert notice.number > before and [(one.sort, one.id) for one in notice.fresh] == [("topic", topic.id)]
    assert (await told(house, draft))[-1] == (Action.TOPIC_PUBLISHED, None)
    assert await keep_schedule(house.database, house.keys, START + 10 * MINUTE) == 1
    assert await keep_schedule(house.database, house.keys, START + 10 * MINUTE) == 0
    assert (await told(house, draft))[-1] == (Action.TOPIC_ENDED, None)
    assert await opened_lately(house.database, START + 10 * MINUTE) == ()


async def test_of_two_nodes_that_look_at_once_exactly_one_opens_it(
    house: House, other: House, editor: int
) -> None:
    drafts = [await begun(house, editor, op=f"op-{number}") for number in range(8)]
    for draft in drafts:
        await schedule_draft(house.database, draft, upon=1, by=editor, now=START)
    looks = [keep_schedule(node.database, node.keys, START + MINUTE) for node in (house, other) * 3]
    assert sum(await asyncio.gather(*looks)) == len(drafts)
    assert len(await list_topics(house.database)) == len(drafts)
    for draft in drafts:
        actions = [action for action, _ in await told(house, draft)]
        assert actions.count(Action.TOPIC_PUBLISHED) == 1


async def test_what_a_node_left_undone_another_does(house: House, other: House, editor: int) -> None:
    draft = await begun(house, editor)
    await schedule_draft(house.database, draft, upon=1, by=editor, now=START)
    await house.box.stop()
    assert await keep_schedule(other.database, other.keys, START + 2 * MINUTE) == 1
    found = await get_draft(other.database, draft, DraftContent)
    assert found is not None and found.state is DraftState.PUBLISHED and found.due_at == START + MINUTE


@pytest.mark.parametrize(
    ("opens", "closes", "fault"),
    [
        (None, None, DraftFault.NO_OPENS),
        (START - 1, None, DraftFault.OPENS_IN_PAST),
        (START + 2, START + 1, DraftFault.CLOSES_FIRST),
        (START + 2, START + 2, DraftFault.CLOSES_FIRST),
        (START + 2, START, DraftFault.CLOSES_IN_PAST),
    ],
)
async def test_a_schedule_that_cannot_be_is_refused(
    house: House, editor: int, opens: int | None, closes: int | None, fault: DraftFault
) -> None:
    draft = await begun(house, editor, replace(CONTENT, opens_at=opens, closes_at=closes))
    assert await schedule_draft(house.database, draft, upon=1, by=editor, now=START) is fault
    found = await get_draft(house.database, draft, DraftContent)
    assert found is not None and found.state is DraftState.WRITING


async def test_what_is_scheduled_is_changed_only_after_it_was_taken_back(house: House, editor: int) -> None:
    draft, database = await begun(house, editor), house.database
    await schedule_draft(database, draft, upon=1, by=editor, now=START)
    for refused in (
        await save_draft(database, draft, CONTENT, upon=1, by=editor, now=START),
        await discard_draft(database, draft, by=editor, now=START),
    ):
        assert refused is DraftFault.WRONG_STATE
    assert await unschedule_draft(database, draft, by=editor, now=START) is None
    assert await keep_schedule(database, house.keys, START + MINUTE) == 0
    assert await discard_draft(database, draft, by=editor, now=START) is None
    assert await publish_draft(database, house.keys, draft, upon=1, by=editor, now=START) is (
        DraftFault.WRONG_STATE
    )
    assert [one.id for one in await list_drafts(database, DraftState.DISCARDED)] == [draft]


async def test_published_by_hand_it_opens_now_and_once(house: House, editor: int) -> None:
    draft = await begun(house, editor)
    ids = {
        await publish_draft(house.database, house.keys, draft, upon=1, by=editor, now=START + n)
        for n in (5, 6)
    }
    (topic,) = await list_topics(house.database)
    assert ids == {topic.id} and topic.rules.opens_at == START + 5
    assert await unschedule_draft(house.database, draft, by=editor, now=START) is DraftFault.WRONG_STATE


async def test_a_correction_is_a_revision_and_what_was_said_before_is_found_no_more(
    house: House, editor: int
) -> None:
    draft, database = await begun(house, editor), house.database
    topic = await publish_draft(database, house.keys, draft, upon=1, by=editor, now=START)
    assert isinstance(topic, int)
    words = ("Faut-il des trains du soir ?", "Entre Metz et Nice.")
    better = replace(CONTENT, title=words[0], body=words[1])
    assert await correct(database, draft, better, upon=1, by=editor, now=START + 1) is None
    assert await correct(database, draft, better, upon=1, by=editor, now=START + 2) is None
    late = replace(CONTENT, title="A")
    assert await correct(database, draft, late, upon=1, by=editor, now=START) is DraftFault.CHANGED
    other = replace(better, closes_at=None)
    assert await correct(database, draft, other, upon=2, by=editor, now=START) is DraftFault.WRONG_STATE
    found = await get_topic(database, topic)
    assert found is not None and (found.title, found.body) == words
    assert await amends_of(database, topic) == Amends(corrected_at=START + 1)
    assert len(await revisions_of(database, draft)) == 2

    async def hits(text: str) -> int:
        return len((await find(database, Query(text), START + 2)).topics)

    assert (await hits("soir"), await hits("nuit")) == (1, 0)


async def test_a_vote_that_staff_end_takes_no_more_votes_and_says_why(house: House, editor: int) -> None:
    content = replace(CONTENT, profile_required=False)
    draft = await begun(house, editor, content)
    topic = await publish_draft(house.database, house.keys, draft, upon=1, by=editor, now=START)
    assert isinstance(topic, int)
    assert await end_early(house.database, draft, "Déjà décidé.", by=editor, now=START + 1) is None
    again = await end_early(house.database, draft, "Encore.", by=editor, now=START + 2)
    assert again is DraftFault.WRONG_STATE
    house.clock[0] = START + 1
    assert str(await house.vote(topic, device(1), Sign.PLUS)) == "closed"
    assert await amends_of(house.database, topic) == Amends(None, START + 1, "Déjà décidé.")
    assert await keep_schedule(house.database, house.keys, START + 20 * MINUTE) == 0


async def test_the_calendar_knows_what_is_written_scheduled_and_published(house: House, editor: int) -> None:
    database = house.database
    written = await begun(house, editor, replace(CONTENT, opens_at=START + 3 * MINUTE), "written")
    scheduled = await begun(house, editor, replace(CONTENT, opens_at=START + 2 * MINUTE), "scheduled")
    await schedule_draft(database, scheduled, upon=1, by=editor, now=START)
    published = await begun(house, editor, op="published")
    await publish_draft(database, house.keys, published, upon=1, by=editor, now=START)
    await begun(house, editor, replace(CONTENT, kind=TopicKind.NEWS), "news")
    await begun(house, editor, replace(CONTENT, opens_at=None, closes_at=None), "some day")
    found = await planned(database, START, START + 11 * MINUTE)
    assert [(one.draft, one.state) for one in found] == [
        (published, DraftState.PUBLISHED),
        (scheduled, DraftState.SCHEDULED),
        (written, DraftState.WRITING),
    ]
    assert await planned(database, START + 11 * MINUTE, START + 12 * MINUTE) == []
