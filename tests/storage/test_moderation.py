"""Deciding about posts and topics: once, by one, undone exactly; merging, with every vote counted once."""

import asyncio
import secrets
from dataclasses import replace
from typing import Any

import pytest

from realtime.tally import AgeBand, Cell, Departement, Sex, Sign
from storage import audit
from storage.claims import claim, let_go
from storage.database import backend
from storage.merging import carry_over, merged_here, merged_into
from storage.moderation import decide, last_decision, undo
from storage.posts import publish, submit, withdraw
from storage.queue import get_post, queued, window
from storage.reasons import refusal_reasons, retire_reason, save_reason
from storage.reports import report, reported
from storage.tallies import discrepancies
from storage.topics import create_topics, get_topic
from storage.values import NewTopic, Topic, TopicKind, TopicRules, TopicState
from storage.values_audit import AuditSearch
from storage.values_moderation import (
    CLAIM_MS,
    UNDO_MS,
    Choice,
    Decision,
    ModerationFault,
    NewDecision,
    PostSort,
    QueueFilter,
    Refused,
    Sort,
    Subject,
)
from storage.values_posts import NewPost, Post, PostingRules, PostKind, PostStatus
from storage.values_reports import NewReport, ReportReason
from tests.bench.queues import fill
from tests.storage.house import House, beside, device, open_house

RULES = PostingRules()
CELL = Cell(Departement.MOSELLE, Sex.WOMAN, AgeBand.FROM_40)


@pytest.fixture
async def ann(house: House) -> int:
    return await colleague(house, "Ann")


async def colleague(house: House, name: str) -> int:
    """Somebody with a session of the same number."""
    number = {"Ann": 1, "Ben": 2}[name]
    sql = (
        "INSERT INTO staff (id, email_key, sealed_email, name, step, created_at) "
        "VALUES (:id, :key, :key, :name, 0, 0)",
        "INSERT INTO staff_session (id, hash, staff_id, stage, browser, created_at, seen_at, expires_at, failures) "
        "VALUES (:id, :key, :id, 'open', '', 0, 0, 9000000000000, 0)",
    )
    for statement in sql:
        named = {"id": number, "key": name.encode(), "name": name}
        beside(house.url, statement, **{key: value for key, value in named.items() if f":{key}" in statement})
    return number


async def posted(house: House, number: int = 1, kind: PostKind = PostKind.IDEA, **more: Any) -> Post:
    where: dict[str, Any] = {"parent": None, "theme": "sport"} | more
    new = NewPost(
        kind, f"Idée {number}", house.keys.author(device(number)), f"op-{number:015d}", where["theme"],
        where["parent"], where.get("side"),
    )  # fmt: skip
    made = await submit(house.database, house.keys, new, RULES, house.clock[0])
    assert isinstance(made, Post)
    return made


async def on(
    house: House, sort: Sort, id: int, choice: Choice, staff: int = 1, **more: Any
) -> Decision | Refused:
    new = NewDecision(Subject(sort, id), choice, staff, more.pop("op", secrets.token_hex(8)), **more)
    return await decide(house.database, house.keys, new, RULES, house.clock[0])


async def done(house: House, sort: Sort, id: int, choice: Choice, staff: int = 1, **more: Any) -> Decision:
    made = await on(house, sort, id, choice, staff, **more)
    assert isinstance(made, Decision), made
    return made


async def topics(house: House, number: int = 2) -> list[int]:
    rules = TopicRules(0, house.clock[0] + 1_000_000)
    new = [NewTopic(TopicKind.IDEA, f"Sujet {n}", "sport", rules) for n in range(number)]
    return await create_topics(house.database, house.keys, new, house.clock[0])


async def topic_of(house: House, id: int) -> Topic:
    found = await get_topic(house.database, id)
    assert found is not None
    return found


async def test_a_decision_is_made_once_and_stands_in_the_journal(house: House, ann: int) -> None:
    post = await posted(house)
    first = await done(house, Sort.POST, post.id, Choice.APPROVE, op="tap-tap-tap-tap-1")
    again = await done(house, Sort.POST, post.id, Choice.APPROVE, op="tap-tap-tap-tap-1")
    assert first == again
    decided = await get_post(house.database, post.id)
    assert decided is not None and decided.status is PostStatus.PUBLISHED
    lines = await audit.search(house.database, AuditSearch(staff=ann))
    assert [(line.action, line.subject_kind, line.subject_id) for line in lines] == [
        ("post-approved", "post", str(post.id))
    ]


async def test_of_two_in_the_same_instant_one_wins_and_the_other_is_told(house: House, ann: int) -> None:
    await colleague(house, "Ben")
    elsewhere = await open_house(house.url, house.clock) if "postgres" in house.url else house
    for number in range(6):
        post = await posted(house, number)
        outcomes = await asyncio.gather(
            on(house, Sort.POST, post.id, Choice.APPROVE, 1),
            on(elsewhere, Sort.POST, post.id, Choice.REFUSE, 2, reason="insult"),
        )
        (won,) = [one for one in outcomes if isinstance(one, Decision)]
        (lost,) = [one for one in outcomes if isinstance(one, Refused)]
        assert lost == Refused(ModerationFault.ALREADY_DECIDED, won.name, won.choice)
        decided = await get_post(house.database, post.id)
        assert decided is not None
        expected = PostStatus.PUBLISHED if won.choice is Choice.APPROVE else PostStatus.REFUSED
        assert decided.status is expected
    if elsewhere is not house:
        await elsewhere.close()


async def test_nobody_decides_about_what_their_own_browser_posted(house: House, ann: int) -> None:
    post = await posted(house, 7)
    ways: tuple[tuple[Choice, dict[str, Any]], ...] = (
        (Choice.APPROVE, {}),
        (Choice.REFUSE, {"reason": "insult"}),
    )
    for choice, more in ways:
        refused = await on(house, Sort.POST, post.id, choice, device=device(7), **more)
        assert refused == Refused(ModerationFault.OWN_POST)
    assert isinstance(await on(house, Sort.POST, post.id, Choice.APPROVE, device=device(8)), Decision)
    published = await get_post(house.database, post.id)
    assert published is not None and published.topic is not None
    hide = await on(house, Sort.TOPIC, published.topic, Choice.HIDE, device=device(7), reason="insult")
    assert hide == Refused(ModerationFault.OWN_POST)


@pytest.mark.parametrize(
    ("choice", "more"),
    [
        (Choice.APPROVE, {}),
        (Choice.REFUSE, {"reason": "Une phrase à moi."}),
        (Choice.THEME, {"theme": "culture"}),
        (Choice.JOIN, {}),
    ],
)
async def test_undoing_puts_a_post_back_as_it_was(
    house: House, ann: int, choice: Choice, more: dict[str, Any]
) -> None:
    if choice is Choice.JOIN:
        more = {"into": (await topics(house, 1))[0]}
    post = await posted(house)
    decision = await done(house, Sort.POST, post.id, choice, **more)
    changed = await get_post(house.database, post.id)
    assert changed != post
    house.clock[0] += 9000
    undone = await undo(house.database, house.keys, decision.id, ann, house.clock[0])
    assert isinstance(undone, Decision) and undone.is_undone
    again = await get_post(house.database, post.id)
    assert again is not None and replace(again, topic=None) == post
    assert await last_decision(house.database, decision.subject) is None
    if choice is Choice.APPROVE:  # its page is in no list any more, and comes back with the next approval
        assert again.topic is not None and (await topic_of(house, again.topic)).withdrawn_at is not None
        await done(house, Sort.POST, post.id, choice)
        back = await topic_of(house, again.topic)
        assert back.withdrawn_at is None and back.rules.state(house.clock[0]) is TopicState.OPEN


async def test_undoing_is_for_a_moment_for_who_decided_and_where_nothing_has_moved(
    house: House, ann: int
) -> None:
    ben = await colleague(house, "Ben")
    post = await posted(house)
    decision = await done(house, Sort.POST, post.id, Choice.APPROVE)
    database, keys, clock = house.database, house.keys, house.clock
    assert await undo(database, keys, decision.id, ben, clock[0]) == Refused(ModerationFault.TOO_LATE)
    assert await undo(database, keys, decision.id + 1, ann, clock[0]) == Refused(ModerationFault.UNKNOWN)
    late = await undo(database, keys, decision.id, ann, clock[0] + UNDO_MS + 1)
    assert late == Refused(ModerationFault.TOO_LATE)
    await withdraw(database, post.id, keys.author(device(1)), clock[0])
    assert await undo(database, keys, decision.id, ann, clock[0]) == Refused(ModerationFault.MOVED_ON)


async def test_a_claim_keeps_others_out_until_it_ends(house: House, ann: int) -> None:
    ben = await colleague(house, "Ben")
    one, two = [Subject(Sort.POST, (await posted(house, number)).id) for number in (1, 2)]
    database, now = house.database, house.clock[0]
    assert await claim(database, one, ann, 1, now) is None
    held = await claim(database, one, ben, 2, now + 1)
    assert held is not None and held.name == "Ann"
    refused = await on(house, Sort.POST, one.id, Choice.APPROVE, ben)
    assert refused == Refused(ModerationFault.CLAIMED, "Ann")
    shown = await queued(database, QueueFilter(), now)
    assert [row.claim and row.claim.name for row in shown] == ["Ann", None]
    await claim(database, two, ann, 1, now + 2)  # she goes on to another one
    assert await claim(database, one, ben, 2, now + 3) is None
    assert await claim(database, two, ben, 2, now + 2 + CLAIM_MS) is None, "nothing was heard of her page"
    await let_go(database, ben)
    assert await claim(database, two, ann, 1, now + CLAIM_MS) is None
    beside(house.url, "DELETE FROM staff_session WHERE staff_id = 1")  # she signs out
    assert await claim(database, two, ben, 2, now + CLAIM_MS) is None


async def test_the_queue_is_narrowed_down_and_read_on(house: House, ann: int) -> None:
    (topic,) = await topics(house, 1)
    await posted(house, 1)
    await posted(house, 2, theme="culture")
    house.clock[0] += 1000
    await posted(house, 3, PostKind.ARGUMENT, theme=None, parent=topic, side=Sign.PLUS)

    async def texts(asked: QueueFilter, after: int = 0, limit: int = 9) -> list[str]:
        return [row.post.text for row in await queued(house.database, asked, house.clock[0], after, limit)]

    assert await texts(QueueFilter()) == ["Idée 1", "Idée 2", "Idée 3"]
    assert await texts(QueueFilter(), after=1, limit=1) == ["Idée 2"]
    assert await texts(QueueFilter(PostSort.IDEAS)) == ["Idée 1", "Idée 2"]
    assert await texts(QueueFilter(PostSort.ARGUMENTS)) == ["Idée 3"]
    assert await texts(QueueFilter(theme="culture")) == ["Idée 2"]
    assert await texts(QueueFilter(before=house.clock[0])) == ["Idée 1", "Idée 2"]


async def test_reasons_are_a_list_that_staff_edit(house: House, ann: int) -> None:
    database = house.database
    offered = await refusal_reasons(database)
    assert [one.code for one in offered][:2] == ["insult", "off-topic"]
    await save_reason(database, None, "Hors Région", "Cela relève de l'État.", staff=ann, op="a" * 16, now=1)
    await retire_reason(database, offered[0].id, staff=ann, now=1)
    added = (await refusal_reasons(database))[-1]
    one, two, three = [await posted(house, number) for number in (1, 2, 3)]
    assert (await done(house, Sort.POST, one.id, Choice.REFUSE, reason=added.code)).reason == added.sentence
    assert (await done(house, Sort.POST, two.id, Choice.REFUSE, reason="off-topic")).reason == "off-topic"
    for reason in ("insult", "", "no-such-code", "x " * 300):
        refused = await on(house, Sort.POST, three.id, Choice.REFUSE, reason=reason)
        assert refused == Refused(ModerationFault.NO_REASON), reason
    retired = (await refusal_reasons(database, retired=True))[-1]
    assert retired == replace(offered[0], is_retired=True)


async def test_what_is_hidden_comes_back_as_it_was(house: House, ann: int) -> None:
    post = await posted(house)
    made = await publish(house.database, house.keys, post.id, RULES, house.clock[0])
    assert isinstance(made, Post) and made.topic is not None
    new = NewReport(made.topic, house.keys.reporter(device(5)), ReportReason.INSULT)
    await report(house.database, new, house.clock[0])
    shown = await topic_of(house, made.topic)
    house.clock[0] += 1000
    decision = await done(house, Sort.TOPIC, made.topic, Choice.HIDE, reason="insult")
    hidden = await get_post(house.database, post.id)
    assert hidden is not None and (hidden.status, hidden.reason) == (PostStatus.REFUSED, "insult")
    assert await reported(house.database) == []
    await undo(house.database, house.keys, decision.id, ann, house.clock[0])
    assert await get_post(house.database, post.id) == made
    assert await topic_of(house, made.topic) == shown
    assert len(await reported(house.database)) == 1
    await done(house, Sort.TOPIC, made.topic, Choice.HIDE, reason="insult")
    await done(house, Sort.TOPIC, made.topic, Choice.RESTORE)
    assert await topic_of(house, made.topic) == shown
    already = await on(house, Sort.TOPIC, made.topic, Choice.RESTORE)
    assert isinstance(already, Refused) and already.fault is ModerationFault.ALREADY_DECIDED


async def test_reports_are_looked_at_and_the_topic_kept(house: House, ann: int) -> None:
    (topic,) = await topics(house, 1)
    await report(house.database, NewReport(topic, b"r" * 16, ReportReason.OTHER), house.clock[0])
    decision = await done(house, Sort.TOPIC, topic, Choice.KEEP)
    assert await reported(house.database) == []
    await undo(house.database, house.keys, decision.id, ann, house.clock[0])
    assert [one.topic for one in await reported(house.database)] == [topic]


async def plus_minus(house: House, topic: int) -> tuple[int, int]:
    headline = (await house.standing(topic)).tally.headline
    return (0, 0) if headline is None else (headline.plus, headline.minus)


async def test_a_merged_topic_s_voters_count_once_each_and_undoing_gives_both_back(
    house: House, ann: int
) -> None:
    gone, into = await topics(house)
    database, keys, box = house.database, house.keys, house.box
    argument = await posted(house, 50, PostKind.ARGUMENT, theme=None, parent=gone, side=Sign.PLUS)
    for number in range(12):
        await house.tell(device(number), CELL)
        await house.vote(gone, device(number), Sign.PLUS)
    for number in range(4):  # these have spoken on both
        await house.vote(into, device(number), Sign.MINUS)
    before = [await topic_of(house, one) for one in (gone, into)]
    decision = await done(house, Sort.TOPIC, gone, Choice.MERGE, into=into)
    found = await merged_into(database, gone)
    assert found is not None and found.into == into
    assert (await merged_here(database, into)).voters == 12
    moved = await get_post(database, argument.id)
    assert moved is not None and moved.parent == into

    for number in (*range(12), *range(12), 99):  # they come by, twice; and somebody who voted on neither
        await asyncio.gather(*(carry_over(database, box, keys, device(number), into) for _ in range(2)))
    assert await plus_minus(house, into) == (8, 4), "one's own vote there goes before"
    assert await plus_minus(house, gone) == (12, 0), "the ballots stay where they were cast"
    await house.vote(into, device(11), Sign.MINUS)  # somebody thinks anew
    assert await discrepancies(database) == []

    undone = await undo(database, keys, decision.id, ann, house.clock[0] + 86_400_000)
    assert isinstance(undone, Decision) and [delta.topic for delta in undone.deltas] == [into]
    assert await plus_minus(house, into) == (0, 5), "only what its voter has decided since stays"
    assert await plus_minus(house, gone) == (12, 0)
    assert [await topic_of(house, one) for one in (gone, into)] == before
    assert await get_post(database, argument.id) == argument
    assert await carry_over(database, box, keys, device(5)) == 0
    assert await discrepancies(database) == []

    await done(house, Sort.TOPIC, gone, Choice.MERGE, into=into)  # and again
    for number in range(12):
        await carry_over(database, box, keys, device(number))
    assert await plus_minus(house, into) == (7, 5)
    assert await discrepancies(database) == []


async def test_a_vote_withdrawn_on_the_surviving_topic_stays_withdrawn(house: House, ann: int) -> None:
    gone, into = await topics(house)
    await house.vote(gone, device(1), Sign.PLUS)
    await house.vote(into, device(1), Sign.PLUS)
    await house.vote(into, device(1), Sign.WITHDRAWN)
    await done(house, Sort.TOPIC, gone, Choice.MERGE, into=into)
    await carry_over(house.database, house.box, house.keys, device(1))
    assert await plus_minus(house, into) == (0, 0)


async def test_what_cannot_be_merged_is_said(house: House, ann: int) -> None:
    first, second, third, closed = await topics(house, 4)
    beside(house.url, f"UPDATE topic SET closes_at = 1 WHERE id = {closed}")
    question = await house.topic()
    await done(house, Sort.TOPIC, first, Choice.MERGE, into=second)
    for topic, into, fault in (
        (first, third, ModerationFault.ALREADY_DECIDED),
        (second, third, ModerationFault.HAS_MERGED),
        (third, third, ModerationFault.NOT_MERGEABLE),
        (third, first, ModerationFault.NOT_MERGEABLE),
        (third, closed, ModerationFault.NOT_MERGEABLE),
        (third, question, ModerationFault.NOT_MERGEABLE),
        (third, 999, ModerationFault.NOT_MERGEABLE),
        (question, third, ModerationFault.UNKNOWN),
    ):
        refused = await on(house, Sort.TOPIC, topic, Choice.MERGE, into=into)
        assert isinstance(refused, Refused) and refused.fault is fault, (topic, into)


async def test_a_window_of_a_long_queue_reads_its_rows_and_no_others(house: House) -> None:
    await fill(house, 20_000)
    if "postgres" in house.url:
        beside(house.url, "ANALYZE post")
    for asked in (QueueFilter(), QueueFilter(theme="sport"), QueueFilter(PostSort.ARGUMENTS)):
        statement = window(asked, 10_000, 30)
        text = str(statement.compile(backend(house.url).writer, compile_kwargs={"literal_binds": True}))
        if "postgres" in house.url:
            plan = "\n".join(row[0] for row in beside(house.url, f"EXPLAIN {text}"))
            assert "Seq Scan on post" not in plan, plan
        else:
            plan = "\n".join(row[3] for row in beside(house.url, f"EXPLAIN QUERY PLAN {text}"))
            assert "USING INDEX post_status" in plan and "TEMP B-TREE" not in plan, plan
        found = await queued(house.database, asked, house.clock[0], 10_000, 30)
        assert len(found) == (0 if asked.sort else 30) and all(row.post.id > 10_000 for row in found)
