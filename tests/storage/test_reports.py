"""Reports: one of each person and topic, what many report first, and nothing hidden by itself."""

import asyncio

from storage.forgetting import forget_device
from storage.posts import publish, submit
from storage.reports import (
    REPORTS_A_DAY,
    URGENT_FROM,
    report,
    reported,
    settle,
)
from storage.topics import create_topics, list_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_posts import NewPost, Post, PostingRules, PostKind
from storage.values_reports import NewReport, Reported, ReportReason, ReportRefusal
from tests.storage.house import House, beside, device


async def ideas(house: House, number: int = 1) -> list[int]:
    rules = TopicRules(0, None)
    new = [NewTopic(TopicKind.IDEA, f"Idée {n}", "sport", rules) for n in range(number)]
    return await create_topics(house.database, house.keys, new, house.clock[0])


async def say(
    house: House,
    topic: int,
    number: int = 1,
    reason: ReportReason = ReportReason.INSULT,
    text: str = "",
) -> ReportRefusal | None:
    new = NewReport(topic, house.keys.reporter(device(number)), reason, text)
    return await report(house.database, new, house.clock[0])


async def test_a_report_is_kept_with_its_reason_and_its_line(house: House) -> None:
    (idea,) = await ideas(house)
    assert await say(house, idea, text="Mon nom y est", reason=ReportReason.PERSONAL_DATA) is None
    reasons = {ReportReason.PERSONAL_DATA: 1}
    assert await reported(house.database) == [Reported(idea, "Idée 0", None, 1, reasons, ("Mon nom y est",))]
    assert [topic.id for topic in await list_topics(house.database)] == [idea], "it hides nothing"


async def test_a_person_reports_a_topic_once_and_may_correct_it(house: House) -> None:
    (idea,) = await ideas(house)
    await asyncio.gather(*(say(house, idea) for _ in range(5)))
    await say(house, idea, reason=ReportReason.ADVERTISING, text="De la publicité")
    (found,) = await reported(house.database)
    assert (found.people, found.reasons) == (1, {ReportReason.ADVERTISING: 1})
    assert found.texts == ("De la publicité",)


async def test_what_five_people_reported_comes_first(house: House) -> None:
    early, urgent, late = await ideas(house, 3)
    for number in range(URGENT_FROM - 1):
        await say(house, early, number)
    for number in range(URGENT_FROM):
        reason = ReportReason.INSULT if number else ReportReason.OTHER
        await say(house, urgent, number, reason, text=f"n° {number}")
    await say(house, late)
    found = await reported(house.database)
    assert [one.topic for one in found] == [urgent, early, late]
    assert found[0].reasons == {ReportReason.INSULT: URGENT_FROM - 1, ReportReason.OTHER: 1}
    assert found[0].texts == tuple(f"n° {number}" for number in reversed(range(URGENT_FROM)))
    assert [one.topic for one in await reported(house.database, limit=1)] == [urgent]


async def test_what_is_settled_leaves_the_list_and_a_new_report_brings_it_back(house: House) -> None:
    (idea,) = await ideas(house)
    await say(house, idea)
    assert (await settle(house.database, idea), await settle(house.database, idea)) == (1, 0)
    assert await say(house, idea, text="Encore") is None, "one of each person, also afterwards"
    assert await reported(house.database) == []
    await say(house, idea, 2)
    assert [one.people for one in await reported(house.database)] == [1]


async def test_only_what_citizens_say_and_is_in_view_is_reported(house: House) -> None:
    question = await house.topic()
    assert await say(house, question) is ReportRefusal.UNKNOWN_TOPIC
    assert await say(house, 999) is ReportRefusal.UNKNOWN_TOPIC


async def test_a_post_is_named_by_its_number_so_that_it_can_be_taken_back(house: House) -> None:
    new = NewPost(PostKind.IDEA, "Idée", house.keys.author(device(1)), "abcdefgh", "sport")
    made = await submit(house.database, house.keys, new, PostingRules(), house.clock[0])
    assert isinstance(made, Post)
    done = await publish(house.database, house.keys, made.id, PostingRules(), house.clock[0])
    assert isinstance(done, Post) and done.topic is not None
    await say(house, done.topic)
    assert [one.post for one in await reported(house.database)] == [made.id]


async def test_who_reports_everything_is_stopped_for_the_day(house: House) -> None:
    topics = await ideas(house, REPORTS_A_DAY + 1)
    for topic in topics[:-1]:
        assert await say(house, topic) is None
    assert await say(house, topics[-1]) is ReportRefusal.TOO_MANY_TODAY
    assert await say(house, topics[0], text="Corrigé") is None
    assert await say(house, topics[-1], 2) is None


async def test_a_forgotten_reporter_leaves_numbers_only(house: House) -> None:
    (idea,) = await ideas(house)
    await say(house, idea, text="Je suis la voisine")
    await forget_device(house.database, house.keys, device(1))
    (found,) = await reported(house.database)
    assert (found.people, found.texts) == (1, ())
    assert beside(house.url, "SELECT reporter, text FROM report") == [(None, "")]


async def test_a_reporter_is_no_other_pseudonym(house: House) -> None:
    names = {house.keys.reporter(device(1)), house.keys.author(device(1)), house.keys.pseudonym(device(1))}
    assert len(names) == 3
