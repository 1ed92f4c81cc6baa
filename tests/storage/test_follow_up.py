"""What became of topics."""

import pytest

from storage.follow_up import (
    BadFollowUp,
    answered_ideas,
    answered_themes,
    answered_topics,
    follow_ups,
    latest_answers,
    tell_follow_up,
)
from storage.topics import create_topics
from storage.values import NewTopic, TopicKind, TopicRules
from storage.values_follow_up import FollowUp, FollowUpFault, FollowUpStep
from tests.storage.house import START, House

HANDED, ANSWERED, DECIDED = FollowUpStep.HANDED, FollowUpStep.ANSWERED, FollowUpStep.DECIDED


async def ideas(house: House, *themes: str) -> list[int]:
    new = [NewTopic(TopicKind.IDEA, f"Idée {theme}", theme, TopicRules(0, None)) for theme in themes]
    return await create_topics(house.database, house.keys, new, START)


async def test_steps_stand_in_their_own_order_and_are_told_anew_at_their_first_instant(house: House) -> None:
    (idea,) = await ideas(house, "sport")
    await tell_follow_up(house.database, FollowUp(idea, ANSWERED, START + 5, "Oui"))
    await tell_follow_up(house.database, FollowUp(idea, HANDED, START + 9, direction="Sports"))
    await tell_follow_up(house.database, FollowUp(idea, ANSWERED, START + 50, "Oui, dès mars"))
    assert await follow_ups(house.database, idea) == [
        FollowUp(idea, HANDED, START + 9, direction="Sports"),
        FollowUp(idea, ANSWERED, START + 5, "Oui, dès mars", changed_at=START + 50),
    ]


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (FollowUp(1, ANSWERED, START, " "), FollowUpFault.TEXT_MISSING),
        (FollowUp(1, HANDED, START), FollowUpFault.DIRECTION_MISSING),
        (FollowUp(1, ANSWERED, START, "x" * 2001), FollowUpFault.TEXT_TOO_LONG),
        (FollowUp(1, HANDED, START, direction="x" * 121), FollowUpFault.DIRECTION_TOO_LONG),
        (FollowUp(999, ANSWERED, START, "Oui"), FollowUpFault.UNKNOWN_TOPIC),
    ],
)
async def test_a_step_that_says_too_little_or_too_much_is_refused(
    house: House, step: FollowUp, fault: FollowUpFault
) -> None:
    await ideas(house, "sport")
    with pytest.raises(BadFollowUp) as refused:
        await tell_follow_up(house.database, step)
    assert refused.value.fault is fault
    assert await follow_ups(house.database, step.topic) == []


async def test_the_latest_answer_is_the_last_thing_said_back(house: House) -> None:
    one, other, third = await ideas(house, "sport", "sport", "sport")
    await tell_follow_up(house.database, FollowUp(one, ANSWERED, START, "Nous étudions."))
    await tell_follow_up(house.database, FollowUp(one, DECIDED, START + 1, "C'est voté."))
    await tell_follow_up(house.database, FollowUp(one, FollowUpStep.DONE, START + 2))
    await tell_follow_up(house.database, FollowUp(other, HANDED, START, direction="Sports"))
    assert await latest_answers(house.database, [one, other, third]) == {
        one: FollowUp(one, DECIDED, START + 1, "C'est voté.")
    }
    assert await answered_topics(house.database, [one, other, third]) == {one}


async def test_answered_ideas_are_found_by_theme_and_page(house: House) -> None:
    sport, sante, silent = await ideas(house, "sport", "sante", "culture")
    question = await house.topic()
    for at, topic in enumerate((sport, sante, question)):
        await tell_follow_up(house.database, FollowUp(topic, ANSWERED, START + at, "Oui"))
    await tell_follow_up(house.database, FollowUp(silent, HANDED, START, direction="Culture"))

    async def found(theme: str | None, first: int = 0, most: int = 20) -> tuple[list[int], int]:
        page, number = await answered_ideas(house.database, theme, first=first, most=most)
        return [each.topic.id for each in page], number

    assert await found(None) == ([sante, sport], 2)
    assert await found(None, first=1, most=1) == ([sport], 2)
    assert await found("sport") == ([sport], 1)
    assert await found("culture") == await found("no such") == ([], 0)
    assert [theme.slug for theme in await answered_themes(house.database)] == ["sante", "sport"]
