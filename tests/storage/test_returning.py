"""Many who come back in the same moment are asked about together, and each is told of themselves alone."""

import asyncio
from contextlib import suppress

import pytest

import storage.returning
from realtime.tally import AgeBand, Cell, Departement, Sex, Sign
from storage.database import StorageUnavailable
from storage.returning import MOST_AT_ONCE, Known, Returning, known_of
from storage.values import OwnBallot, Profile
from tests.storage.house import House, beside, device

CELL = Cell(Departement.MOSELLE, Sex.WOMAN, AgeBand.FROM_40)
NOBODY = device(1_000)


async def test_of_many_at_once_each_is_told_of_themselves_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.returning, "MOST_PLACES", 7)
    first, second, other = [await house.topic() for _ in range(3)]
    people = range(1, 31)
    for number in people:
        if number % 2:
            await house.vote(first, device(number), Sign.PLUS)
        if number % 3 == 0:
            await house.vote(second, device(number), Sign.MINUS)
        if number % 5 == 0:
            await house.tell(device(number), CELL)
        await house.vote(other, device(number), Sign.PLUS)
    returning = Returning(house.database, house.keys)
    asked = [(number, topics) for number in people for topics in ((first, second), (first,), ())]
    told = await asyncio.gather(
        *(returning.known(device(number), frozenset(topics)) for number, topics in asked)
    )
    for (number, topics), known in zip(asked, told, strict=True):
        signs = ((first, Sign.PLUS, number % 2), (second, Sign.MINUS, number % 3 == 0))
        ballots = {topic: OwnBallot(sign, False) for topic, sign, step in signs if step and topic in topics}
        profile = Profile(CELL) if number % 5 == 0 else None
        assert known == Known(profile, ballots), number


async def test_more_than_one_question_can_hold_are_asked_about_in_several(house: House) -> None:
    topic = await house.topic()
    last = MOST_AT_ONCE + 20
    await house.vote(topic, device(last), Sign.WITHDRAWN)
    await house.vote(topic, device(last - 1), Sign.PLUS)
    await house.vote(topic, device(last - 1), Sign.WITHDRAWN)
    beside(house.url, "UPDATE ballot SET aside = 1")
    returning = Returning(house.database, house.keys)
    told = await asyncio.gather(
        *(returning.known(device(number), frozenset({topic})) for number in range(1, last + 1))
    )
    assert {number: known.ballots for number, known in enumerate(told, 1) if known.voted} == {
        last - 1: {topic: OwnBallot(Sign.WITHDRAWN, True)}
    }


async def test_whoever_goes_away_while_asking_takes_nothing_from_the_others(house: House) -> None:
    topic = await house.topic()
    await house.vote(topic, device(1), Sign.PLUS)
    returning = Returning(house.database, house.keys)
    for turns in range(12):  # at each point where the first may be gone
        first = asyncio.create_task(returning.known(NOBODY, frozenset({topic})))
        second = asyncio.create_task(returning.known(device(1), frozenset({topic})))
        for _ in range(turns):
            await asyncio.sleep(0)
        first.cancel()
        assert (await second).voted == {topic}
        with suppress(asyncio.CancelledError):
            await first


async def test_a_database_that_does_not_answer_is_told_to_all_who_wait(house: House) -> None:
    topic = await house.topic()
    returning = Returning(house.database, house.keys)
    beside(house.url, "ALTER TABLE profile RENAME TO elsewhere")
    told = await asyncio.gather(
        *(returning.known(device(number), frozenset({topic})) for number in range(5)), return_exceptions=True
    )
    assert [type(each) for each in told] == [StorageUnavailable] * 5
    beside(house.url, "ALTER TABLE elsewhere RENAME TO profile")
    assert await returning.known(NOBODY, frozenset({topic})) == Known()


async def test_a_topic_whose_key_is_gone_has_nothing_of_anybody(house: House) -> None:
    assert await known_of(house.database, house.keys, [NOBODY], [999]) == {NOBODY: Known()}
