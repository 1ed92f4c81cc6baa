import asyncio
from itertools import pairwise

import pytest

from realtime.delta import apply
from realtime.disclosure import BLOCK, HeadlinePolicy
from realtime.refusals import Refusal
from realtime.tally import AgeBand, Cell, Counts, Departement, PublicTally, Sex, Sign
from storage.ballots import CHANGES_A_DAY, DAY_MS, own_signs
from storage.retention import destroy_expired_keys
from storage.tallies import MOMENT_MS, discrepancies
from storage.time_line import MOST_MOMENTS, moments
from storage.topics import close_topic
from storage.values import Receipt, TopicRules
from tests.storage.house import START, House, beside, device, open_house

MEUSE = Cell(Departement.MEUSE, Sex.WOMAN, AgeBand.FROM_75)


async def test_a_vote_counts_once_and_is_found_again(house: House) -> None:
    topic = await house.topic()
    assert await house.vote(topic, device(1), Sign.PLUS, "op-number-1") == Receipt(
        topic, Sign.PLUS, "op-number-1"
    )
    assert (await house.standing(topic)).tally == PublicTally(1, Counts(1, 0), {})
    assert await own_signs(house.database, house.keys, device(1), [topic]) == {topic: Sign.PLUS}
    assert await own_signs(house.database, house.keys, device(2), [topic]) == {}


async def test_a_thousand_voters_at_once_are_all_counted(house: House) -> None:
    topic = await house.topic()
    signs = [Sign.PLUS if n % 3 else Sign.MINUS for n in range(1000)]
    await asyncio.gather(*(house.vote(topic, device(n), sign) for n, sign in enumerate(signs)))
    assert (await house.standing(topic)).tally.headline == Counts(666, 334)
    assert await discrepancies(house.database) == []
    assert len(house.deltas) < 1000, "votes that arrive together are committed together"


async def test_the_same_op_again_gives_the_same_answer_and_changes_nothing(house: House) -> None:
    topic = await house.topic()
    first = await house.vote(topic, device(1), Sign.PLUS, "op-number-1")
    await house.vote(topic, device(1), Sign.MINUS, "op-number-2")
    assert await house.vote(topic, device(1), Sign.PLUS, "op-number-1") == first
    assert (await house.standing(topic)).tally.headline == Counts(0, 1)


async def test_the_same_op_with_another_sign_is_refused(house: House) -> None:
    topic = await house.topic()
    await house.vote(topic, device(1), Sign.PLUS, "op-number-1")
    assert await house.vote(topic, device(1), Sign.MINUS, "op-number-1") is Refusal.OP_REUSED


async def test_the_same_op_twice_in_one_batch_counts_once(house: House) -> None:
    topic = await house.topic()
    await asyncio.gather(*(house.vote(topic, device(1), Sign.PLUS, "op-number-1") for _ in range(5)))
    assert (await house.standing(topic)).tally.voters == 1


async def test_another_voters_op_of_the_same_name_is_another_op(house: House) -> None:
    topic = await house.topic()
    await house.vote(topic, device(1), Sign.PLUS, "op-number-1")
    await house.vote(topic, device(2), Sign.MINUS, "op-number-1")
    assert (await house.standing(topic)).tally.headline == Counts(1, 1)


async def test_a_vote_can_be_changed_and_withdrawn_three_times_a_day(house: House) -> None:
    topic = await house.topic()
    signs = [Sign.PLUS, Sign.MINUS, Sign.WITHDRAWN, Sign.PLUS, Sign.MINUS]
    outcomes = [await house.vote(topic, device(1), sign) for sign in signs]
    assert [o for o in outcomes if isinstance(o, Refusal)] == [Refusal.TOO_MANY_CHANGES]
    assert CHANGES_A_DAY == 3
    house.clock[0] += DAY_MS
    assert isinstance(await house.vote(topic, device(1), Sign.MINUS), Receipt)
    assert (await house.standing(topic)).tally.headline == Counts(0, 1)


async def test_an_unknown_topic_is_refused_and_others_of_the_batch_are_not(house: House) -> None:
    topic = await house.topic()
    unknown, known = await asyncio.gather(
        house.vote(999, device(1), Sign.PLUS), house.vote(topic, device(1), Sign.PLUS, "op-number-1")
    )
    assert unknown is Refusal.UNKNOWN_TOPIC
    assert known == Receipt(topic, Sign.PLUS, "op-number-1")


async def test_votes_before_the_opening_and_after_the_close_are_refused(house: House) -> None:
    topic = await house.topic(TopicRules(opens_at=START + 10, closes_at=START + 20))
    assert await house.vote(topic, device(1), Sign.PLUS) is Refusal.NOT_OPEN_YET
    house.clock[0] += 10
    accepted = await house.vote(topic, device(1), Sign.PLUS, "op-number-1")
    house.clock[0] += 10
    assert await house.vote(topic, device(2), Sign.PLUS) is Refusal.CLOSED
    assert await house.vote(topic, device(1), Sign.PLUS, "op-number-1") == accepted


async def test_where_a_profile_is_required_a_vote_without_one_is_refused(house: House) -> None:
    topic = await house.topic(TopicRules(0, None, profile_required=True))
    await house.tell(device(1), Cell(departement=Departement.MEUSE))
    assert await house.vote(topic, device(1), Sign.PLUS) is Refusal.PROFILE_NEEDED
    await house.tell(device(1), MEUSE)
    assert isinstance(await house.vote(topic, device(1), Sign.PLUS), Receipt)


async def test_the_cell_is_that_of_the_first_vote_for_ever(house: House) -> None:
    topic = await house.topic()
    for number in range(BLOCK):
        await house.tell(device(number), MEUSE)
        await house.vote(topic, device(number), Sign.PLUS)
        await house.tell(device(number), Cell(Departement.MARNE))
    await house.vote(topic, device(0), Sign.MINUS)
    assert set((await house.standing(topic)).tally.series) == {"dep:55", "sex:F", "age:75+"}
    assert await discrepancies(house.database) == []


async def test_snapshots_and_deltas_agree_over_many_batches(house: House) -> None:
    topic = await house.topic()
    for number in range(25):
        await house.tell(device(number), MEUSE)
    standing = await house.standing(topic)
    for number in range(25):
        await house.vote(topic, device(number), Sign.PLUS if number % 2 else Sign.MINUS)
    tally = standing.tally
    for delta in house.deltas:
        tally = apply(tally, delta.changes)
    assert [delta.version.number for delta in house.deltas] == list(range(1, 26))
    assert tally == (await house.standing(topic)).tally


async def test_a_sealed_headline_moves_by_whole_blocks_only(house: House) -> None:
    topic = await house.topic(TopicRules(0, None, headline=HeadlinePolicy.SEALED))
    for number in range(2 * BLOCK - 1):
        await house.vote(topic, device(number), Sign.PLUS)
    standing = await house.standing(topic)
    assert (standing.version.number, standing.tally.voters) == (1, 10)
    assert [m.counts.voters for m in await moments(house.database, house.keys, topic)] == [10]


async def test_an_acknowledged_vote_is_there_after_opening_again(house: House) -> None:
    topic = await house.topic()
    await house.vote(topic, device(1), Sign.PLUS)
    again = await open_house(house.url)
    assert (await again.standing(topic)).tally.headline == Counts(1, 0)
    await again.close()


async def test_the_check_finds_a_counter_that_was_tampered_with(house: House) -> None:
    topic = await house.topic()
    await house.tell(device(1), MEUSE)
    await house.vote(topic, device(1), Sign.PLUS)
    beside(house.url, "UPDATE tally SET plus = plus + 1")
    beside(house.url, "UPDATE series SET minus = 4 WHERE series = 'dep:55'")
    assert [(d.series, d.recounted) for d in await discrepancies(house.database)] == [
        ("all", Counts(1, 0)),
        ("dep:55", Counts(1, 0)),
    ]


async def test_after_the_appeal_time_no_device_leads_to_its_ballot(house: House) -> None:
    topic = await house.topic()
    await house.vote(topic, device(1), Sign.PLUS)
    await close_topic(house.database, topic, START + 1)
    assert await destroy_expired_keys(house.database, START + DAY_MS, 60) == []
    assert await destroy_expired_keys(house.database, START + 61 * DAY_MS, 60) == [topic]
    assert await own_signs(house.database, house.keys, device(1), [topic]) == {}
    assert await house.vote(topic, device(1), Sign.MINUS) is Refusal.CLOSED
    assert await discrepancies(house.database) == []


@pytest.mark.parametrize("bad", ["x" * 141])
async def test_a_title_of_more_than_140_signs_is_refused(house: House, bad: str) -> None:
    from storage.topics import TitleTooLong, create_topics
    from storage.values import NewTopic, TopicKind

    new = NewTopic(TopicKind.IDEA, bad, "sport", TopicRules(0, None))
    with pytest.raises(TitleTooLong):
        await create_topics(house.database, house.keys, [new], START)


async def test_the_kept_moments_of_a_topic_are_never_nearer_than_ten_voters_however_often_one_asks(
    house: House,
) -> None:
    topic = await house.topic()
    seen: set[tuple[int, int, int]] = set()
    for voter in range(130):
        house.clock[0] += MOMENT_MS * (1 + voter % 3)
        await house.vote(topic, device(voter), Sign.PLUS if voter % 3 else Sign.MINUS)
        told = await moments(house.database, house.keys, topic)
        seen |= {(one.at, one.counts.plus, one.counts.minus) for one in told}
    voters = sorted(plus + minus for _, plus, minus in seen)
    assert voters == [10, 20, 30, 40, 50, 60, 70, 85, 95, 110, 120]
    assert all(plus % 5 == minus % 5 == 0 for _, plus, minus in seen)


async def test_the_time_line_of_a_million_voters_is_bounded_from_its_beginning_to_its_end(
    house: House,
) -> None:
    topic = await house.topic()
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
    rows = f"SELECT {topic}, i, 6 * i + 40 * (i % 7), 4 * i FROM n"
    beside(house.url, f"INSERT INTO moment (topic_id, bucket, plus, minus) {numbers}{rows}")
    told = await moments(house.database, house.keys, topic)
    assert 200 < len(told) <= MOST_MOMENTS
    assert told[0].at == 2 * MOMENT_MS
    assert told[-1].at > 96_000 * MOMENT_MS
    assert all(now.counts.voters - before.counts.voters >= 10 for before, now in pairwise(told))
