"""Votes set aside by rule and brought back: kept, not counted, each voter at most once, nothing told of a few."""

import asyncio
import secrets
from collections.abc import Iterable

import pytest

from realtime.arrivals import NEW_DEVICE
from realtime.disclosure import HeadlinePolicy
from realtime.tally import AgeBand, Cell, Counts, Departement, Sex, Sign
from storage import audit, tallies
from storage.ballots import own_ballots
from storage.follow_up import steps_number
from storage.merging import carry_over
from storage.moderation import undo
from storage.quarantine import bring_back, get_quarantine, quarantines, set_aside, steps, weigh
from storage.retention import destroy_expired_keys
from storage.tallies import discrepancies
from storage.topics import close_topic
from storage.values import CastVote, Outcome, OwnBallot, Receipt, TopicRules
from storage.values_audit import AuditSearch
from storage.values_moderation import Choice, Decision, Sort
from storage.values_quarantine import (
    LONGEST_REASON,
    MOST_OF_A_TOPIC,
    NewQuarantine,
    NotSetAside,
    Quarantine,
    QuarantineFault,
    Rule,
    Step,
)
from storage.values_watch import MINUTE_MS
from tests.storage.house import House, beside, device, open_house
from tests.storage.test_moderation import colleague, done, plus_minus, topics

CELL = Cell(Departement.MEUSE, Sex.WOMAN, AgeBand.FROM_75)
NETWORK = 77


@pytest.fixture
async def ann(house: House) -> int:
    return await colleague(house, "Ann")


async def crowd(
    house: House, topic: int, voters: Iterable[int], sign: Sign = Sign.PLUS, marks: tuple[int, ...] = ()
) -> int:
    """They vote within one minute, which is then over; the minute."""
    votes = [
        CastVote(topic, device(number), sign, secrets.token_urlsafe(16), marks=marks) for number in voters
    ]
    outcomes: list[Outcome] = await asyncio.gather(*(house.box.cast(vote) for vote in votes))
    assert all(isinstance(one, Receipt) for one in outcomes), outcomes
    minute = house.clock[0] // MINUTE_MS
    house.clock[0] = (minute + 1) * MINUTE_MS
    return minute


async def aside(
    house: House, rule: Rule, *, staff: int = 1, reason: str = "Votes automatiques", op: str = ""
) -> Quarantine | NotSetAside:
    new = NewQuarantine(rule, reason, staff, op or secrets.token_urlsafe(16))
    made = await set_aside(house.database, house.keys, new, house.clock[0])
    if isinstance(made, Quarantine):
        await house.box.tell(made.deltas)
    return made


async def made(house: House, rule: Rule, *, staff: int = 1) -> Quarantine:
    quarantine = await aside(house, rule, staff=staff)
    assert isinstance(quarantine, Quarantine), quarantine
    return quarantine


async def back(house: House, quarantine: Quarantine, staff: int = 1) -> Quarantine | NotSetAside:
    done = await bring_back(
        house.database, house.keys, quarantine.id, staff, "C'était une classe", house.clock[0]
    )
    if isinstance(done, Quarantine):
        await house.box.tell(done.deltas)
    return done


async def attacked(house: House, rules: TopicRules | None = None) -> tuple[int, int]:
    """A topic with 25 voters for and 15 against, then 45 against within a minute; that minute."""
    topic = await house.topic(rules)
    await crowd(house, topic, range(25))
    await crowd(house, topic, range(25, 40), Sign.MINUS)
    return topic, await crowd(house, topic, range(100, 145), Sign.MINUS)


def one(topic: int, minute: int) -> Rule:
    return Rule(topic, minute, minute + 1)


async def own(house: House, topic: int, voter: int) -> OwnBallot:
    return (await own_ballots(house.database, house.keys, device(voter), [topic]))[topic]


async def test_what_a_rule_meets_leaves_the_counts_and_comes_back(house: House, ann: int) -> None:
    topic, minute = await attacked(house)
    assert await weigh(house.database, house.keys, one(topic, minute), house.clock[0]) == 45
    before = await house.standing(topic)
    house.deltas.clear()
    quarantine = await made(house, one(topic, minute))
    after = await house.standing(topic)
    assert before.tally.headline == Counts(25, 60) and after.tally.headline == Counts(25, 15)
    assert after.version == before.version._replace(number=before.version.number + 1)
    assert [(delta.base, delta.version) for delta in house.deltas] == [(before.version, after.version)]
    assert await discrepancies(house.database) == []
    assert await own(house, topic, 100) == OwnBallot(Sign.MINUS, is_aside=True)
    told = await steps_number(house.database, topic)
    assert told == (await tallies.marks(house.database, [topic]))[topic].steps == quarantine.at, (
        "open pages are told"
    )
    assert await own(house, topic, 30) == OwnBallot(Sign.MINUS, is_aside=False)
    house.clock[0] += 60_000
    returned = await back(house, quarantine)
    assert await steps_number(house.database, topic) == told + house.clock[0]
    assert isinstance(returned, Quarantine) and returned.returned == 45 and not returned.stands
    assert (await house.standing(topic)).tally.headline == Counts(25, 60)
    assert await discrepancies(house.database) == []
    assert await own(house, topic, 100) == OwnBallot(Sign.MINUS, is_aside=False)
    assert await steps(house.database, topic) == [
        Step(quarantine.at, False, 45, "Votes automatiques"),
        Step(quarantine.at + 60_000, True, 45, "C'était une classe"),
    ]
    lines = await audit.search(house.database, AuditSearch(staff=ann))
    assert [(line.action, line.subject_id) for line in lines] == [
        ("votes-brought-back", str(topic)),
        ("votes-set-aside", str(topic)),
    ]


async def test_what_voters_do_meanwhile_counts_when_their_ballots_return(house: House, ann: int) -> None:
    topic, minute = await attacked(house)
    quarantine = await made(house, one(topic, minute))
    numbers = await house.standing(topic)
    house.deltas.clear()
    await house.vote(topic, device(100), Sign.PLUS)
    await house.vote(topic, device(101), Sign.WITHDRAWN)
    await house.vote(topic, device(102), Sign.WITHDRAWN)
    await house.vote(topic, device(102), Sign.PLUS)
    assert await house.standing(topic) == numbers and house.deltas == [], (
        "nobody sees who changes what is aside"
    )
    assert await own(house, topic, 102) == OwnBallot(Sign.PLUS, is_aside=True)
    await house.vote(topic, device(200), Sign.PLUS)
    await back(house, quarantine)
    assert (await house.standing(topic)).tally.headline == Counts(28, 57)
    await house.vote(topic, device(101), Sign.MINUS)
    assert (await house.standing(topic)).tally.headline == Counts(28, 58)
    assert await discrepancies(house.database) == []


async def test_rules_may_overlap_and_only_what_none_holds_returns(house: House, ann: int) -> None:
    ben = await colleague(house, "Ben")
    topic = await house.topic()
    minutes = [await crowd(house, topic, range(start, start + 30)) for start in (0, 30, 60, 90)]
    first, second = Rule(topic, minutes[0], minutes[2]), Rule(topic, minutes[1], minutes[3])
    elsewhere = await open_house(house.url, house.clock) if "postgres" in house.url else house
    both = await asyncio.gather(aside(house, first), aside(elsewhere, second, staff=ben))
    one, two = [quarantine for quarantine in both if isinstance(quarantine, Quarantine)]
    assert await plus_minus(house, topic) == (30, 0)
    assert await discrepancies(house.database) == []
    await back(house, one)
    assert await plus_minus(house, topic) == (60, 0)
    await back(elsewhere, two, ben)
    assert await plus_minus(house, topic) == (120, 0)
    assert await discrepancies(house.database) == []
    if elsewhere is not house:
        await elsewhere.close()


async def test_of_two_with_the_same_rule_one_is_told_of_the_other(house: House, ann: int) -> None:
    ben = await colleague(house, "Ben")
    topic, minute = await attacked(house)
    elsewhere = await open_house(house.url, house.clock) if "postgres" in house.url else house
    rule = one(topic, minute)
    outcomes = await asyncio.gather(aside(house, rule), aside(elsewhere, rule, staff=ben))
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, Quarantine)]
    (lost,) = [outcome for outcome in outcomes if isinstance(outcome, NotSetAside)]
    assert lost == NotSetAside(QuarantineFault.ALREADY_ASIDE, won.by)
    returned = await asyncio.gather(back(house, won), back(elsewhere, won, ben))
    (done,) = [outcome for outcome in returned if isinstance(outcome, Quarantine)]
    assert NotSetAside(QuarantineFault.ALREADY_BACK, done.undone_by) in returned
    assert await plus_minus(house, topic) == (25, 60)
    if elsewhere is not house:
        await elsewhere.close()


async def test_a_double_tap_is_one_quarantine(house: House, ann: int) -> None:
    topic, minute = await attacked(house)
    taps = [await aside(house, one(topic, minute), op="tap-tap-tap-tap-1") for _ in range(2)]
    assert taps[0] == taps[1]
    assert len(await quarantines(house.database, topic=topic)) == 1


async def test_a_rule_may_name_new_devices_and_a_network(house: House, ann: int) -> None:
    topic = await house.topic()
    for voters, marks in (
        (range(40), ()),
        (range(40, 80), (NEW_DEVICE,)),
        (range(80, 120), (NETWORK,)),
        (range(120, 160), (NEW_DEVICE, NETWORK)),
    ):
        minute = await crowd(house, topic, voters, marks=marks)
        house.clock[0] = minute * MINUTE_MS
    house.clock[0] += MINUTE_MS
    await house.box.keep_arrivals()
    for new, network, left in ((True, None, 80), (False, NETWORK, 80), (True, NETWORK, 120)):
        quarantine = await made(house, Rule(topic, minute, minute + 1, new, network))
        assert (await house.standing(topic)).tally.voters == left
        await back(house, quarantine)
    assert await discrepancies(house.database) == []


async def test_what_was_returned_is_met_again_by_the_same_rule_and_by_wider_ones(
    house: House, ann: int
) -> None:
    topic, minute = await attacked(house)
    await back(house, await made(house, one(topic, minute)))
    await house.vote(
        topic, device(100), Sign.PLUS
    )  # out of the minute, which would tell how from the difference
    again = await made(house, one(topic, minute))
    assert await plus_minus(house, topic) == (25, 15)
    await back(house, again)
    await made(house, Rule(topic, minute - 2, minute + 1))
    assert await plus_minus(house, topic) == (0, 0)
    assert await discrepancies(house.database) == []


async def test_a_returned_ballot_keeps_the_minute_in_which_its_voter_moved_it(house: House, ann: int) -> None:
    topic, minute = await attacked(house)
    await back(house, await made(house, one(topic, minute)))
    house.clock[0] += MINUTE_MS
    assert await aside(house, one(topic, house.clock[0] // MINUTE_MS - 1)) == NotSetAside(
        QuarantineFault.TOO_FEW
    )


async def test_what_would_tell_of_a_few_is_refused(house: House, ann: int) -> None:
    topic = await house.topic()
    first = await crowd(house, topic, range(29))
    second = await crowd(house, topic, range(29, 60))
    last = await crowd(house, topic, range(60, 69))
    for rule, fault in (
        (one(topic, first), QuarantineFault.TOO_FEW),
        (one(topic, second + 5), QuarantineFault.NOT_OVER),
        (Rule(topic, second, second), QuarantineFault.BAD_SPAN),
        (Rule(topic, 0, second + 1), QuarantineFault.BAD_SPAN),
        (Rule(topic, first, second + 1), QuarantineFault.TOO_FEW_LEFT),
        (Rule(topic, first, last + 1, only_new=True), QuarantineFault.TOO_FEW),
        (Rule(topic, first, last + 1, network=4097), QuarantineFault.BAD_NETWORK),
        (one(999, first), QuarantineFault.UNKNOWN_TOPIC),
    ):
        assert await aside(house, rule) == NotSetAside(fault), rule
    for reason, fault in (
        ("", QuarantineFault.NO_REASON),
        ("x" * (LONGEST_REASON + 1), QuarantineFault.LONG_REASON),
    ):
        assert await aside(house, one(topic, second), reason=reason) == NotSetAside(fault)
    alone = await made(house, one(topic, second))
    assert await aside(house, Rule(topic, second, last + 1)) == NotSetAside(QuarantineFault.TOO_FEW)
    await back(house, alone)
    assert await aside(house, Rule(topic, second, last + 1)) == NotSetAside(QuarantineFault.TOO_ALIKE)
    for _ in range(MOST_OF_A_TOPIC - 1):
        await back(house, await made(house, one(topic, second)))
    assert await aside(house, one(topic, second)) == NotSetAside(QuarantineFault.TOO_OFTEN)
    assert await plus_minus(house, topic) == (69, 0) and await discrepancies(house.database) == []


async def test_all_votes_of_a_topic_may_be_set_aside(house: House, ann: int) -> None:
    topic = await house.topic()
    minute = await crowd(house, topic, range(40))
    await made(house, one(topic, minute))
    assert await plus_minus(house, topic) == (0, 0) and await discrepancies(house.database) == []


@pytest.mark.parametrize("policy", list(HeadlinePolicy))
async def test_splits_move_by_blocks_of_ten_as_after_withdrawals(
    house: House, ann: int, policy: HeadlinePolicy
) -> None:
    for number in range(100, 145):
        await house.tell(device(number), CELL)
    topic, minute = await attacked(house, TopicRules(0, None, headline=policy))
    quarantine = await made(house, one(topic, minute))
    counted = "SELECT plus, minus, pending FROM series WHERE series = 'dep:55'"
    assert beside(house.url, counted) == [(0, 0, 0)], "five were pending; with the 45 that left, five blocks"
    assert "dep:55" not in (await house.standing(topic)).tally.series, "nobody stands: nothing is shown"
    await back(house, quarantine)
    assert beside(house.url, counted) == [(0, 45, 5)]
    assert (await house.standing(topic)).tally.series["dep:55"] == Counts(0, 40)
    assert await discrepancies(house.database) == []


async def test_a_closed_topic_is_corrected_until_the_appeal_time_is_over_and_a_return_always_is(
    house: House, ann: int
) -> None:
    topic, minute = await attacked(house)
    await close_topic(house.database, topic, house.clock[0])
    quarantine = await made(house, one(topic, minute))
    assert await plus_minus(house, topic) == (25, 15)
    await destroy_expired_keys(house.database, house.clock[0] + 1, 0)
    assert await aside(house, one(topic, minute - 1)) == NotSetAside(QuarantineFault.TOO_LATE)
    for table in ("ballot_minute", "arrival", "turnout"):
        assert beside(house.url, f"SELECT * FROM {table}") == []
    await back(house, quarantine)
    assert await plus_minus(house, topic) == (25, 60)
    assert await discrepancies(house.database) == []


async def test_what_is_aside_stays_behind_when_its_topic_is_merged_and_follows_when_it_returns(
    house: House, ann: int
) -> None:
    gone, into = await topics(house)
    await crowd(house, gone, range(20))
    minute = await crowd(house, gone, range(100, 140), Sign.MINUS)
    quarantine = await made(house, one(gone, minute))
    await done(house, Sort.TOPIC, gone, Choice.MERGE, into=into)
    for number in (*range(20), *range(100, 110)):
        await carry_over(house.database, house.box, house.keys, device(number), into)
    assert await plus_minus(house, into) == (20, 0)
    assert await aside(house, one(gone, minute - 1)) == NotSetAside(QuarantineFault.LEADS_ELSEWHERE)
    await back(house, quarantine)
    for number in range(100, 110):
        await carry_over(house.database, house.box, house.keys, device(number), into)
    assert await plus_minus(house, into) == (20, 10)
    assert await discrepancies(house.database) == []


async def test_what_came_over_and_is_aside_goes_back_when_the_merge_is_undone(house: House, ann: int) -> None:
    gone, into = await topics(house)
    await crowd(house, into, range(200, 212))
    await crowd(house, gone, range(40))
    merge = await done(house, Sort.TOPIC, gone, Choice.MERGE, into=into)
    for number in range(40):
        await carry_over(house.database, house.box, house.keys, device(number), into)
    minute = house.clock[0] // MINUTE_MS
    house.clock[0] += MINUTE_MS
    quarantine = await made(house, one(into, minute))
    await house.vote(into, device(39), Sign.MINUS)  # who thinks anew has voted here
    undone = await undo(house.database, house.keys, merge.id, ann, house.clock[0])
    assert isinstance(undone, Decision)
    assert await plus_minus(house, into) == (12, 0) and await plus_minus(house, gone) == (40, 0)
    again = await done(house, Sort.TOPIC, gone, Choice.MERGE, into=into)
    await carry_over(house.database, house.box, house.keys, device(5), into)
    assert await plus_minus(house, into) == (12, 0), "it comes over, and is aside there still"
    await undo(house.database, house.keys, again.id, ann, house.clock[0])
    await back(house, quarantine)
    assert await plus_minus(house, into) == (12, 1)
    assert await discrepancies(house.database) == []


async def test_a_merge_and_a_quarantine_at_the_same_time_leave_every_voter_counted_at_most_once(
    house: House, ann: int
) -> None:
    elsewhere = await open_house(house.url, house.clock) if "postgres" in house.url else house
    gone, into = await topics(house)
    await crowd(house, gone, range(20))
    minute = await crowd(house, gone, range(100, 140))
    quarantine, _ = await asyncio.gather(
        aside(house, one(gone, minute)), done(elsewhere, Sort.TOPIC, gone, Choice.MERGE, into=into)
    )
    for number in (*range(20), *range(100, 140)):
        await carry_over(house.database, house.box, house.keys, device(number), into)
    is_first = isinstance(quarantine, Quarantine)
    assert is_first or quarantine == NotSetAside(QuarantineFault.LEADS_ELSEWHERE)
    assert await plus_minus(house, into) == (20 if is_first else 60, 0)
    assert await discrepancies(house.database) == []
    if elsewhere is not house:
        await elsewhere.close()


async def test_votes_cast_before_minutes_were_kept_are_met_by_no_rule(house: House, ann: int) -> None:
    topic = await house.topic()
    minute = await crowd(house, topic, range(40))
    beside(house.url, "UPDATE ballot_minute SET minute = 0")
    rule = Rule(topic, 1, minute + 1)
    assert await aside(house, rule) == NotSetAside(QuarantineFault.TOO_FEW)


async def test_one_is_found_by_its_number(house: House, ann: int) -> None:
    topic, minute = await attacked(house)
    quarantine = await made(house, one(topic, minute))
    assert await get_quarantine(house.database, quarantine.id) == quarantine
    assert quarantine.title == "Une question ?" and quarantine.by == "Ann"
    assert await get_quarantine(house.database, 999) is None
    unknown = await bring_back(house.database, house.keys, 999, ann, "Motif", house.clock[0])
    assert unknown == NotSetAside(QuarantineFault.UNKNOWN)
