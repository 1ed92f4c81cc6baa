"""Who takes care of ideas: what is seen, assigned, drafted, said and corrected, on each engine."""

from dataclasses import replace

import pytest

from realtime.tally import Sign
from storage import audit, staff, tallies
from storage.answer_rate import answer_rate
from storage.follow_up import follow_ups, steps_number, tell_follow_up
from storage.referents import assign, colleagues, idea, ideas, publish_answer, save_draft
from storage.topics import create_topics
from storage.values import DAY_MS, NewTopic, Provenance, TopicKind, TopicRules
from storage.values_audit import AuditSearch
from storage.values_follow_up import DAYS_TO_ANSWER, FollowUp, FollowUpStep, Outcome, runs_from
from storage.values_referents import CareFault, Draft, IdeaOrder, IdeasAsked, IdeaState, Rate
from storage.values_staff import NewAccount, Role
from tests.storage.house import START, House, device

SPORT = frozenset({"sport"})
ANSWER = Draft(FollowUpStep.ANSWERED, "Oui, dès mars.", "Sports")


async def person(house: House, name: str, *themes: str, role: Role = Role.REFERENT) -> int:
    new = NewAccount(f"{name}@grandest.fr", name, frozenset({role}), frozenset(themes))
    done = await staff.add(house.database, house.keys, new, by=None, op=name, now=START)
    assert isinstance(done, tuple)
    return done[0]


async def idea_of(house: House, theme: str, opens_at: int = START, kind: TopicKind = TopicKind.IDEA) -> int:
    new = NewTopic(kind, f"Une idée, {theme}", theme, TopicRules(opens_at, None))
    return (await create_topics(house.database, house.keys, [new], START))[0]


async def listed(house: House, asked: IdeasAsked, now: int = START) -> list[int]:
    lines, number = await ideas(house.database, asked, now, first=0, most=30)
    assert number == len(lines)
    return [line.topic.id for line in lines]


async def test_a_referent_sees_the_ideas_of_their_themes_by_days_and_by_popularity(house: House) -> None:
    later = await idea_of(house, "sport", START + 5)
    first = await idea_of(house, "sport", START)
    await idea_of(house, "sante")
    await idea_of(house, "sport", kind=TopicKind.NEWS)
    proposal = await idea_of(house, "sport", kind=TopicKind.PROPOSAL)
    await tell_follow_up(
        house.database, FollowUp(proposal, FollowUpStep.HANDED, START + 1, direction="Sports")
    )
    house.clock[0] += 9
    for voter in range(12):
        await house.vote(later, device(voter + 1), Sign.PLUS)
    mine = IdeasAsked(SPORT)
    assert await listed(house, mine, START + 9) == [first, proposal, later]
    assert (await listed(house, replace(mine, order=IdeaOrder.POPULARITY), START + 9))[0] == later
    assert await listed(house, IdeasAsked(frozenset())) == []
    assert await listed(house, replace(mine, theme="sante")) == [], "a filter opens nothing"
    late = replace(mine, state=IdeaState.LATE)
    assert await listed(house, late, START + DAYS_TO_ANSWER * DAY_MS) == []
    assert await listed(house, late, START + (DAYS_TO_ANSWER + 1) * DAY_MS) == [first, proposal, later]


async def test_an_idea_goes_to_a_colleague_of_its_theme_alone(house: House) -> None:
    anne, bruno = await person(house, "Anne", "sport"), await person(house, "Bruno", "sante")
    one = await idea_of(house, "sport")

    async def give(to: int | None, themes: frozenset[str] = SPORT) -> CareFault | None:
        return await assign(house.database, one, to, by=anne, themes=themes, now=START)

    assert await give(bruno) is CareFault.NOT_A_COLLEAGUE
    assert await give(anne, frozenset({"sante"})) is CareFault.OUTSIDE
    assert await give(anne) is None
    assert await colleagues(house.database, "sport") == [(anne, "Anne")]
    assert await listed(house, IdeasAsked(SPORT, assignee=anne)) == [one]
    assert await listed(house, IdeasAsked(SPORT, assignee=0)) == []
    roles = frozenset({Role.EDITOR})
    assert await staff.change(house.database, anne, roles, frozenset(), by=None, now=START) is None
    assert await listed(house, IdeasAsked(SPORT, assignee=0)) == [one], "who lost the theme has it no more"


async def test_an_answer_is_drafted_published_and_corrected_and_keeps_what_it_said(house: House) -> None:
    anne, one = await person(house, "Anne", "sport"), await idea_of(house, "sport")
    own = {"by": anne, "themes": SPORT}
    assert await save_draft(house.database, one, ANSWER, number=0, op="draft-1", now=START, **own) is None  # type: ignore[arg-type]
    assert await follow_ups(house.database, one) == []
    seen = await idea(house.database, one)
    assert seen is not None and seen.draft == ANSWER and seen.number == 1 and seen.changed_by == "Anne"
    for _ in range(2):  # a double tap
        done = await publish_answer(
            house.database,
            one,
            ANSWER,
            number=1,
            op="publish-1",
            now=START + 1,
            **own,  # type: ignore[arg-type]
        )
        assert done is None
    assert await follow_ups(house.database, one) == [
        FollowUp(one, FollowUpStep.ANSWERED, START + 1, "Oui, dès mars.", "Sports")
    ]
    better = replace(ANSWER, text="Oui, dès avril.")
    stale = await publish_answer(
        house.database,
        one,
        better,
        number=1,
        op="publish-2",
        now=START + 2,
        **own,  # type: ignore[arg-type]
    )
    assert stale is CareFault.CHANGED
    await publish_answer(house.database, one, better, number=2, op="publish-3", now=START + 3, **own)  # type: ignore[arg-type]
    decided = Draft(FollowUpStep.DECIDED, "Voté.", "", Outcome.PARTLY)
    await publish_answer(house.database, one, decided, number=3, op="publish-4", now=START + 4, **own)  # type: ignore[arg-type]
    seen = await idea(house.database, one)
    assert seen is not None and seen.draft is None and seen.line.outcome is Outcome.PARTLY
    assert seen.told[0].text == "Oui, dès avril." and seen.told[0].changed_at == START + 3
    assert [(old.text, old.name) for old in seen.versions] == [("Oui, dès mars.", "Anne")]
    outside = await publish_answer(
        house.database, one, better, number=4, op="x", by=anne, themes=frozenset({"sante"}), now=START
    )
    assert outside is CareFault.OUTSIDE
    lines = [line.action for line in await audit.search(house.database, AuditSearch(staff=anne))]
    assert lines == ["answer-published", "answer-corrected", "answer-published", "answer-drafted"]


@pytest.mark.parametrize(
    ("answered_after", "kept"),
    [(None, 0), (3, 1), (DAYS_TO_ANSWER, 1), (DAYS_TO_ANSWER + 1, 0), (40, 0)],
)
async def test_the_rate_counts_what_was_answered_by_the_last_of_the_twelve_days(
    house: House, answered_after: int | None, kept: int
) -> None:
    one = await idea_of(house, "sport")
    handed = FollowUp(one, FollowUpStep.HANDED, START + 2 * DAY_MS, direction="Sports")
    await tell_follow_up(house.database, handed)  # which makes it no later
    await idea_of(house, "sante", START + 38 * DAY_MS)  # not due yet
    if answered_after is not None:
        said = FollowUp(one, FollowUpStep.ANSWERED, START + answered_after * DAY_MS, "Oui")
        await tell_follow_up(house.database, said)
    rate = await answer_rate(house.database, START + 40 * DAY_MS)
    assert rate.all == Rate(1, kept)
    assert [(theme.slug, each) for theme, each in rate.themes] == [("sport", Rate(1, kept))]
    assert (await answer_rate(house.database, START + DAYS_TO_ANSWER * DAY_MS)).all == Rate(0, 0)


@pytest.mark.parametrize("provenance", [Provenance.RECORDED, Provenance.RECORDED_VOTES])
async def test_what_is_replayed_is_owed_no_answer(house: House, provenance: Provenance) -> None:
    replayed = NewTopic(TopicKind.IDEA, "Une idée", "sport", TopicRules(START, None), provenance=provenance)
    (one,) = await create_topics(house.database, house.keys, [replayed], START)
    found = await idea(house.database, one)
    assert found is not None
    assert (found.line.since, runs_from(found.line.topic, found.told)) == (None, None)
    assert (await answer_rate(house.database, START + 40 * DAY_MS)).all == Rate(0, 0)


async def test_the_days_of_the_console_are_those_that_the_topic_s_page_tells(house: House) -> None:
    now = START + 9
    for kind in (TopicKind.IDEA, TopicKind.DEBATE, TopicKind.PROPOSAL):
        for is_handed in (False, True):
            one = await idea_of(house, "sport", START + 1, kind)
            handed = FollowUp(one, FollowUpStep.HANDED, START + 5, direction="Sports")
            if is_handed:
                await tell_follow_up(house.database, handed)
            found = await idea(house.database, one)
            assert found is not None
            assert found.line.since == runs_from(found.line.topic, found.told), (kind, is_handed)
            marks = await tallies.marks(house.database, [one])
            said = sum(step.at for step in found.told)
            assert marks[one].steps == await steps_number(house.database, one) == said, "what is told live"
    lines, _ = await ideas(house.database, IdeasAsked(SPORT), now, first=0, most=30)
    assert [line.since for line in lines] == [START + 1] * 4 + [START + 5]
